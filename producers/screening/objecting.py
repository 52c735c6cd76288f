"""What speaks against a passage: cues of negation, supposition, hearsay, offender and the like, each with its reach."""

from dataclasses import dataclass

from producers.screening.matching import Match, has_between
from producers.screening.reading import Hit, Reading
from producers.screening.rulebook import ReadyCue, Rulebook
from producers.screening.rulefiles import Rule, Target


@dataclass(frozen=True, slots=True)
class CueHit:
    """A cue that was met, and where."""

    ready: ReadyCue
    start: int
    end: int
    clause: int
    sentence: int


def cues_met(reading: Reading, book: Rulebook) -> list[CueHit]:
    """List the cues that a narrative holds and that nothing in it silences."""
    return [
        CueHit(ready, *hit)
        for ready in book.cues
        if ready.bit & reading.present and not ready.spared_by & reading.present
        for hit in reading.hits[ready.words]
    ]


def concerns(met: CueHit, target: Target) -> bool:
    """Whether a cue speaks about this label at all."""
    labels = met.ready.cue.labels
    return not labels or target in labels


def objector(rule: Rule, match: Match, met: list[CueHit], reading: Reading) -> CueHit | None:
    """Find the first cue that strikes a passage out; a cue that only takes points, or to which the rule is immune, does not."""
    for cue in met:
        strikes = cue.ready.cue.takes is None and cue.ready.cue.kind not in rule.immune
        if strikes and concerns(cue, rule.label) and _reaches(cue, match, reading):
            return cue
    return None


def _reaches(met: CueHit, match: Match, reading: Reading) -> bool:
    # A cue that is part of the passage's own words says nothing against it.
    if any(word[0] <= met.start and met.end <= word[1] for word in match.words):
        return False
    reach = met.ready.cue.reach
    if has_between(met.ready.cut_by, met.end, match.words[-1][0], reading):
        return False
    if reach == "text":
        return True
    if reach == "onward":
        return met.start <= match.words[-1][0]
    return any(_reaches_word(met, word, reach) for word in match.words)


def _reaches_word(met: CueHit, word: Hit, reach: int | str) -> bool:
    start, end, clause, sentence = word
    side = met.ready.cue.side
    before, after = met.end <= start, end <= met.start
    if not (before and side != "after") and not (after and side != "before"):
        return False
    if reach == "sentence":
        return met.sentence == sentence
    if met.clause != clause:
        return False
    distance = start - met.end if before else met.start - end
    return reach == "clause" or (isinstance(reach, int) and distance <= reach)

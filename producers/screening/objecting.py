"""What speaks against a passage: cues of negation, supposition, hearsay, offender and the like, each with its reach."""

from typing import NamedTuple

from producers.screening.matching import Match, has_between
from producers.screening.reading import Hit, Reading
from producers.screening.rulebook import ReadyCue, Rulebook
from producers.screening.rulefiles import Rule, Target

_CLAUSE = 2


class CueHit(NamedTuple):
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


def strikers(met: list[CueHit], target: Target) -> list[CueHit]:
    """Keep the cues that strike out single passages of this label."""
    return [hit for hit in met if hit.ready.cue.takes is None and target in hit.ready.concerns]


def against_label(met: list[CueHit], target: Target) -> list[tuple[CueHit, int]]:
    """Keep the cues that take points from this label as a whole, with the points."""
    return [(hit, takes) for hit in met if (takes := hit.ready.cue.takes) is not None and target in hit.ready.concerns]


def objector(rule: Rule, match: Match, striking: list[CueHit], reading: Reading) -> CueHit | None:
    """Find the first cue that strikes a passage out, unless the rule is immune to it."""
    first, last = match[0][_CLAUSE], match[-1][_CLAUSE]
    for hit in striking:
        if hit.ready.is_of_clause and not first <= hit.clause <= last:
            continue
        if _reaches(hit, match) and hit.ready.cue.kind not in rule.immune and _is_free(hit, match, reading):
            return hit
    return None


def _reaches(met: CueHit, match: Match) -> bool:
    reach = met.ready.cue.reach
    if reach == "text":
        return True
    if reach == "onward":
        return met.start <= match[-1][0]
    for word in match:  # noqa: SIM110  # any() over a generator takes three times as long, and this is the hot spot
        if _reaches_word(met, word, reach):
            return True
    return False


def _is_free(met: CueHit, match: Match, reading: Reading) -> bool:
    """Whether the cue stands outside the passage's own words, and no word ends its reach before them."""
    if any(word[0] <= met.start and met.end <= word[1] for word in match):
        return False
    return not has_between(met.ready.cut_by, met.end, match[-1][0], reading)


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

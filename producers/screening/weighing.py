"""Points for and against each label; a label stands when enough points are left and a passage with them."""

from dataclasses import dataclass, field

from producers.screening.findings import ObjectionKind
from producers.screening.matching import Match, matches
from producers.screening.objecting import CueHit, concerns, cues_met, reaches
from producers.screening.reading import Reading
from producers.screening.rulebook import ReadyRule, Rulebook
from producers.screening.rulefiles import Target

Passage = tuple[int, int, str]


@dataclass(slots=True)
class Verdict:
    """
    What was found for one label.

    Attributes:
        points: What speaks for it, less what speaks against it.
        passages: Start, end and rule of the passages that count, in the narrative's own offsets.
        objections: Kind, start and end of what spoke against it.
        stands: Whether the label is proposed.
    """

    points: int = 0
    passages: list[Passage] = field(default_factory=list)
    objections: list[tuple[ObjectionKind, int, int]] = field(default_factory=list)
    stands: bool = False


def weigh(reading: Reading, book: Rulebook) -> dict[str, Verdict]:
    """Weigh every label for which some rule found a passage, struck out or not."""
    verdicts: dict[str, Verdict] = {}
    struck: dict[str, set[int]] = {}
    met = cues_met(reading, book)
    for ready in book.rules:
        if not (ready.needed & ~reading.present or ready.unless & reading.present):
            _count(ready, reading, met, verdicts)
    for target, verdict in verdicts.items():
        if verdict.passages:
            _settle(target, verdict, reading, book, met)
    del struck
    return verdicts


def _count(ready: ReadyRule, reading: Reading, met: list[CueHit], verdicts: dict[str, Verdict]) -> None:
    target = ready.rule.label
    has_counted = False
    for match in matches(ready, reading):
        verdict = verdicts.setdefault(target, Verdict())
        against = _objector(ready, match, met)
        if against:
            entry = (against.ready.cue.kind, *reading.span(against.start, against.end))
            if entry not in verdict.objections:
                verdict.objections.append(entry)
            continue
        verdict.passages.append((*reading.span(match.start, match.end), ready.rule.name))
        if not has_counted:
            verdict.points += ready.rule.points
            has_counted = True


def _objector(ready: ReadyRule, match: Match, met: list[CueHit]) -> CueHit | None:
    rule = ready.rule
    for cue in met:
        if cue.ready.cue.takes is None and cue.ready.cue.kind not in rule.immune:
            if concerns(cue, rule.label) and reaches(cue, match):
                return cue
    return None


def _settle(target: str, verdict: Verdict, reading: Reading, book: Rulebook, met: list[CueHit]) -> None:
    verdict.points += _tone(target, reading, book)
    taken: dict[ObjectionKind, int] = {}
    for cue in met:
        takes = cue.ready.cue.takes
        if takes is not None and _is_about(cue, target):
            kind = cue.ready.cue.kind
            taken[kind] = max(taken.get(kind, 0), takes)
            verdict.objections.append((kind, *reading.span(cue.start, cue.end)))
    verdict.points -= sum(taken.values())
    needed = book.decision.thresholds.get(_as_target(target), book.decision.threshold)
    verdict.stands = verdict.points >= needed


def _tone(target: str, reading: Reading, book: Rulebook) -> int:
    support = doubt = 0
    for ready in book.tones:
        if ready.bit & reading.present and (not ready.tone.labels or target in ready.tone.labels):
            points = ready.tone.points
            support += max(points, 0)
            doubt -= min(points, 0)
    return min(support, book.decision.most_support) - min(doubt, book.decision.most_doubt)


def _is_about(cue: CueHit, target: str) -> bool:
    return concerns(cue, _as_target(target))


def _as_target(target: str) -> Target:
    return target  # type: ignore[return-value]  # keys of a verdict are targets

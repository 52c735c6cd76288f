"""Points for and against each label; a label stands when enough points are left and a passage with them."""

from dataclasses import dataclass, field

from producers.screening.findings import Label, ObjectionKind
from producers.screening.learned import ANY
from producers.screening.matching import matches
from producers.screening.objecting import CueHit, concerns, cues_met, objector
from producers.screening.reading import Reading
from producers.screening.rulebook import ReadyRule, Rulebook
from producers.screening.rulefiles import URGENT, Target

SOUND_RULE = "语感 / sound of the text"

Passage = tuple[int, int, str]


@dataclass(slots=True)
class Verdict:
    """
    What was found for one label.

    Attributes:
        points: What speaks for it, less what speaks against it.
        heard: What the sound of the whole text adds or takes (see learned.py).
        passages: Start, end and rule of the passages that count, in the narrative's own offsets.
        objections: Kind, start and end of what spoke against it.
        stands: Whether the label is proposed.
    """

    points: int = 0
    heard: float = 0.0
    passages: list[Passage] = field(default_factory=list)
    objections: list[tuple[ObjectionKind, int, int]] = field(default_factory=list)
    stands: bool = False


def weigh(reading: Reading, book: Rulebook) -> dict[Target, Verdict]:
    """
    Weigh every label for which some rule found a passage, struck out or not.

    A label comes after those that its rules build on or yield to (`Rulebook.rules_in_order`). If none stands and the
    text sounds like a clue, the likeliest one does.
    """
    verdicts: dict[Target, Verdict] = {}
    met = cues_met(reading, book)
    sound = book.learned.sound(reading.text)
    for target, rules in book.rules_in_order:
        verdict = Verdict()
        for ready in rules:
            if ready.needed & reading.present == ready.needed and _applies(ready, verdicts):
                _count(ready, reading, met, verdict)
        if verdict.passages:
            _settle(target, verdict, reading, book, met)
            _listen(target, verdict, book, sound)
        if verdict.passages or verdict.objections:
            verdicts[target] = verdict
    if not any(verdict.stands for target, verdict in verdicts.items() if target != URGENT):
        _guess(reading, book, met, sound, verdicts)
    return verdicts


def _listen(target: Target, verdict: Verdict, book: Rulebook, sound: dict[Target | str, float]) -> None:
    """Add what the sound of the text is worth to the points of a label that has a passage."""
    ear = book.decision.sound
    if target != URGENT:  # too few urgent texts to learn from
        heard = ear.of_label * sound[target] + ear.of_any * sound[ANY] + ear.always
        verdict.heard = max(-ear.most, min(ear.most, heard))
    needed = book.decision.thresholds.get(target, book.decision.threshold)
    verdict.stands = verdict.points + verdict.heard >= needed


def _guess(
    reading: Reading,
    book: Rulebook,
    met: list[CueHit],
    sound: dict[Target | str, float],
    verdicts: dict[Target, Verdict],
) -> None:
    ear = book.decision.sound
    if sound[ANY] <= ear.alone or any(cue.ready.cue.takes for cue in met) or _tone(Label.OTHER_CRIME, reading, book) < 0:
        return
    likeliest = max(Label, key=lambda label: sound[label] + ear.per_point * _points(label, verdicts))
    verdict = verdicts.setdefault(likeliest, Verdict())
    place = book.learned.strongest(reading.text, likeliest)
    if not verdict.passages and place:
        verdict.passages.append((*reading.span(*place), SOUND_RULE))
    verdict.stands = bool(verdict.passages)


def _points(label: Label, verdicts: dict[Target, Verdict]) -> int:
    return verdicts[label].points if label in verdicts else 0


def _applies(ready: ReadyRule, verdicts: dict[Target, Verdict]) -> bool:
    rule = ready.rule
    if rule.needs_label and not _stands(rule.needs_label, verdicts):
        return False
    return not any(_stands(label, verdicts) for label in rule.yields_to)


def _stands(target: Target, verdicts: dict[Target, Verdict]) -> bool:
    return target in verdicts and verdicts[target].stands


def _count(ready: ReadyRule, reading: Reading, met: list[CueHit], verdict: Verdict) -> None:
    has_counted = False
    for match in matches(ready, reading):
        against = objector(ready.rule, match, met, reading)
        if against:
            entry = (against.ready.cue.kind, *reading.span(against.start, against.end))
            if entry not in verdict.objections:
                verdict.objections.append(entry)
            continue
        verdict.passages.append((*reading.span(match.start, match.end), ready.rule.name))
        if not has_counted:
            verdict.points += ready.rule.points
            has_counted = True


def _settle(target: Target, verdict: Verdict, reading: Reading, book: Rulebook, met: list[CueHit]) -> None:
    verdict.points = min(verdict.points, book.decision.most_evidence) + _tone(target, reading, book)
    taken: dict[ObjectionKind, int] = {}
    for cue in met:
        takes = cue.ready.cue.takes
        if takes is not None and concerns(cue, target):
            kind = cue.ready.cue.kind
            taken[kind] = max(taken.get(kind, 0), takes)
            verdict.objections.append((kind, *reading.span(cue.start, cue.end)))
    verdict.points -= sum(taken.values())


def _tone(target: Target, reading: Reading, book: Rulebook) -> int:
    support = doubt = 0
    for ready in book.tones:
        if ready.bit & reading.present and (not ready.tone.labels or target in ready.tone.labels):
            points = ready.tone.points * (reading.different(ready.words) if ready.tone.per_word else 1)
            support += max(points, 0)
            doubt -= min(points, 0)
    return min(support, book.decision.most_support) - min(doubt, book.decision.most_doubt)

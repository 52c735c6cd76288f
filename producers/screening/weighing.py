"""Points for and against each label; a label stands when enough points are left and a passage with them."""

from dataclasses import dataclass, field

from producers.screening.findings import Label, ObjectionKind
from producers.screening.learned import ANY
from producers.screening.matching import matches
from producers.screening.objecting import CueHit, against_label, cues_met, objector, strikers
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
        points: What the rules say for it, less what they say against it.
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


@dataclass(slots=True)
class Hearing:
    """One narrative being weighed: its reading, its cues, its sound, and the verdicts so far."""

    reading: Reading
    book: Rulebook
    met: list[CueHit]
    sound: dict[Target | str, float]
    verdicts: dict[Target, Verdict] = field(default_factory=dict)

    def stands(self, target: Target) -> bool:
        """Whether a label has been found to stand."""
        return target in self.verdicts and self.verdicts[target].stands


def weigh(reading: Reading, book: Rulebook) -> dict[Target, Verdict]:
    """
    Weigh every label for which some rule found a passage, struck out or not.

    A label comes after those that its rules build on or yield to (`Rulebook.rules_in_order`). If none stands and the
    text sounds like a clue, the likeliest one does.
    """
    present = reading.present
    candidates = [
        (target, [ready for ready in rules if ready.needed & present == ready.needed and not ready.unless & present])
        for target, rules in book.rules_in_order
    ]
    reading.place(_lists_read(candidates, reading, book))
    hearing = Hearing(reading, book, cues_met(reading, book), book.learned.sound(reading.text, reading.pairs))
    for target, rules in candidates:
        if not rules:
            continue
        verdict = Verdict()
        striking = strikers(hearing.met, target)
        for ready in rules:
            if _applies(ready, hearing):
                _count(ready, reading, striking, verdict)
        if verdict.passages:
            _settle(target, verdict, hearing)
        if verdict.passages or verdict.objections:
            hearing.verdicts[target] = verdict
    if book.learned.weights:
        _guess_label(hearing)
        _guess_urgency(hearing)
    return hearing.verdicts


def _lists_read(candidates: list[tuple[Target, list[ReadyRule]]], reading: Reading, book: Rulebook) -> set[int]:
    """List what the rules, cues and tones that may speak will look for."""
    lists: set[int] = set()
    for _, rules in candidates:
        for ready in rules:
            lists |= ready.lists
    for cue in book.cues:
        if cue.bit & reading.present:
            lists.add(cue.words)
            lists.update(cue.cut_by)
    return lists | book.tone_lists


def _applies(ready: ReadyRule, hearing: Hearing) -> bool:
    rule = ready.rule
    if rule.needs_label and not hearing.stands(rule.needs_label):
        return False
    return not any(hearing.stands(label) for label in rule.yields_to)


def _count(ready: ReadyRule, reading: Reading, striking: list[CueHit], verdict: Verdict) -> None:
    has_counted = False
    for match in matches(ready, reading):
        against = objector(ready.rule, match, striking, reading)
        if against:
            entry = (against.ready.cue.kind, *reading.span(against.start, against.end))
            if entry not in verdict.objections:
                verdict.objections.append(entry)
            continue
        verdict.passages.append((*reading.span(match.start, match.end), ready.rule.name))
        if not has_counted:
            verdict.points += ready.rule.points
            has_counted = True


def _settle(target: Target, verdict: Verdict, hearing: Hearing) -> None:
    reading, decision = hearing.reading, hearing.book.decision
    verdict.points = min(verdict.points, decision.most_evidence) + _tone(target, hearing)
    taken: dict[ObjectionKind, int] = {}
    for cue, takes in against_label(hearing.met, target):
        kind = cue.ready.cue.kind
        taken[kind] = max(taken.get(kind, 0), takes)
        verdict.objections.append((kind, *reading.span(cue.start, cue.end)))
    verdict.points -= sum(taken.values())
    verdict.objections += _signs_of_ease(target, hearing)
    if target != URGENT:  # too few urgent texts to learn from
        ear = decision.sound
        heard = ear.of_label * hearing.sound[target] + ear.of_any * hearing.sound[ANY] + ear.always
        verdict.heard = max(-ear.most, min(ear.most, heard))
    verdict.stands = verdict.points + verdict.heard >= decision.thresholds.get(target, decision.threshold)


def _signs_of_ease(target: Target, hearing: Hearing) -> list[tuple[ObjectionKind, int, int]]:
    reading = hearing.reading
    return [
        (ObjectionKind.NO_HARDSHIP, *reading.span(start, end))
        for ready in hearing.book.tones
        if ready.tone.points < 0 and (not ready.tone.labels or target in ready.tone.labels)
        for start, end, _, _ in reading.hits.get(ready.words, ())
    ]


def _tone(target: Target, hearing: Hearing) -> int:
    reading, decision = hearing.reading, hearing.book.decision
    support = doubt = 0
    for ready in hearing.book.tones:
        if ready.bit & reading.present and (not ready.tone.labels or target in ready.tone.labels):
            points = ready.tone.points * (reading.different(ready.words) if ready.tone.per_word else 1)
            support += max(points, 0)
            doubt -= min(points, 0)
    return min(support, decision.most_support) - min(doubt, decision.most_doubt)


def _guess_label(hearing: Hearing) -> None:
    """Let the likeliest label stand by sound alone, if the text sounds like a clue."""
    ear = hearing.book.decision.sound
    if hearing.sound[ANY] > ear.alone and not any(hearing.stands(label) for label in Label):
        likeliest: Label = max(Label, key=lambda label: hearing.sound[label] + ear.per_point * _points(label, hearing))
        _by_sound(likeliest, hearing)


def _guess_urgency(hearing: Hearing) -> None:
    """Let a text be urgent by sound alone."""
    if hearing.sound[URGENT] > hearing.book.decision.sound.alone_urgent and not hearing.stands(URGENT):
        _by_sound(URGENT, hearing)


def _by_sound(target: Target, hearing: Hearing) -> None:
    """Let it stand, with the clause that sounds most like it, unless a cue or the tone speaks against it."""
    place = hearing.book.learned.strongest(hearing.reading.text, target)
    if place is None or _tone(target, hearing) < 0 or against_label(hearing.met, target):
        return
    verdict = hearing.verdicts.setdefault(target, Verdict())
    verdict.passages = verdict.passages or [(*hearing.reading.span(*place), SOUND_RULE)]
    verdict.stands = True


def _points(label: Label, hearing: Hearing) -> int:
    return hearing.verdicts[label].points if label in hearing.verdicts else 0

"""Points for and against each label; a label stands when enough points are left and a passage with them."""

from dataclasses import dataclass, field

from producers.screening.findings import LABELS, ObjectionKind
from producers.screening.learned import ANY, RULE_MET, RULE_STRUCK, Signs
from producers.screening.matching import matches
from producers.screening.objecting import CueHit, against_label, cues_met, objector, strikers
from producers.screening.reading import Reading
from producers.screening.rulebook import ReadyRule, Rulebook
from producers.screening.rulefiles import TARGETS, URGENT, Target, Thresholds

SOUND_RULE = "语感 / sound of the text"

Passage = tuple[int, int, str]


@dataclass(slots=True)
class Verdict:
    """
    What was found for one label.

    Attributes:
        points: What the rules say for it, less what they say against it.
        passages: Start, end and rule of the passages that count, in the narrative's own offsets.
        objections: Kind, start and end of what spoke against it.
        stands: Whether the label is proposed.
    """

    points: int = 0
    passages: list[Passage] = field(default_factory=list)
    objections: list[tuple[ObjectionKind, int, int]] = field(default_factory=list)
    stands: bool = False


@dataclass(slots=True)
class Hearing:
    """One narrative being weighed: its reading, its cues, the rules met, and the verdicts so far."""

    reading: Reading
    book: Rulebook
    met: list[CueHit]
    signs: set[str] = field(default_factory=set)
    verdicts: dict[Target, Verdict] = field(default_factory=dict)

    def stands(self, target: Target) -> bool:
        """Whether a label has been found to stand."""
        return target in self.verdicts and self.verdicts[target].stands


def weigh(reading: Reading, book: Rulebook) -> dict[Target, Verdict]:
    """
    Weigh every label for which some rule found a passage, struck out or not.

    First the rules alone; then what the weights have learned about all that was met (learned.py) confirms, drops or
    adds labels. Without weights the rules have the last word.
    """
    hearing = _by_rules(reading, book)
    if book.learned.weights:
        _by_experience(hearing)
    return hearing.verdicts


def signs_of(reading: Reading, book: Rulebook) -> Signs:
    """What a narrative shows by the rules alone: that from which weights are learned."""
    return _signs(_by_rules(reading, book))


def _by_rules(reading: Reading, book: Rulebook) -> Hearing:
    """Weigh by points; a label comes after those that its rules build on or yield to (`Rulebook.rules_in_order`)."""
    present = reading.present
    candidates = [
        (target, [ready for ready in rules if ready.needed & present == ready.needed and not ready.unless & present])
        for target, rules in book.rules_in_order
    ]
    reading.place(_lists_read(candidates, reading, book))
    hearing = Hearing(reading, book, cues_met(reading, book))
    for target, rules in candidates:
        if not rules:
            continue
        verdict = Verdict()
        striking = strikers(hearing.met, target)
        for ready in rules:
            if _applies(ready, hearing):
                _count(ready, hearing, striking, verdict)
        if verdict.passages:
            _settle(target, verdict, hearing)
        if verdict.passages or verdict.objections:
            hearing.verdicts[target] = verdict
    return hearing


def _signs(hearing: Hearing) -> Signs:
    reading = hearing.reading
    points = {target: verdict.points for target, verdict in hearing.verdicts.items() if verdict.points}
    return Signs(reading.text, reading.pairs, reading.present, hearing.signs, points)


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
    return not (rule.yields_to and any(map(hearing.stands, rule.yields_to)))


def _count(ready: ReadyRule, hearing: Hearing, striking: list[CueHit], verdict: Verdict) -> None:
    reading, name = hearing.reading, ready.rule.name
    has_counted = False
    for match in matches(ready, reading):
        against = objector(ready.rule, match, striking, reading)
        if against:
            entry = (against.ready.cue.kind, *reading.span(against.start, against.end))
            hearing.signs.add(RULE_STRUCK + name)
            if entry not in verdict.objections:
                verdict.objections.append(entry)
            continue
        verdict.passages.append((*reading.span(match[0][0], match[-1][1]), name))
        if not has_counted:
            hearing.signs.add(RULE_MET + name)
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
    verdict.stands = verdict.points >= decision.thresholds.get(target, decision.threshold)


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


def _by_experience(hearing: Hearing) -> None:
    """Let the weights have the last word, but for rules that no labelled text has met: these speak for themselves."""
    verdicts = hearing.verdicts
    sound = hearing.book.ear.sound(_signs(hearing))
    standing = _sounds_like(sound, hearing)
    standing |= {target for target, verdict in verdicts.items() if _is_news(verdict, hearing.book)}
    for target in TARGETS:
        if target in standing:
            _let_stand(target, hearing)
        elif target in verdicts:
            verdicts[target].stands = False


def _sounds_like(sound: dict[Target | str, float], hearing: Hearing) -> set[Target]:
    """
    Say what a text sounds like.

    It is a clue if it sounds like one *and* like one of the labels, both taken together: a fire at night sounds like
    trouble, but like no label. Then its likeliest label stands, and every other that is likely enough.
    """
    urgent = hearing.book.decision.sound.urgent
    standing: set[Target] = {URGENT} if sound[URGENT] > _by_rules_say(URGENT, hearing, urgent) else set()
    ear, likeliest = hearing.book.decision.sound, max(LABELS, key=sound.__getitem__)
    if (sound[ANY] + sound[likeliest]) / 2 > _by_rules_say(likeliest, hearing, ear.any):
        standing.add(likeliest)
        standing |= {label for label in LABELS if sound[label] > _by_rules_say(label, hearing, ear.label)}
    return standing


def _by_rules_say(target: Target, hearing: Hearing, thresholds: Thresholds) -> float:
    """Choose the threshold: less is needed where the rules say so, too."""
    verdict = hearing.verdicts.get(target)
    if verdict is None or not verdict.passages:
        return thresholds.unsaid
    return thresholds.ruled if verdict.stands else thresholds.hinted


def _is_news(verdict: Verdict, book: Rulebook) -> bool:
    """Whether a rule carries it whose worth nobody has learned yet."""
    return verdict.stands and any(RULE_MET + rule not in book.learned.weights for _, _, rule in verdict.passages)


def _let_stand(target: Target, hearing: Hearing) -> None:
    """With the passages of the rules, or else with the clause that sounds most like it."""
    verdict = hearing.verdicts.get(target) or Verdict()
    if not verdict.passages:
        place = hearing.book.learned.strongest(hearing.reading.text, target)
        if place is None:
            return
        verdict.passages = [(*hearing.reading.span(*place), SOUND_RULE)]
    verdict.stands = True
    hearing.verdicts[target] = verdict

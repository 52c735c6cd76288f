"""Where a rule finds its words in their order."""

from collections.abc import Iterator

from producers.screening.reading import Hit, Reading
from producers.screening.rulebook import ReadyRule
from producers.screening.rulefiles import Rule

_CLAUSE, _SENTENCE = 2, 3


# One passage that a rule found: its words in order.
Match = tuple[Hit, ...]


def matches(ready: ReadyRule, reading: Reading) -> Iterator[Match]:
    """Yield every passage of a rule whose lists were all met, at most one for each word that can begin it."""
    may_be_barred = bool(ready.unless_near or ready.not_between)
    for sequence in ready.sequences:
        for first in reading.hits[sequence[0]]:
            words = _continued((first,), sequence, ready.rule, reading) if len(sequence) > 1 else (first,)
            if words and not (may_be_barred and _is_barred(ready, words, reading)):
                yield words


def _continued(words: Match, sequence: tuple[int, ...], rule: Rule, reading: Reading) -> Match | None:
    if len(words) == len(sequence):
        return words
    last = words[-1]
    for hit in reading.hits[sequence[len(words)]]:
        distance = hit[0] - last[1]
        if distance < 0:
            continue
        if distance > rule.gap or not _together(last, hit, rule.within):
            return None
        if longer := _continued((*words, hit), sequence, rule, reading):
            return longer
    return None


def _together(one: Hit, other: Hit, within: str) -> bool:
    if within == "text":
        return True
    place = _CLAUSE if within == "clause" else _SENTENCE
    return one[place] == other[place]


def _is_barred(ready: ReadyRule, words: Match, reading: Reading) -> bool:
    return _has_near(ready.unless_near, words[0], reading) or has_between(
        ready.not_between, words[0][1], words[-1][0], reading
    )


def has_between(lists: tuple[int, ...], start: int, end: int, reading: Reading) -> bool:
    """Whether a word of these lists stands between two offsets."""
    return any(hit[0] >= start and hit[1] <= end for number in lists for hit in reading.hits.get(number, ()))


def _has_near(lists: tuple[int, ...], place: Hit, reading: Reading) -> bool:
    return any(hit[_SENTENCE] == place[_SENTENCE] for number in lists for hit in reading.hits.get(number, ()))

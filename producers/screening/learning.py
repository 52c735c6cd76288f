"""
Learning the weights of learned.tsv from labelled texts: one linear separation for each label, always alike.

A support vector machine with squared hinge loss, by dual coordinate descent (Hsieh and others, 2008): few enough
texts that plain Python does it in a minute, and no library decides what the file holds.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from producers.screening.findings import Label
from producers.screening.learned import (
    ANY,
    POINTS,
    SIGNS,
    SOUNDS,
    START,
    WEIGHTS_FILE,
    Learned,
    gram_weight,
    grams,
)
from producers.screening.reading import read
from producers.screening.rulebook import Rulebook
from producers.screening.rulefiles import URGENT
from producers.screening.weighing import signs_of

_ROUNDS, _SEED = 15, 1
_SEEN_AT_LEAST, _SHARE_AT_MOST = 2, 0.5
_COST, _COST_OF_MISSED_DANGER = 0.05, 4.0
_POINTS_SCALE = 0.25
# The rules were written by people who had read the texts, so what they met looks surer there than it is anywhere else:
# a small value makes its weight dear to learn. docs/screening.md has the figures.
_SIGN_VALUE = 0.35

Row = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A narrative with the labels that a person gave it."""

    narrative: str
    labels: frozenset[Label]
    urgent: bool

    def sounds(self, sound: str) -> bool:
        """Whether the person said so of this text."""
        if sound == ANY:
            return bool(self.labels)
        return self.urgent if sound == URGENT else sound in self.labels


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text and what it showed: characters and pairs, and signs with their values."""

    text: LabelledText
    grams: frozenset[str]
    signs: dict[str, float]


def examples(texts: Sequence[LabelledText], book: Rulebook) -> list[Example]:
    """Read the texts by the rules of a book; the weights of that book are not looked at."""
    return [_example(text, book) for text in texts]


def learn(taught: Sequence[Example]) -> Learned:
    """Learn weights; the same examples in the same order give the same weights."""
    seen = Counter(gram for example in taught for gram in example.grams)
    seen.update(sign for example in taught for sign in example.signs)
    known = sorted(sign for sign, n in seen.items() if n >= _SEEN_AT_LEAST and n < len(taught) * _SHARE_AT_MOST)
    place = {sign: at for at, sign in enumerate([START, *known])}
    rows = [_row(example, place) for example in taught]
    learned = [_separation(rows, [example.text.sounds(sound) for example in taught], sound) for sound in SOUNDS]
    scale = {sign: 1000 * _worth(sign) for sign in place}
    table = {sign: tuple(round(scale[sign] * weights[at]) for weights in learned) for sign, at in place.items()}
    return Learned(table.pop(START), table)


def write(learned: Learned, folder: Path, remark: str) -> None:
    """Write learned.tsv beside the rules."""
    lines = [f"# {remark}", "# " + "\t".join(["sign", *SOUNDS]), "\t".join([START, *map(str, learned.start)])]
    lines += ["\t".join([sign, *map(str, row)]) for sign, row in learned.weights.items()]
    (folder / WEIGHTS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _example(text: LabelledText, book: Rulebook) -> Example:
    signs = signs_of(read(text.narrative, book), book)
    values = {sign: _worth(sign) for sign in sorted({*signs.met, *book.signs_of_lists(signs.lists)})}
    values |= {POINTS + target: points * _worth(POINTS) for target, points in signs.points.items()}
    return Example(text, frozenset(filter(_is_word, grams(signs.text))), values)


def _worth(sign: str) -> float:
    """What one sign counts while learning."""
    if sign.startswith(POINTS):
        return _SIGN_VALUE * _POINTS_SCALE
    return _SIGN_VALUE if sign[0] in SIGNS else 1.0


def _is_word(gram: str) -> bool:
    """Digits, letters and punctuation teach nothing."""
    return all("㐀" <= character <= "鿿" for character in gram)


def _row(example: Example, place: dict[str, int]) -> Row:
    heard = sorted(gram for gram in example.grams if gram in place)
    scale = gram_weight(len(heard))
    signs = [(place[sign], value) for sign, value in example.signs.items() if sign in place and value]
    return [(0, 1.0), *((place[gram], scale) for gram in heard), *signs]


def _separation(rows: Sequence[Row], answers: Sequence[bool], sound: str) -> list[float]:
    weights = [0.0] * (1 + max(at for row in rows for at, _ in row))
    emphasis = _COST_OF_MISSED_DANGER if sound == URGENT else 1.0
    slack = [1 / (2 * _COST * (emphasis if answer else 1.0)) for answer in answers]
    curve = [sum(value * value for _, value in row) + slack[at] for at, row in enumerate(rows)]
    alpha = [0.0] * len(rows)
    order, random = list(range(len(rows))), Random(_SEED)  # noqa: S311  # an order of texts, not a secret
    for _ in range(_ROUNDS):
        random.shuffle(order)
        for at in order:
            row, sign = rows[at], 1 if answers[at] else -1
            slope = sign * sum(weights[place] * value for place, value in row) - 1 + alpha[at] * slack[at]
            before = alpha[at]
            alpha[at] = max(0.0, before - slope / curve[at])
            if step := (alpha[at] - before) * sign:
                for place, value in row:
                    weights[place] += step * value
    return weights

"""
Weights learned from labelled texts: what the signs of a whole narrative, taken together, make likely.

The rules know words and passages; the weights know how much each of them has been worth, and that a text speaks of
hardship in words that no rule has. The answer of one label is a sum over what was met, so its reasons can be shown:
the passages of the rules, or the clause whose characters gave most (`strongest`).
"""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from math import sqrt
from operator import add
from pathlib import Path
from struct import Struct
from typing import Self

from producers.screening.errors import RuleFileUnreadable, RuleInvalid
from producers.screening.findings import Label
from producers.screening.rulefiles import URGENT, Target

ANY = "ANY"
SOUNDS: tuple[Target | str, ...] = (ANY, URGENT, *Label)
WEIGHTS_FILE = "learned.tsv"
START = "START"
# What stands before the name of a sign: a word list that was met, a rule that counted, one that was struck out, points.
LIST_MET, RULE_MET, RULE_STRUCK, POINTS = "@", "+", "-", "="
# All characters and pairs together weigh about as much as a few dozen signs.
GRAM_WEIGHT = 12

# All weights of a sign are summed at once: each is a field of one whole number, lifted above zero.
_FIELDS = Struct(f"<{len(SOUNDS)}I")
_LIFT = 1 << 16
_CLAUSE = re.compile(r"[^,，。！？!?;；:：、…]+")


def grams(text: str) -> set[str]:
    """List the different characters and pairs of a text."""
    found = set(map(add, text, text[1:]))
    found.update(text)
    return found


@dataclass(frozen=True, slots=True)
class Signs:
    """
    What one narrative showed, as far as weights may exist for it.

    Attributes:
        text: The narrative as it was read (see reading.py).
        pairs: Each character with the one after it.
        met: Names of the lists and rules that were met, with their prefix.
        points: What the rules alone say for and against each label.
    """

    text: str
    pairs: Iterable[str]
    met: Set[str]
    points: Mapping[Target, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Learned:
    """
    Weights in thousandths, one for each of SOUNDS, and the answer of a text without any of them.

    Attributes:
        start: What each sound begins with.
        weights: For each character, pair and sign its weights.
        packed: The same weights as one number (see `_packed`).
        known: What has weights.
    """

    start: tuple[int, ...]
    weights: dict[str, tuple[int, ...]]
    packed: dict[str, int]
    known: frozenset[str]

    @classmethod
    def of(cls, start: tuple[int, ...], weights: dict[str, tuple[int, ...]]) -> Self:
        """Make ready for scoring."""
        return cls(start, weights, {sign: _packed(row) for sign, row in weights.items()}, frozenset(weights))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read learned.tsv of a rules folder; without one, every text sounds alike."""
        path = folder / WEIGHTS_FILE
        if not path.exists():
            return cls.nothing()
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise RuleFileUnreadable(path, str(error)) from error
        rows = {}
        for number, line in enumerate(lines, 1):
            if line and not line.startswith("#"):
                sign, *numbers = line.split("\t")
                rows[sign] = _row(path, number, numbers)
        start = rows.pop(START, (0,) * len(SOUNDS))
        return cls.of(start, rows)

    @classmethod
    def nothing(cls) -> Self:
        """No weights: the rules decide alone."""
        return cls.of((0,) * len(SOUNDS), {})

    def sound(self, signs: Signs) -> dict[Target | str, float]:
        """Say how much a text sounds like each label, like any, and urgent; above zero is more likely than not."""
        known, number = self.known, self.packed.__getitem__
        heard = {*known.intersection(signs.text), *known.intersection(signs.pairs)}
        met = known.intersection(signs.met)
        of_grams = _unpacked(sum(map(number, heard)), len(heard))
        of_signs = _unpacked(sum(map(number, met)), len(met))
        scale = GRAM_WEIGHT / sqrt(len(heard) + 1)
        told = list(map(add, self.start, of_signs))
        for target, points in signs.points.items():
            if row := self.weights.get(POINTS + target):
                told = [sum_so_far + weight * points for sum_so_far, weight in zip(told, row, strict=True)]
        heard_too = (weight * scale for weight in of_grams)
        return {
            name: (by_signs + by_grams) / 1000 for name, by_signs, by_grams in zip(SOUNDS, told, heard_too, strict=True)
        }

    def strongest(self, text: str, sound: Target) -> tuple[int, int] | None:
        """Find the clause that gave this sound most; None if nothing in the text has a weight."""
        at = SOUNDS.index(sound)
        clauses = [
            (sum(self.weights[gram][at] for gram in grams(part.group()) if gram in self.weights), part.span())
            for part in _CLAUSE.finditer(text)
        ]
        return max(clauses, key=lambda clause: (clause[0], -clause[1][0]))[1] if clauses else None


def _row(path: Path, number: int, numbers: list[str]) -> tuple[int, ...]:
    try:
        row = tuple(map(int, numbers))
    except ValueError as error:
        raise RuleInvalid(path, f"line {number}", str(error)) from error
    if len(row) != len(SOUNDS) or any(abs(weight) >= _LIFT for weight in row):
        raise RuleInvalid(path, f"line {number}", f"{len(SOUNDS)} whole numbers between ±{_LIFT} are needed")
    return row


def _packed(row: tuple[int, ...]) -> int:
    return int.from_bytes(_FIELDS.pack(*(weight + _LIFT for weight in row)), "little")


def _unpacked(total: int, count: int) -> list[int]:
    """What `count` packed rows sum up to, field by field."""
    lifted = count * _LIFT
    return [field - lifted for field in _FIELDS.unpack(total.to_bytes(_FIELDS.size, "little"))]

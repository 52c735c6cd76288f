"""
Weights of single characters and pairs, learned from labelled texts: how a narrative sounds as a whole.

The rules know words; the weights know that a text speaks of hardship in words that no rule has. The answer of one
label is a sum, so its reason can be shown: the clause that gave most (`strongest`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from operator import add
from pathlib import Path
from typing import Self

from producers.screening.errors import RuleFileUnreadable, RuleInvalid
from producers.screening.findings import Label
from producers.screening.rulefiles import URGENT, Target

ANY = "ANY"
SOUNDS: tuple[Target | str, ...] = (ANY, URGENT, *Label)
WEIGHTS_FILE = "learned.tsv"

# All weights of a pair are summed at once: each is a field of one whole number, lifted above zero.
_FIELD = 32
_LIFT = 1 << 16
_CLAUSE = re.compile(r"[^,，。！？!?;；:：、…]+")
_MASK = (1 << _FIELD) - 1


def grams(text: str) -> set[str]:
    """List the different characters and pairs of a text."""
    found = set(map(add, text, text[1:]))
    found.update(text)
    return found


@dataclass(frozen=True)
class Learned:
    """
    Weights in thousandths, one for each of SOUNDS, and the answer of a text without any of them.

    Attributes:
        start: What each sound begins with.
        weights: For each character or pair its weights.
        packed: The same weights as one number (see `_packed`).
        known: The characters and pairs that have weights.
    """

    start: tuple[int, ...]
    weights: dict[str, tuple[int, ...]]
    packed: dict[str, int]
    known: frozenset[str]

    @classmethod
    def of(cls, start: tuple[int, ...], weights: dict[str, tuple[int, ...]]) -> Self:
        """Make ready for scoring."""
        return cls(start, weights, {gram: _packed(row) for gram, row in weights.items()}, frozenset(weights))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read learned.tsv of a rules folder; without one, every text sounds alike."""
        path = folder / WEIGHTS_FILE
        if not path.exists():
            return cls.of((0,) * len(SOUNDS), {})
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise RuleFileUnreadable(path, str(error)) from error
        rows = {}
        for number, line in enumerate(lines, 1):
            if line and not line.startswith("#"):
                gram, *numbers = line.split("\t")
                rows[gram] = _row(path, number, numbers)
        start = rows.pop("START", (0,) * len(SOUNDS))
        return cls.of(start, rows)

    def sound(self, text: str, pairs: Iterable[str]) -> dict[Target | str, float]:
        """Say how much a text sounds like each label, like any, and urgent; above zero is more likely than not."""
        known = {*self.known.intersection(text), *self.known.intersection(pairs)}
        total, count = sum(map(self.packed.__getitem__, known)), len(known)
        scale = 1 / (1000 * sqrt(count + 1))
        return {
            name: self.start[at] / 1000 + ((total >> (at * _FIELD) & _MASK) - count * _LIFT) * scale
            for at, name in enumerate(SOUNDS)
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
    return sum((weight + _LIFT) << (at * _FIELD) for at, weight in enumerate(row))

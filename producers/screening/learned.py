"""
Weights learned from labelled texts: what the signs of a whole narrative, taken together, make likely.

The rules know words and passages; the weights know how much each of them has been worth, and that a text speaks of
hardship in words that no rule has. The answer of one label is a sum over what was met, so its reasons can be shown:
the passages of the rules, or the clause whose characters gave most (`strongest`).
"""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from itertools import repeat
from math import sqrt
from operator import add, attrgetter
from pathlib import Path
from typing import Self

from producers.screening.errors import RuleFileUnreadable, RuleInvalid
from producers.screening.findings import Label
from producers.screening.rulefiles import URGENT, Target
from producers.screening.sums import Fields, SumsByByte
from producers.screening.vocabulary import Pair

ANY = "ANY"
SOUNDS: tuple[Target | str, ...] = (ANY, URGENT, *Label)
WEIGHTS_FILE = "learned.tsv"
START = "START"
# What stands before the name of a sign: a word list that was met, a rule that counted, one that was struck out, points.
LIST_MET, RULE_MET, RULE_STRUCK, POINTS = SIGNS = "@", "+", "-", "="
# All characters and pairs together weigh about as much as a few dozen signs; those of a very short text weigh less.
_GRAM_WEIGHT, _FEW_GRAMS = 8, 20

_WEIGHT_MAX = 1 << 16
_weight_of = attrgetter("weight")
# A clause begins with a word: no passage that is shown begins as a formula of a spreadsheet may.
_CLAUSE = re.compile(r"[^\W_][^,，。！？!?;；:：、…]*")


def gram_weight(count: int) -> float:
    """What each of so many known characters and pairs weighs."""
    return _GRAM_WEIGHT / sqrt(count + _FEW_GRAMS)


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
        pairs: For each two characters that follow each other what they mean, if anything.
        lists: A bit for each list of words that was met.
        met: Names of the rules that counted or were struck out, with their prefix.
        points: What the rules alone say for and against each label.
    """

    text: str
    pairs: Iterable[Pair | None]
    lists: int
    met: Set[str]
    points: Mapping[Target, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Learned:
    """
    Weights in thousandths, one for each of SOUNDS, and the answer of a text without any of them.

    Attributes:
        start: What each sound begins with.
        weights: For each character, pair and sign its weights.
    """

    start: tuple[int, ...]
    weights: dict[str, tuple[int, ...]]

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
        return cls(start, rows)

    @classmethod
    def nothing(cls) -> Self:
        """No weights: the rules decide alone."""
        return cls((0,) * len(SOUNDS), {})

    def strongest(self, text: str, sound: Target) -> tuple[int, int] | None:
        """Find the clause that gave this sound most; None if nothing in the text has a weight."""
        at = SOUNDS.index(sound)
        clauses = [
            (sum(self.weights[gram][at] for gram in grams(part.group()) if gram in self.weights), part.span())
            for part in _CLAUSE.finditer(text)
        ]
        return max(clauses, key=lambda clause: (clause[0], -clause[1][0]))[1] if clauses else None


@dataclass(frozen=True, slots=True)
class Ear:
    """
    The weights made ready for the lists of one rulebook.

    Attributes:
        learned: The weights themselves.
        fields: How the weights of a sign, and that it was met once, are one number.
        packed: That number of each character, pair and sign.
        of_characters: The same of characters alone: a small table is quicker.
        of_lists: The sums of the weights of lists.
    """

    learned: Learned
    fields: Fields
    packed: dict[str, int]
    of_characters: dict[str, int]
    of_lists: SumsByByte

    @classmethod
    def of(cls, learned: Learned, lists: Iterable[str]) -> Self:
        """Make ready for scoring; the lists in the order of their bits."""
        counted = {sign: (*row, 1) for sign, row in learned.weights.items()}
        fields = Fields.for_sums_of(len(SOUNDS) + 1, counted.values())
        packed = {sign: fields.packed(row) for sign, row in counted.items()}
        of_characters = {sign: number for sign, number in packed.items() if len(sign) == 1}
        of_lists = SumsByByte.of([packed.get(LIST_MET + name, 0) for name in lists])
        return cls(learned, fields, packed, of_characters, of_lists)

    def sound(self, signs: Signs) -> dict[Target | str, float]:
        """Say how much a text sounds like each label, like any, and urgent; above zero is more likely than not."""
        number, nothing = self.packed.get, repeat(0)
        pairs = set(signs.pairs)
        pairs.discard(None)
        of_pairs = sum(map(_weight_of, pairs))
        *of_grams, heard = self.fields.unpacked(sum(map(self.of_characters.get, set(signs.text), nothing), of_pairs))
        of_rules = sum(map(number, signs.met, nothing))
        *of_signs, _ = self.fields.unpacked(of_rules + self.of_lists.of_bits(signs.lists))
        scale = gram_weight(heard)
        told = list(map(add, self.learned.start, of_signs))
        for target, points in signs.points.items():
            if row := self.learned.weights.get(POINTS + target):
                told = [sum_so_far + weight * points for sum_so_far, weight in zip(told, row, strict=True)]
        return {
            name: (by_signs + weight * scale) / 1000
            for name, by_signs, weight in zip(SOUNDS, told, of_grams, strict=True)
        }


def _row(path: Path, number: int, numbers: list[str]) -> tuple[int, ...]:
    try:
        row = tuple(map(int, numbers))
    except ValueError as error:
        raise RuleInvalid(path, f"line {number}", str(error)) from error
    if len(row) != len(SOUNDS) or any(abs(weight) >= _WEIGHT_MAX for weight in row):
        raise RuleInvalid(path, f"line {number}", f"{len(SOUNDS)} whole numbers between ±{_WEIGHT_MAX} are needed")
    return row

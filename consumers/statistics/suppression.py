"""
The publication filter: no count under five leaves the agencies, nor a total from which one follows.

A count of 0 to 4 is withheld, and so is every further count that would let somebody find it by adding and subtracting
what is published: docs/decisions/0028-figures.md. What is withheld for which of the two reasons cannot be told apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from schemas.figures_record import SMALLEST_PUBLISHED

Counts: TypeAlias = Mapping[str, int]
Published: TypeAlias = dict[str, int | None]
"""Counts by their names; None where withheld."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A count that is the sum of others: whoever knows all but one of them knows that one too."""

    whole: str
    parts: tuple[str, ...]

    @property
    def members(self) -> tuple[str, ...]:
        return self.whole, *self.parts


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reader can conclude of a count: it is `low` to `high`; None: there is no upper limit."""

    low: int
    high: int | None

    @property
    def protects(self) -> bool:
        """Whether the reader can tell neither the count, nor that it is a small one."""
        return self.high is None or (self.high >= SMALLEST_PUBLISHED and self.high - self.low >= SMALLEST_PUBLISHED)


def publish(counts: Counts, sums: Sequence[Sum]) -> Published:
    """
    What may be published of these counts.

    No count under five can be recovered from the answer, nor that it is one. The sums must not form a circle: what a
    reader can conclude is then exactly what `conclude` finds.
    """
    hidden = {name for name, count in counts.items() if count < SMALLEST_PUBLISHED}
    small = sorted(hidden)
    while True:
        published = {name: None if name in hidden else count for name, count in counts.items()}
        known = conclude(published, sums)
        exposed = next((name for name in small if not known[name].protects), None)
        if exposed is None:
            return published
        hidden.add(_next_to_hide(exposed, published, sums))


def conclude(published: Mapping[str, int | None], sums: Iterable[Sum]) -> dict[str, Bounds]:
    """What a reader of these counts can conclude of each, knowing the sums and that no count is negative."""
    known = {name: Bounds(0, None) if count is None else Bounds(count, count) for name, count in published.items()}
    sums = tuple(sums)
    while True:
        before = dict(known)
        for each in sums:
            _narrow(known, each)
        if known == before:
            return known


def _narrow(known: dict[str, Bounds], each: Sum) -> None:
    parts = [known[part] for part in each.parts]
    known[each.whole] = _both(known[each.whole], Bounds(sum(p.low for p in parts), _total(p.high for p in parts)))
    whole = known[each.whole]
    for part in each.parts:
        others = [known[other] for other in each.parts if other != part]
        most_of_others = _total(other.high for other in others)
        low = 0 if most_of_others is None else max(0, whole.low - most_of_others)
        high = None if whole.high is None else whole.high - sum(other.low for other in others)
        known[part] = _both(known[part], Bounds(low, high))


def _both(one: Bounds, other: Bounds) -> Bounds:
    highs = [bounds.high for bounds in (one, other) if bounds.high is not None]
    return Bounds(max(one.low, other.low), min(highs, default=None))


def _total(highs: Iterable[int | None]) -> int | None:
    total = 0
    for high in highs:
        if high is None:
            return None
        total += high
    return total


def _next_to_hide(exposed: str, published: Mapping[str, int | None], sums: Sequence[Sum]) -> str:
    """The smallest published count among those that the exposed one hangs together with; parts before wholes."""
    reached = {exposed}
    while True:
        near = [each for each in sums if reached & set(each.members)]
        parts = {part for each in near for part in each.parts}
        members = {member for each in near for member in each.members}
        for choice in (parts, members):
            visible = [(count, name) for name in choice if (count := published[name]) is not None]
            if visible:
                return min(visible)[1]
        reached |= members

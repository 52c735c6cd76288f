"""
The money that counties tell, added up by their level, by who found the clue, and by category (K8, sum by level).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from consumers.statistics.publication import WITH_MONEY
from schemas.agreement_terms import Level, level_of


@dataclass(frozen=True, slots=True)
class MoneySum:
    """
    Money of one level and one group, from the counties that tell it, with the number of persons whom it is of.

    Attributes:
        of: the name of the count of persons, such as `persons.category.W2`.
        counties: how many tell it; what the others decided is not in it.
    """

    level: Level
    of: str
    decided_fen: int
    persons: int
    counties: int

    @property
    def per_person_fen(self) -> int:
        """Rounded down; a county tells no money of fewer than five persons."""
        return self.decided_fen // self.persons


class TellsMoney(Protocol):
    """What a county tells of its money: fen by the name of the count of persons, and the counts."""

    @property
    def region(self) -> str: ...

    @property
    def counts(self) -> Mapping[str, int | None]: ...

    @property
    def money(self) -> Mapping[str, int]: ...


def money_by_level(counties: Sequence[TellsMoney]) -> tuple[MoneySum, ...]:
    """A sum for each level and group that at least one of them tells money of."""
    found = ((level, name, _telling(counties, level, name)) for level in Level for name in WITH_MONEY)
    return tuple(
        MoneySum(level, name, sum(fen for fen, _ in told), sum(persons for _, persons in told), len(told))
        for level, name, told in found
        if told
    )


def _telling(counties: Sequence[TellsMoney], level: Level, name: str) -> list[tuple[int, int]]:
    return [
        (county.money[name], persons)
        for county in counties
        if level_of(county.region) is level
        and name in county.money
        and (persons := county.counts.get(name)) is not None
    ]

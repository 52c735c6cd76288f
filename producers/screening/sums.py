"""
Sums of rows of whole numbers, fast and exact: a row is one whole number, its entries fields of so many bits.

Rows are added as one; an entry below zero borrows from its neighbour, and `unpacked` gives that back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

_BYTE = 8


@dataclass(frozen=True, slots=True)
class Fields:
    """
    How rows are packed.

    Attributes:
        shifts: Where each entry of a row begins.
        mask: As many bits as a field is wide: enough for the largest sum and its sign.
        half: What lifts an entry above zero.
        lift: The same for a whole row.
    """

    shifts: tuple[int, ...]
    mask: int
    half: int
    lift: int

    @classmethod
    def for_sums_of(cls, entries: int, rows: Iterable[Sequence[int]]) -> Self:
        """Fields that hold the sum of any selection of these rows, each taken once."""
        largest = [0] * entries
        for row in rows:
            largest = [so_far + abs(entry) for so_far, entry in zip(largest, row, strict=True)]
        half = 1 << max(largest).bit_length()
        shifts = tuple(at * half.bit_length() for at in range(entries))
        return cls(shifts, 2 * half - 1, half, sum(half << shift for shift in shifts))

    def packed(self, row: Sequence[int]) -> int:
        """A row as one number."""
        return sum(entry << shift for entry, shift in zip(row, self.shifts, strict=True))

    def unpacked(self, total: int) -> list[int]:
        """The entries of a sum of packed rows."""
        lifted, mask, half = total + self.lift, self.mask, self.half
        return [(lifted >> shift & mask) - half for shift in self.shifts]


@dataclass(frozen=True, slots=True)
class SumsByByte:
    """The sums of any selection of numbers, given as bits: eight of them are looked up at once."""

    tables: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, numbers: Sequence[int]) -> Self:
        """Make the tables."""
        return cls(tuple(_sums(numbers[at : at + _BYTE]) for at in range(0, len(numbers), _BYTE)))

    def of_bits(self, selected: int) -> int:
        """Add up the numbers whose bit is set."""
        total = 0
        for table, byte in zip(self.tables, selected.to_bytes(len(self.tables), "little"), strict=True):
            total += table[byte]
        return total


def _sums(numbers: Sequence[int]) -> tuple[int, ...]:
    sums = [0]
    for number in numbers:
        sums += [so_far + number for so_far in sums]
    return tuple(sums)

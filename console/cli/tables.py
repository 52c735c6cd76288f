"""
Lists on a terminal of any width: the least important columns give way first, and an id is never cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from console.words import NONE

BETWEEN = 3
"""What stands between two columns, in characters."""


@dataclass(frozen=True, slots=True)
class Shown:
    """
    A column of a list.

    Attributes:
        rank: the highest gives way first; 0 never does.
        is_id: never folded or cut.
    """

    heading: str
    cells: Sequence[str]
    rank: int = 0
    is_id: bool = False

    @property
    def width(self) -> int:
        """As wide as it would like to be."""
        return max(cell_len(line) for text in (self.heading, *self.cells) for line in (text.splitlines() or [""]))


def show_list(console: Console, columns: Sequence[Shown]) -> None:
    """Print the list with as many columns as the terminal has room for; of an empty one say so."""
    if not columns[0].cells:
        console.print(NONE)
        return
    kept = fitting(columns, console.width)
    table = Table(show_edge=False, pad_edge=False)
    for column in kept:
        table.add_column(column.heading, no_wrap=column.is_id)
    for row in zip(*(column.cells for column in kept), strict=True):
        table.add_row(*map(escape, row))
    console.print(table)
    left_out = [column.heading for column in columns if column not in kept]
    if left_out:
        console.print(f"no room for 未显示: {', '.join(left_out)} (a wider window, or --json)", style="dim")


def fitting(columns: Sequence[Shown], width: int) -> list[Shown]:
    """The columns that find room, in their order."""
    kept = list(columns)
    while _needed(kept) > width and any(column.rank for column in kept):
        kept.remove(max(kept, key=lambda column: column.rank))
    return kept


def _needed(columns: Sequence[Shown]) -> int:
    return sum(column.width for column in columns) + BETWEEN * (len(columns) - 1)

"""
What openpyxl does not tell when it streams: merged cells, which stand after the rows, and hidden rows.

The tags are found by their spelling: raw text in XML holds no `<`, so no cell can look like one.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import ZipFile

from openpyxl.utils.cell import range_boundaries

from producers.intake.errors import FileRefused
from producers.intake.reasons import Reason
from producers.intake.xlsx_safety import chunks

MERGES_MAX = 10_000
_TAG = re.compile(rb"<(?:\w+:)?(?P<tag>row|mergeCell)\s(?P<attributes>[^<>]*)>")
_TAG_BYTES_MAX = 1 << 16
_NUMBER = re.compile(rb'(?:^|\s)r="(\d{1,7})"')
_HIDDEN = re.compile(rb'(?:^|\s)hidden="(?:1|true)"')
_RANGE = re.compile(rb'(?:^|\s)ref="([A-Za-z0-9:$]{1,40})"')


@dataclass(frozen=True, slots=True)
class Layout:
    """
    The rows of a sheet that are hidden, and those that have merged cells.

    Attributes:
        merged: first and last row of each stretch, ascending and apart from each other.
    """

    hidden: frozenset[int]
    merged: tuple[tuple[int, int], ...]

    def is_merged(self, row: int) -> bool:
        place = bisect_right(self.merged, (row, 1 << 30)) - 1
        return place >= 0 and self.merged[place][1] >= row


def layout_of(archive: ZipFile, part: str) -> Layout:
    """
    Read the layout of one sheet, in bounded memory.

    Raises:
        FileRefused: row numbers that do not ascend (openpyxl would leave rows out), or too many merged cells.
    """
    hidden: set[int] = set()
    merged: list[tuple[int, int]] = []
    last = 0
    for tag, attributes in _tags(archive, part):
        if tag == b"row":
            number = _row_number(attributes, last)
            last = number
            if _HIDDEN.search(attributes):
                hidden.add(number)
        elif found := _RANGE.search(attributes):
            merged.append(_rows_of(found[1].decode("ascii")))
            if len(merged) > MERGES_MAX:
                raise FileRefused(Reason.workbook_unsafe, detail="merged cells")
    return Layout(frozenset(hidden), tuple(_joined(merged)))


def _tags(archive: ZipFile, part: str) -> Iterator[tuple[bytes, bytes]]:
    rest = b""
    for chunk in chunks(archive, part):
        data = rest + chunk
        for found in _TAG.finditer(data):
            yield found["tag"], found["attributes"]
        opened = data.rfind(b"<")
        # A tag that is not closed yet goes on in the next piece.
        rest = data[opened:] if opened >= 0 and b">" not in data[opened:] else b""
        if len(rest) > _TAG_BYTES_MAX:
            raise FileRefused(Reason.workbook_damaged)


def _row_number(attributes: bytes, last: int) -> int:
    found = _NUMBER.search(attributes)
    number = int(found[1]) if found else last + 1
    if number <= last:
        raise FileRefused(Reason.workbook_damaged, row=number)
    return number


def _rows_of(cells: str) -> tuple[int, int]:
    try:
        _, first, _, last = range_boundaries(cells)
    except ValueError:
        raise FileRefused(Reason.workbook_damaged) from None
    return first or 1, last or 1 << 20


def _joined(stretches: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    first = last = 0
    for start, end in sorted(stretches):
        if start > last:
            if last:
                yield first, last
            first, last = start, end
        last = max(last, end)
    if last:
        yield first, last

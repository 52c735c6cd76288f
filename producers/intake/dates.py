"""
The day of registration: what can be read in one way only is taken, everything else refused.
"""

import re
import unicodedata
from datetime import date

from producers.intake.cells import Cell, CellKind
from producers.intake.errors import RowRefused
from producers.intake.reasons import Reason

EARLIEST = date(1949, 10, 1)
_TIME_OF_DAY = r"(?:[ T]*\d{1,2}[:时]\d{1,2}(?::\d{1,2}(?:\.\d+)?)?分?)?"
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4}) *(?:(?P<mark>[-/.]) *(?P<month>\d{1,2}) *(?P=mark) *(?P<day>\d{1,2})"
    r"|年 *(?P<month_zh>\d{1,2}) *月 *(?P<day_zh>\d{1,2}) *日)" + _TIME_OF_DAY
)
# A year of two digits, a year at the end, or a bare serial number, whose calendar (1900 or 1904) a text does not tell.
_SEVERAL_WAYS = re.compile(r"\d{1,2}[-/.年 ]+\d{1,2}[-/.月 ]+\d{1,4}日?" + _TIME_OF_DAY + r"|\d{4,6}(\.\d+)?")


def day_of(cell: Cell, today: date) -> date | None:
    """
    The day that a cell names; None where it is empty.

    Raises:
        RowRefused: ambiguous, not a date, no such day, or after today.
    """
    if cell.is_blank:
        return None
    day = cell.day if cell.kind in {CellKind.date, CellKind.number} else _day_of_text(cell.text)
    if day is None:
        raise _refused(Reason.date_unreadable)
    if day < EARLIEST:
        raise _refused(Reason.date_impossible)
    if day > today:
        raise _refused(Reason.date_in_future)
    return day


def _day_of_text(raw: str) -> date:
    text = unicodedata.normalize("NFKC", raw).strip().lstrip("'")
    found = _YEAR_FIRST.fullmatch(text)
    if found is None:
        raise _refused(Reason.date_ambiguous if _SEVERAL_WAYS.fullmatch(text) else Reason.date_unreadable)
    month, day = found["month"] or found["month_zh"], found["day"] or found["day_zh"]
    try:
        return date(int(found["year"]), int(month), int(day))
    except ValueError:
        raise _refused(Reason.date_impossible) from None


def _refused(reason: Reason) -> RowRefused:
    return RowRefused(reason, "received_on")

"""The day of registration."""

from datetime import date

import pytest

from producers.intake.cells import Cell, CellKind
from producers.intake.dates import day_of
from producers.intake.errors import RowRefused
from tests.registers import TODAY


@pytest.mark.parametrize(
    "written",
    [
        "2022-03-05",
        "2022.3.5",
        "2022年3月5日",
        "2022/03/05 17:56",
        "2022-03-05 17:32:00",
        "2022-03-05T17:32:00",
        "２０２２．３．５",
        " 2022 年 3 月 5 日 ",
    ],
)
def test_a_date_that_can_be_read_in_one_way_is_taken(written: str) -> None:
    """H008: the year first, in any of the usual marks, with or without a time of day."""
    assert day_of(Cell(written), TODAY) == date(2022, 3, 5)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("03/04/24", "date_ambiguous"),
        ("3/4/2024", "date_ambiguous"),
        ("24-3-5", "date_ambiguous"),
        ("44625", "date_ambiguous"),
        ("2022-03/05", "date_unreadable"),
        ("上周", "date_unreadable"),
        ("2022-02-30", "date_impossible"),
        ("0222-02-03", "date_impossible"),
        ("2202-01-01", "date_in_future"),
    ],
)
def test_any_other_date_is_refused(written: str, reason: str) -> None:
    """H008, H026: never guessed; a serial number in a text does not tell its calendar."""
    with pytest.raises(RowRefused) as refusal:
        day_of(Cell(written), TODAY)

    assert refusal.value.reason == reason
    assert written not in str(refusal.value)


def test_a_serial_number_of_a_workbook_is_a_date() -> None:
    """The workbook tells its calendar, so the number can be read in one way only."""
    assert day_of(Cell("44625", CellKind.number, date(2022, 3, 5)), TODAY) == date(2022, 3, 5)


def test_an_empty_cell_is_no_date() -> None:
    """The row is flagged, not refused."""
    assert day_of(Cell("  "), TODAY) is None

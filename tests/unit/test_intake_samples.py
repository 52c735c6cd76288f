"""The two sample registers: every row is accounted for, and the known rows are as they must be."""

from collections import Counter
from datetime import date
from uuid import UUID

import pytest

from producers.intake import NoEntry, Outcome, Taken
from producers.intake.repeats import SamePersons
from schemas.codes import AgeBand, IdNumberState, Source
from tests.registers import COMPLAINTS, HOTLINE, outcomes


@pytest.fixture(scope="module")
def complaints() -> list[Outcome]:
    """The federation's register."""
    return outcomes(COMPLAINTS)


@pytest.fixture(scope="module")
def hotline() -> list[Outcome]:
    """The procuratorate's register."""
    return outcomes(HOTLINE)


def by_row(read: list[Outcome], sheet: str | None = None) -> dict[int, Taken]:
    return {row.row: row for row in read if isinstance(row, Taken) and row.sheet == sheet}


def kinds(read: list[Outcome]) -> Counter[str]:
    return Counter(row.kind if isinstance(row, NoEntry) else type(row).__name__ for row in read)


def test_the_federations_register_is_accounted_for(complaints: list[Outcome]) -> None:
    """A title, a header, 240 entries, four blank lines; rows as a spreadsheet counts them."""
    assert kinds(complaints) == {"title_line": 1, "header": 1, "Taken": 240, "blank": 4}
    assert [row.row for row in complaints] == list(range(1, 247))


def test_the_procuratorates_register_is_accounted_for(hotline: list[Outcome]) -> None:
    """Two sheets, each by its own mapping: 45 calls, 35 petitions."""
    assert kinds(hotline) == {"title_line": 1, "header": 2, "Taken": 80}
    assert Counter(row.sheet for row in hotline if isinstance(row, Taken)) == {"热线": 45, "网上信访": 35}


def test_sources_follow_the_channel(complaints: list[Outcome], hotline: list[Outcome]) -> None:
    """Visits, letters and online messages; the hotline; 12309 by telephone and by web."""
    assert Counter(row.source for row in by_row(complaints).values()) == {Source.S1: 159, Source.S2: 81}
    assert Counter(row.source for row in hotline if isinstance(row, Taken)) == {Source.S6: 45, Source.S7: 35}


def test_the_three_ways_of_writing_a_date(complaints: list[Outcome], hotline: list[Outcome]) -> None:
    """Dots, Chinese characters, hyphens; in the workbook date cells and three kinds of text."""
    rows, sheet = by_row(complaints), by_row(hotline, "网上信访")

    assert [rows[row].received_on for row in (3, 4, 7)] == [date(2022, 1, 4), date(2022, 1, 5), date(2022, 1, 10)]
    assert [sheet[row].received_on for row in (3, 4, 5, 20)] == [
        date(2022, 3, 20),
        date(2022, 3, 30),
        date(2022, 4, 9),
        date(2022, 9, 4),
    ]
    assert by_row(hotline, "热线")[2].received_on == date(2022, 3, 15)


def test_full_width_digits_are_normalised_and_told(complaints: list[Outcome], hotline: list[Outcome]) -> None:
    """Numbers and telephones; also those with blanks and hyphens inside."""
    rows = by_row(complaints)

    assert rows[7].particulars.id_number == "999004199312217000"
    assert rows[7].particulars.phone == "19900000142"
    assert {"normalised:id_number", "normalised:phone"} <= set(rows[7].flags)
    assert rows[65].particulars.phone == "19900000859"
    assert rows[100].particulars.id_number == "999003199107113345"
    assert by_row(hotline, "网上信访")[12].particulars.id_number == "999007196702274065"


def test_line_breaks_in_a_cell_stay_and_do_not_shift_rows(complaints: list[Outcome]) -> None:
    """Entry 31 stands in row 33, and its text has two lines."""
    narrative = by_row(complaints)[33].particulars.narrative or ""

    assert narrative.count("\n") == 1
    assert "\r" not in narrative


def test_a_text_that_looks_like_a_formula_is_flagged(complaints: list[Outcome]) -> None:
    """Entry 221: text stays text."""
    row = by_row(complaints)[223]

    assert "formula_text" in row.flags
    assert (row.particulars.narrative or "").startswith("=HYPERLINK(")


def test_lost_digits_are_dropped_and_told(complaints: list[Outcome], hotline: list[Outcome]) -> None:
    """Entry 83 of the register and two numeric cells of the workbook."""
    calls = by_row(hotline, "热线")
    for row in (by_row(complaints)[85], calls[27], calls[29]):
        assert "digits_lost" in row.flags
        assert row.particulars.id_number is None


def test_numbers_are_flagged_part_by_part_and_lose_no_row(complaints: list[Outcome]) -> None:
    """The fictional regions were never assigned; twelve check digits are wrong, two numbers are old."""
    flags = Counter(flag for row in by_row(complaints).values() for flag in row.flags)

    assert flags["id_number_region_unknown"] == 161
    assert flags["id_number_check_wrong"] == 12
    assert flags["id_number_15_digits"] == 2
    assert flags["digits_lost"] == 1
    assert Counter(row.id_number for row in by_row(complaints).values()) == {
        IdNumberState.stated_unverified: 161,
        IdNumberState.none: 79,
    }


def test_references_between_addresses_are_resolved(complaints: list[Outcome]) -> None:
    """同左 and 同户籍; where there is nothing to refer to, that is told."""
    rows = by_row(complaints)

    assert rows[5].particulars.address == rows[5].particulars.registered_address == "南坪街道南坪社区幸福里25号"
    assert rows[8].particulars.address == "青禾县石桥乡高枧村五社"
    assert rows[25].particulars.address is None
    assert "address_refers_to_nothing" in rows[25].flags


def test_ages_are_those_of_the_day_of_registration(complaints: list[Outcome]) -> None:
    """Two children under fourteen among them: the strictest class."""
    bands = Counter(row.age_band for row in by_row(complaints).values())

    assert bands[AgeBand.under_14] == 2
    assert bands[AgeBand.from_14_to_17] == 1


def test_persons_who_were_registered_twice_are_found(complaints: list[Outcome]) -> None:
    """By the same valid number in either length, or by the same telephone and name; and nobody else is offered."""
    seen, pairs = SamePersons(), set()
    for row in by_row(complaints).values():
        pairs |= {(found.candidate_id.int, row.row) for found in seen.earlier(row)}
        seen.note(row, UUID(int=row.row))

    assert pairs == {
        (4, 231), (12, 20), (24, 97), (30, 38), (39, 94), (91, 158), (105, 110),
    }  # fmt: skip


def test_names_that_are_none_are_flagged(complaints: list[Outcome]) -> None:
    """An empty cell and 匿名 are a missing name; 熊某某 and 何女士 an incomplete one."""
    rows = by_row(complaints)

    assert "name_missing" in rows[15].flags
    assert rows[50].particulars.name is None
    assert "name_incomplete" in rows[25].flags

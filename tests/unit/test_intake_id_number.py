"""Citizen numbers: the vectors of the domain notes, section 12."""

from datetime import date

import pytest

from clue_exchange.citizen_numbers import lengthened
from producers.intake.flags import Flag
from producers.intake.id_number import age_band, examine
from producers.intake.text import identifier
from schemas.codes import AgeBand, IdNumberState

ON = date(2022, 6, 1)


@pytest.mark.parametrize(
    ("number", "state", "flags"),
    [
        ("11010519491231002X", "well_formed", ()),
        ("440524188001010014", "well_formed", (Flag.id_number_region_abolished,)),
        ("110105491231002", "well_formed", (Flag.id_number_15_digits,)),
        ("110105194902300020", "stated_unverified", (Flag.id_number_birth_date_wrong,)),
        ("110105194913310021", "stated_unverified", (Flag.id_number_birth_date_wrong,)),
        ("990105188001010029", "stated_unverified", (Flag.id_number_region_unknown,)),
        ("110105209912310029", "stated_unverified", (Flag.id_number_birth_date_wrong,)),
        ("110105194912310021", "stated_unverified", (Flag.id_number_check_wrong,)),
        ("999005196801054487", "stated_unverified", (Flag.id_number_region_unknown,)),
        ("1101051949123100", "stated_unverified", (Flag.id_number_length_wrong,)),
        ("1101051949123100XX", "stated_unverified", (Flag.id_number_characters_wrong,)),
        ("", "none", ()),
        ("E12345678", "foreign_document", ()),
        ("1.10105E+17", "none", (Flag.digits_lost,)),
        ("110105194912310000", "none", (Flag.digits_lost,)),
    ],
)
def test_a_number_is_judged_part_by_part(number: str, state: str, flags: tuple[Flag, ...]) -> None:
    """Which part is wrong is said; nothing is refused."""
    judged = examine(number, ON)

    assert (judged.state, judged.flags) == (IdNumberState(state), flags)


@pytest.mark.parametrize(
    "written", ["１１０１０５１９４９１２３１００２Ｘ", "11010519491231002x", "'110105 19491231 002X "]
)
def test_harmless_spellings_are_one_number(written: str) -> None:
    """H007: full-width digits, a small x, blanks and the apostrophe that keeps a cell as text."""
    assert examine(identifier(written), ON).stated == "11010519491231002X"


def test_a_wrong_number_is_kept_as_stated_but_not_compared_by() -> None:
    """H020: as stated, unverified; it neither links two rows nor tells an age."""
    judged = examine("110105194912310021", ON)

    assert judged.stated == "110105194912310021"
    assert (judged.key, judged.born_on) == (None, None)


def test_lost_digits_are_not_kept() -> None:
    """H006: what a spreadsheet left of a number would mislead."""
    assert examine("9.99008E+17", ON).stated is None


def test_both_lengths_of_a_number_have_one_key() -> None:
    """A number of fifteen digits is that of eighteen without century and check digit."""
    assert lengthened("110105491231002") == "11010519491231002X"
    assert examine("110105491231002", ON).key == examine("11010519491231002X", ON).key


def test_a_number_never_shows() -> None:
    """Its `repr` may reach a log."""
    assert "1949" not in repr(examine("11010519491231002X", ON))


@pytest.mark.parametrize(
    ("born_on", "band"),
    [
        (date(2008, 6, 2), AgeBand.under_14),
        (date(2008, 6, 1), AgeBand.from_14_to_17),
        (date(2004, 6, 1), AgeBand.from_18_to_59),
        (date(1962, 6, 2), AgeBand.from_18_to_59),
        (date(1962, 6, 1), AgeBand.from_60),
        (None, AgeBand.unknown),
    ],
)
def test_the_age_is_that_of_the_day_of_registration(born_on: date | None, band: AgeBand) -> None:
    """A birthday counts from its day on."""
    assert age_band(born_on, ON) is band


def test_without_a_day_there_is_no_age() -> None:
    """Nothing is guessed."""
    assert age_band(date(1990, 1, 1), None) is AgeBand.unknown

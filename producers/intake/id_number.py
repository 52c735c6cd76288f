"""
Citizen numbers (GB 11643-1999): which part is wrong is said, and a wrong number never loses a row.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from clue_exchange.citizen_numbers import check_digit, lengthened
from producers.intake.flags import Flag
from producers.intake.regions import Region, region
from schemas.codes import AgeBand, IdNumberState

LENGTH = 18
OLD_LENGTH = 15
_OLDEST_YEARS = 150
_CITIZEN = re.compile(r"\d{17}[\dX]|\d{15}", re.ASCII)
_FOREIGN = re.compile(r"[A-Z]{1,3}\d{5,15}", re.ASCII)  # passports, permits: they begin with letters
_SPOILT = re.compile(r"\d(\.\d+)?E\+?\d+", re.ASCII)  # how a spreadsheet shows a long number
_ZEROS_OF_A_SPREADSHEET = "000"
_REGION_FLAGS: Mapping[Region, tuple[Flag, ...]] = {
    Region.in_force: (),
    Region.abolished: (Flag.id_number_region_abolished,),
    Region.unknown: (Flag.id_number_region_unknown,),
}
WRONG = frozenset(
    {
        Flag.id_number_length_wrong,
        Flag.id_number_characters_wrong,
        Flag.id_number_region_unknown,
        Flag.id_number_birth_date_wrong,
        Flag.id_number_check_wrong,
    }
)
"""The flags that make a number `stated_unverified`; the others only tell something about it."""


@dataclass(frozen=True, slots=True)
class IdNumber:
    """
    A number as stated, in normal form, and how far it can be relied on.

    Attributes:
        stated: None where there is none, or where a spreadsheet lost its last digits.
        born_on: where date and check digit hold.
        key: the same for both lengths of one number; None where the number is not sure enough to compare by it.
    """

    state: IdNumberState
    stated: str | None = field(default=None, repr=False)
    flags: tuple[Flag, ...] = ()
    born_on: date | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)


NO_NUMBER = IdNumber(IdNumberState.none)
DIGITS_LOST = IdNumber(IdNumberState.none, flags=(Flag.digits_lost,))  # nothing is left that could be handed over


def examine(stated: str, on: date) -> IdNumber:
    """
    Judge a number in normal form (`text.identifier`) as it stood on a day.

    Every text is answered; which part is wrong is told by the flags.
    """
    if not stated:
        return NO_NUMBER
    if _SPOILT.fullmatch(stated):
        return DIGITS_LOST
    if _FOREIGN.fullmatch(stated):
        return IdNumber(IdNumberState.foreign_document, stated)
    if len(stated) not in {LENGTH, OLD_LENGTH}:
        return IdNumber(IdNumberState.stated_unverified, stated, (Flag.id_number_length_wrong,))
    if not _CITIZEN.fullmatch(stated):
        return IdNumber(IdNumberState.stated_unverified, stated, (Flag.id_number_characters_wrong,))
    return _examine_citizen(stated, on)


def _examine_citizen(stated: str, on: date) -> IdNumber:
    is_old = len(stated) == OLD_LENGTH
    whole = lengthened(stated) if is_old else stated
    born_on = _birth_date(whole, on)
    is_check_right = check_digit(whole) == whole[-1]
    if not is_check_right and whole.endswith(_ZEROS_OF_A_SPREADSHEET):
        return DIGITS_LOST
    flags = (
        *_REGION_FLAGS[region(whole[:6])],
        *(() if born_on else (Flag.id_number_birth_date_wrong,)),
        *(() if is_check_right else (Flag.id_number_check_wrong,)),
        *((Flag.id_number_15_digits,) if is_old else ()),
    )
    state = IdNumberState.stated_unverified if WRONG.intersection(flags) else IdNumberState.well_formed
    if not is_check_right or born_on is None:
        return IdNumber(state, stated, flags)
    return IdNumber(state, stated, flags, born_on, whole)


def age_band(born_on: date | None, on: date | None) -> AgeBand:
    """The age group on a day; unknown where either is."""
    if born_on is None or on is None:
        return AgeBand.unknown
    age = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    return next(band for below, band in _BANDS if age < below)


_BANDS = (
    (14, AgeBand.under_14),
    (18, AgeBand.from_14_to_17),
    (60, AgeBand.from_18_to_59),
    (1000, AgeBand.from_60),
)


def _birth_date(whole: str, on: date) -> date | None:
    try:
        born_on = date(int(whole[6:10]), int(whole[10:12]), int(whole[12:14]))
    except ValueError:
        return None
    return born_on if born_on <= on and on.year - born_on.year <= _OLDEST_YEARS else None

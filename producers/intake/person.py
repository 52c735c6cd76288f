"""
Who a row is about: her name, and the keys by which another row may be found to be about the same person.
"""

import re
import unicodedata
from enum import StrEnum

from clue_exchange.citizen_numbers import comparable
from producers.intake.flags import Flag
from producers.intake.id_number import IdNumber

# 某某, 女士 and the like stand for a name that the clerk did not know or did not write.
_INCOMPLETE = re.compile(r".*某.*|.{1,2}(女士|先生|小姐|大姐|阿姨|婆婆|奶奶|同志)|(女士|先生)")
_LOOKALIKE_DOTS = re.compile("[·•‧・･.。\\s]")


_BODY = 17  # without the check digit
_DIGITS = re.compile(r"[0-9]{17}")


class Why(StrEnum):
    """Why two rows may be of the same person."""

    number = "number"
    number_but_check = "number_but_check"
    phone_and_name = "phone_and_name"
    birth_and_name = "birth_and_name"
    phone_and_text = "phone_and_text"
    name_and_text = "name_and_text"


def name_flags(name: str | None) -> tuple[Flag, ...]:
    """Whether a name is missing or stands for one that was not written."""
    if name is None:
        return (Flag.name_missing,)
    return (Flag.name_incomplete,) if _INCOMPLETE.fullmatch(name) else ()


def person_keys(number: IdNumber, phone_key: str | None, name: str | None) -> tuple[str, ...]:
    """
    The keys that rows of the same person share, the strongest first; each begins with its reason (`Why`).

    A name that stands for none (某某, 女士) is no key.
    """
    folded = _folded(name) if name and not name_flags(name) else None
    whole = comparable(number.stated) if number.stated else ""
    body = whole[:_BODY] if _DIGITS.fullmatch(whole[:_BODY]) else None
    keys = {
        Why.number: number.key,
        Why.number_but_check: body,
        Why.phone_and_name: f"{phone_key}:{_folded(name)}" if phone_key and name else None,
        Why.birth_and_name: f"{body[6:14]}:{folded}" if body and folded else None,
        Why.phone_and_text: phone_key,
        Why.name_and_text: folded,
    }
    return tuple(f"{why}:{key}" for why, key in keys.items() if key)


def _folded(name: str) -> str:
    """For comparing only: a name is kept as it was stated."""
    return _LOOKALIKE_DOTS.sub("", unicodedata.normalize("NFKC", name)).casefold()

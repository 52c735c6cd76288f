"""
Who a row is about: her name, and the keys by which another row may be found to be about the same person.
"""

import re
import unicodedata

from producers.intake.flags import Flag

# 某某, 女士 and the like stand for a name that the clerk did not know or did not write.
_INCOMPLETE = re.compile(r".*某.*|.{1,2}(女士|先生|小姐|大姐|阿姨|婆婆|奶奶|同志)|(女士|先生)")
_LOOKALIKE_DOTS = re.compile("[·•‧・･.。\\s]")


def name_flags(name: str | None) -> tuple[Flag, ...]:
    """Whether a name is missing or stands for one that was not written."""
    if name is None:
        return (Flag.name_missing,)
    return (Flag.name_incomplete,) if _INCOMPLETE.fullmatch(name) else ()


def person_keys(id_key: str | None, phone_key: str | None, name: str | None) -> tuple[str, ...]:
    """Equal for rows of the same valid number, and for rows of the same telephone and the same name."""
    by_number = (f"number:{id_key}",) if id_key else ()
    by_phone = (f"phone:{phone_key}:{_folded(name)}",) if phone_key and name else ()
    return by_number + by_phone


def _folded(name: str) -> str:
    """For comparing only: a name is kept as it was stated."""
    return _LOOKALIKE_DOTS.sub("", unicodedata.normalize("NFKC", name)).casefold()

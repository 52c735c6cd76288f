"""
Telephone numbers as clerks write them: a malformed one is kept and marked.
"""

import re
from dataclasses import dataclass, field

from producers.intake.flags import Flag

_SEPARATORS = re.compile(r"(?<=\d)[-‐‑–—.](?=\d)")
_COUNTRY = re.compile(r"\+?86(?=1\d{10})", re.ASCII)
_NUMBER = r"1[3-9]\d{9}|0\d{9,11}|[2-8]\d{6,7}|[48]00\d{7}|1\d{4}"
"""Mobile, long-distance, local, 400 and 800, service lines such as 12338."""
_ALONE = re.compile(_NUMBER, re.ASCII)
_WITH_NOTE = re.compile(rf"(?P<number>{_NUMBER})\D+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Phone:
    """
    A telephone number in normal form.

    Attributes:
        stated: what is kept, with its note where there is one; None where there is none.
        key: the bare number to compare by; None where it is malformed.
    """

    stated: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)
    flags: tuple[Flag, ...] = ()


NO_PHONE = Phone()


def examine(stated: str) -> Phone:
    """Judge a number in normal form (`text.identifier`); every text is answered."""
    if not stated:
        return NO_PHONE
    bare = _COUNTRY.sub("", _SEPARATORS.sub("", stated), count=1)
    if _ALONE.fullmatch(bare):
        return Phone(bare, bare)
    if found := _WITH_NOTE.fullmatch(bare):
        return Phone(bare, found["number"], (Flag.phone_with_note,))
    return Phone(stated, None, (Flag.phone_malformed,))

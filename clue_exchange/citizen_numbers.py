"""
The spelling of citizen numbers (GB 11643-1999): the check character, and the one form that two of them are compared in.
"""

import re
import unicodedata

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_OLD = re.compile(r"[0-9]{15}")


def check_digit(number: str) -> str:
    """The last character that the first seventeen digits demand."""
    return _CHECK_DIGITS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False)) % 11]


def lengthened(old: str) -> str:
    """The eighteen characters of an old number of fifteen digits."""
    body = f"{old[:6]}19{old[6:]}"
    return body + check_digit(body)


def comparable(stated: str) -> str:
    """
    The form in which two statements of one number are equal: NFKC, capitals, no blanks, eighteen characters.

    Any text is answered; whether it is a right number is not asked.
    """
    plain = "".join(unicodedata.normalize("NFKC", stated).upper().split())
    return lengthened(plain) if _OLD.fullmatch(plain) else plain

"""
Text of a cell → text of the exchange: harmless differences are normalised, invisible characters refuse the row.

What comes out satisfies schemas/particulars.py; a test holds the two together.
"""

import re
import unicodedata

from producers.intake.errors import RowRefused
from producers.intake.reasons import Reason
from schemas.particulars import IDEOGRAPHIC_PLANES, NOT_PLAIN

_LINE_BREAK = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_HARMLESS = frozenset("\t\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")  # they become line breaks and blanks
_ODD_BLANK = re.compile("[^\\S\n \u3000]")  # tab, no-break space and the like
_BLANKS = re.compile(r"\s+")


def refuse_forbidden(text: str, field: str) -> None:
    """
    Let through what can be shown and printed.

    Raises:
        RowRefused: a control, zero-width, bidirectional or unassigned character, with its place, escaped.
    """
    for position, character in enumerate(text, start=1):
        if character not in _HARMLESS and not _is_plain(character):
            raise RowRefused(Reason.character_not_allowed, field, f"character {position}: U+{ord(character):04X}")


def paragraphs(raw: str) -> str:
    """Normal form NFC, one kind of line break, plain blanks, none at the ends."""
    return unicodedata.normalize("NFC", _ODD_BLANK.sub(" ", _LINE_BREAK.sub("\n", raw))).strip()


def line(raw: str) -> str:
    """As `paragraphs`, in one line: a line break is a blank."""
    return paragraphs(raw).replace("\n", " ")


def identifier(raw: str) -> str:
    """A number of a person or a telephone: NFKC, upper case, no blanks, no apostrophe that kept a cell as text."""
    joined = _BLANKS.sub("", unicodedata.normalize("NFKC", raw)).lstrip("'").upper()
    return unicodedata.normalize("NFKC", joined)  # an accent behind a blank that went joins the letter before it


def word(raw: str) -> str:
    """A header or a coded word as it is compared: NFKC, no blanks, no byte-order mark."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", raw)).replace("\ufeff", "")


def _is_plain(character: str) -> bool:
    """As the model has it: an ideograph that this Python does not know yet is a name all the same."""
    category = unicodedata.category(character)
    return category not in NOT_PLAIN or (category == "Cn" and ord(character) in IDEOGRAPHIC_PLANES)

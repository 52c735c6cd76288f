"""
Who she is, how to reach her safely, and what happened, in words: the part of an event that is personal.

One value a person of the clue. Its `repr` shows nothing, so that no log and no traceback can.
"""

import unicodedata
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.event import Coded

LINE_BREAK = "\n"
BLANKS = " \u3000"
NOT_PLAIN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})


IDEOGRAPHIC_PLANES = range(0x20000, 0x3FFFE)


def _is_plain(character: str) -> bool:
    """
    Neither control, format (zero-width, bidirectional override), separator of lines, surrogate nor private.

    An ideograph that this Python does not know yet is a name all the same: the two sides may run different versions.
    """
    category = unicodedata.category(character)
    return category not in NOT_PLAIN or (category == "Cn" and ord(character) in IDEOGRAPHIC_PLANES)


def _line(text: str) -> str:
    if text != text.strip() or not all(map(_is_plain, text)):
        raise ValueError("has blanks at an end, a control or an invisible character")
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("is not in normal form NFC")
    return text


def _text(text: str) -> str:
    for line in text.split(LINE_BREAK):
        _line(line.strip(BLANKS))
    if not text.strip():
        raise ValueError("is empty")
    return text


def _identifier(text: str) -> str:
    if not unicodedata.is_normalized("NFKC", text):
        raise ValueError("is not in normal form NFKC (full-width digits)")
    return _line(text)


Name = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_line)]
Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_line)]
Identifier = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_identifier)]
Narrative = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_text)]
Explanation = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_text)]


class Channel(StrEnum):
    """By which way she may be contacted without danger."""

    telephone = "telephone"
    via_federation = "via_federation"
    in_person = "in_person"
    never_call = "never_call"
    unknown = "unknown"


class SafeContact(Coded):
    """When and how a contact does not endanger her; no content ever goes into a short message."""

    channel: Channel
    times: Line | None = None
    code_word: Line | None = None


class Particulars(Coded):
    """
    What an event tells of one person; only what it changes is given.

    Attributes:
        name, id_number, phone, address, registered_address: as stated, in normal form.
        safe_contact: how to reach her without danger.
        narrative: what happened, at most 20,000 characters, line breaks allowed.
        explanation: the words for a code `other`, at most 500 characters.
    """

    name: Name | None = None
    id_number: Identifier | None = None
    phone: Identifier | None = None
    address: Line | None = None
    registered_address: Line | None = None
    safe_contact: SafeContact | None = None
    narrative: Narrative | None = None
    explanation: Explanation | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set or all(getattr(self, field) is None for field in type(self).model_fields):
            raise ValueError("says nothing")
        return self

    def __repr__(self) -> str:
        return "Particulars(…)"

    __str__ = __repr__

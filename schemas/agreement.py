"""
The cooperation agreement as data: who the two parties are, by which keys they are known, and when it holds.

Both parties sign its canonical bytes. Every event names its version and hash.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from schemas.agreement_terms import (
    USUAL_AID,
    AidTerms,
    Level,
    Liaison,
    Limits,
    Meeting,
    Sharing,
    level_of,
)
from schemas.codes import AidKind, Category, Role
from schemas.duty import Deadlines
from schemas.envelope import AgencyName, role_of
from schemas.event import Coded

PublicKeyText = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""32 bytes in base64."""


class OpeningDays(NamedTuple):
    """The first and the last day, China dates, on which a clue may be opened under a version of the agreement."""

    first: date
    last: date

    def include(self, on: date) -> bool:
        return self.first <= on <= self.last


class Party(Coded):
    """
    One agency, and the public keys that it is known by.

    Attributes:
        signing_key: Ed25519 (RFC 8032), valid from the first number of each of its topics.
        receiving_key: X25519 (RFC 7748), for keys that are wrapped for it.
    """

    agency: AgencyName
    signing_key: PublicKeyText
    receiving_key: PublicKeyText

    @property
    def signing_key_bytes(self) -> bytes:
        return base64.b64decode(self.signing_key)

    @property
    def receiving_key_bytes(self) -> bytes:
        return base64.b64decode(self.receiving_key)


class Agreement(Coded):
    """
    One version of the agreement between the two parties of a region.

    Attributes:
        region, level: those of both agencies; clues go to the same level.
        valid_from, valid_until: the first and the last day on which a clue may be opened under it, China dates.
        categories: whom a clue may be about.
        sharing: which fields each party may tell the other.
        deadlines: how long each duty may take.
        aid: for each kind that is agreed on, who answers for it.
        liaison, meeting, limits: whom to call, when to meet, when to raise an alarm.
        keep_years: how long records are kept; at least three years (PIPL art. 56).
    """

    version: Annotated[int, Field(ge=1, le=1_000_000)]
    region: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    level: Level
    federation: Party
    procuratorate: Party
    valid_from: date
    valid_until: date
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=7)] = tuple(Category)
    sharing: Sharing = Sharing()
    deadlines: Deadlines = Deadlines()
    aid: Mapping[AidKind, AidTerms] = USUAL_AID
    liaison: Liaison = Liaison()
    meeting: Meeting = Meeting()
    limits: Limits = Limits()
    keep_years: Annotated[int, Field(ge=3, le=100)] = 10

    @model_validator(mode="after")
    def _is_between_a_federation_and_a_procuratorate(self) -> Self:
        for role, party in ((Role.federation, self.federation), (Role.procuratorate, self.procuratorate)):
            if role_of(party.agency) is not role:
                raise ValueError(f"the {role}'s party is not a {role}")
            if level_of(party.agency.partition("-")[2]) is not self.level:
                raise ValueError(f"the {role} is not of the level {self.level}")
        if level_of(self.region) is not self.level:
            raise ValueError(f"the region is not of the level {self.level}")
        if self.valid_from > self.valid_until:
            raise ValueError("it ends before it begins")
        return self

    def party(self, role: Role) -> Party:
        return self.federation if role is Role.federation else self.procuratorate

    def in_force(self, on: date) -> bool:
        """Whether a clue may be opened under it on this day."""
        return OpeningDays(self.valid_from, self.valid_until).include(on)

    def canonical(self) -> bytes:
        """The one spelling that is hashed and signed: JSON in UTF-8, keys sorted, no blanks."""
        fields = self.model_dump(mode="json")
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def hash(self) -> bytes:
        """SHA-256 of the canonical bytes; what events name."""
        return hashlib.sha256(self.canonical()).digest()

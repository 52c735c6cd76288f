"""
The cooperation agreement as data: who the two parties are, by which keys they are known, and when it holds.

Both parties sign its canonical bytes. Every event names its version and hash.
"""

import base64
import hashlib
import json
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.codes import Role
from schemas.duty import Deadlines
from schemas.envelope import AgencyName, role_of
from schemas.event import Coded

PublicKeyText = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""32 bytes in base64."""


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
        valid_from, valid_until: the first and the last day on which a clue may be opened under it, China dates.
        deadlines: how long each duty may take.
        keep_years: how long records are kept; at least three years (PIPL art. 56).
    """

    version: Annotated[int, Field(ge=1, le=1_000_000)]
    federation: Party
    procuratorate: Party
    valid_from: date
    valid_until: date
    deadlines: Deadlines = Deadlines()
    keep_years: Annotated[int, Field(ge=3, le=100)] = 10

    @model_validator(mode="after")
    def _is_between_a_federation_and_a_procuratorate(self) -> Self:
        for role, party in ((Role.federation, self.federation), (Role.procuratorate, self.procuratorate)):
            if role_of(party.agency) is not role:
                raise ValueError(f"the {role}'s party is not a {role}")
        if self.valid_from > self.valid_until:
            raise ValueError("it ends before it begins")
        return self

    def party(self, role: Role) -> Party:
        return self.federation if role is Role.federation else self.procuratorate

    def in_force(self, on: date) -> bool:
        """Whether a clue may be opened under it on this day."""
        return self.valid_from <= on <= self.valid_until

    def canonical(self) -> bytes:
        """The one spelling that is hashed and signed: JSON in UTF-8, keys sorted, no blanks."""
        fields = self.model_dump(mode="json")
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def hash(self) -> bytes:
        """SHA-256 of the canonical bytes; what events name."""
        return hashlib.sha256(self.canonical()).digest()

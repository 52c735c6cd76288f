"""
What stands in an agency's `keys` topic: wrapped data keys, new public keys, and revocations, each signed by its owner.
"""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from schemas.codec import frame, newest, unframe
from schemas.envelope import AgencyName, KeyId
from schemas.event import Coded, PersonRef

REVOKED = "revoked-"
"""Before the key's id in a revocation's own: compaction must not let it replace the key's record."""


class KeyKind(StrEnum):
    """What a key record is about."""

    facts = "facts"
    person = "person"
    signing = "signing"
    revocation = "revocation"
    receiving = "receiving"


class Wrap(Coded):
    """A data key for one recipient: HPKE (RFC 9180) under the recipient's receiving key."""

    recipient: AgencyName
    receiving_key_id: KeyId
    wrapped: Annotated[bytes, Field(min_length=48, max_length=2048)]


class JournalNumber(Coded):
    """A place in one of the owner's journals."""

    topic: Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,120}$")]
    number: Annotated[int, Field(ge=0, le=2**53)]


class KeyRecord(Coded):
    """
    One key record.

    Attributes:
        kind: `facts` and `person` carry wraps; `signing` a new public key with the first number of each journal that it
            may sign; `revocation` the last number of each journal that the key had the right to sign; `receiving` a new
            public key, for which its owner wants data keys wrapped from now on.
        key_id: of the key that it is about, in a revocation behind `revoked-`; the record key in Kafka.
        agreement_version: of a facts key; 0 otherwise.
        clue_id, person: of a person's key.
    """

    kind: KeyKind
    key_id: KeyId
    agreement_version: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    clue_id: UUID | None = None
    person: PersonRef | None = None
    wraps: Annotated[tuple[Wrap, ...], Field(max_length=8)] = ()
    public_key: Annotated[bytes, Field(min_length=32, max_length=32)] | None = None
    numbers: Annotated[tuple[JournalNumber, ...], Field(max_length=16)] = ()

    @model_validator(mode="after")
    def _is_complete_for_its_kind(self) -> Self:
        is_data_key = self.kind in (KeyKind.facts, KeyKind.person)
        if is_data_key != bool(self.wraps):
            raise ValueError("data keys, and only these, carry wraps")
        if (self.kind is KeyKind.facts) != bool(self.agreement_version):
            raise ValueError("a facts key, and only that, names a version of the agreement")
        if (self.kind is KeyKind.person) != (self.person is not None and self.clue_id is not None):
            raise ValueError("a person's key, and only that, names clue and person")
        if (self.kind in (KeyKind.signing, KeyKind.receiving)) != (self.public_key is not None):
            raise ValueError("a signing or receiving key, and only these, carry a public key")
        if (self.kind is KeyKind.revocation) != self.key_id.startswith(REVOKED):
            raise ValueError("a revocation, and only that, has an id of its own")
        if (self.kind in (KeyKind.signing, KeyKind.revocation)) != bool(self.numbers):
            raise ValueError("signing keys and revocations, and only these, name journal numbers")
        return self

    def to_body(self) -> bytes:
        """The one spelling of this record's body."""
        return frame(newest("KeyRecord"), self.model_dump())

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """
        Read strictly.

        Raises:
            Malformed, InvalidEvent: as for an envelope.
        """
        return cls.read(unframe("KeyRecord", body))

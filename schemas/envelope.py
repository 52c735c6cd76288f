"""
The two outer layers of an event: the envelope (who tells whom what) and the record (number and signature).

Inside out: facts and particulars are protected parts; the envelope addresses them and is the body of the record; the
record adds the journal number and the signature. The hash of an event is SHA-256 of the body, so that it does not
change when a record is sent again.
"""

import hashlib
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from schemas.codec import FINGERPRINT_BYTES, frame, newest, unframe
from schemas.codes import Role
from schemas.event import Coded, PersonRef

AGENCY_PATTERN = r"^(federation|procuratorate)-[0-9]{6}$"

AgencyName = Annotated[str, Field(pattern=AGENCY_PATTERN)]
Digest = Annotated[bytes, Field(min_length=32, max_length=32)]
Rabin = Annotated[bytes, Field(min_length=FINGERPRINT_BYTES, max_length=FINGERPRINT_BYTES)]
KeyId = Annotated[str, Field(pattern=r"^[A-Za-z0-9:._-]{1,80}$")]
TypeName = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]{1,60}$")]
SuiteName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,30}$")]


@lru_cache(maxsize=1024)
def role_of(agency: str) -> Role:
    """The party that an agency's name begins with."""
    return Role(agency.partition("-")[0])


class Part(Coded):
    """A protected part of an event and the id of the key that opens it."""

    key_id: KeyId
    sealed: bytes


class PersonPart(Coded):
    """The protected particulars of one person of the clue."""

    person: PersonRef
    part: Part


class Envelope(Coded):
    """
    Who tells whom what about which clue.

    Attributes:
        previous, seen: the two events that this one builds on (schemas/fold.py).
        occurred_at: when the sender did it, in whole milliseconds; never used for order.
        facts_schema, particulars_schema: fingerprints of the schemas that the parts are written in.
    """

    event_id: UUID
    event_type: TypeName
    clue_id: UUID
    sender: AgencyName
    recipient: AgencyName
    previous: Digest | None
    seen: Digest | None
    agreement_version: Annotated[int, Field(ge=0, le=1_000_000)]
    agreement_hash: Digest
    lifecycle_version: Annotated[int, Field(ge=1, le=1_000_000)]
    suite: SuiteName
    occurred_at: AwareDatetime
    facts_schema: Rabin
    particulars_schema: Rabin
    facts: Part
    particulars: Annotated[tuple[PersonPart, ...], Field(max_length=30)]

    @model_validator(mode="after")
    def _is_between_the_two_parties(self) -> Self:
        if role_of(self.sender) is role_of(self.recipient):
            raise ValueError("sender and recipient have the same role")
        if len({part.person for part in self.particulars}) != len(self.particulars):
            raise ValueError("two parts are of the same person")
        if self.occurred_at != whole_milliseconds(self.occurred_at):
            raise ValueError("occurred_at is not in whole milliseconds")
        return self

    def to_body(self) -> bytes:
        """The one spelling of this envelope."""
        return frame(newest("Envelope"), self.model_dump())

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """
        Read strictly.

        Raises:
            Malformed: not the one spelling of an envelope.
            InvalidEvent: an envelope whose fields break the model.
        """
        return cls.read(unframe("Envelope", body))


class Record(Coded):
    """
    What stands in a journal.

    Attributes:
        number: without gaps within the journal, from 1; a record that is sent again keeps it.
        signature: by the owner of the topic, over `signed_bytes`.
    """

    number: Annotated[int, Field(ge=1, le=2**53)]
    body: bytes
    key_id: KeyId
    signature: bytes

    @property
    def body_hash(self) -> bytes:
        return hashlib.sha256(self.body).digest()

    def to_value(self) -> bytes:
        """The value of the Kafka record."""
        return frame(newest("Record"), self.model_dump())

    @classmethod
    def from_value(cls, value: bytes) -> Self:
        """
        Read strictly.

        Raises:
            Malformed: not the one spelling of a record.
            InvalidEvent: a record whose fields break the model.
        """
        return cls.read(unframe("Record", value))


def signed_bytes(topic: str, number: int, body: bytes) -> bytes:
    """What a signature covers: topic, number and body, each where no other can be read into its place."""
    return b"\x00".join((b"clue-exchange record v1", topic.encode(), str(number).encode(), body))


def whole_milliseconds(moment: datetime) -> datetime:
    """The moment as it can stand in an envelope: Avro's timestamp-millis keeps no more."""
    return moment - timedelta(microseconds=moment.microsecond % 1000)

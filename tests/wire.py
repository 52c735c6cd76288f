"""
Builders of bytes: an event's envelope and record without protection, and Avro's spellings by hand.
"""

from datetime import UTC, datetime

from schemas.codes import Role
from schemas.envelope import Envelope, Part, PersonPart, Record
from schemas.event import Event, PersonRef
from schemas.particulars import Particulars, SafeContact
from schemas.parts import facts_schema, particulars_schema, write_facts, write_particulars
from tests.builders import A_UUID

MOMENT = datetime(2024, 3, 5, 9, 30, 0, 123_000, tzinfo=UTC)
HER_PARTICULARS = Particulars(
    name="王𠮷·娜",
    phone="13800000000",
    safe_contact=SafeContact.read({"channel": "via_federation", "times": "周一上午"}),
    narrative="第一行\n第二行",
)


def an_envelope(event: Event, previous: bytes | None = None, seen: bytes | None = None) -> Envelope:
    """An envelope of the federation around these facts and one person's particulars, all parts in clear."""
    her = PersonPart(
        person=PersonRef(added_by=Role.federation, number=1),
        part=Part(key_id="person-1", sealed=write_particulars(HER_PARTICULARS)),
    )
    return Envelope(
        event_id=A_UUID,
        event_type=event.event_type,
        clue_id=A_UUID,
        sender="federation-110101",
        recipient="procuratorate-110101",
        previous=previous,
        seen=seen,
        agreement_version=1,
        agreement_hash=bytes(32),
        lifecycle_version=1,
        suite="draft-0",
        occurred_at=MOMENT,
        facts_schema=facts_schema(event).fingerprint,
        particulars_schema=particulars_schema().fingerprint,
        facts=Part(key_id="facts-1", sealed=write_facts(event)),
        particulars=(her,),
    )


def a_record(envelope: Envelope) -> Record:
    """The record of this envelope, number 1, with a signature that nobody checks here."""
    return Record(number=1, body=envelope.to_body(), key_id="federation-110101-1", signature=bytes(64))


def spell_long(value: int, at_least: int = 1) -> bytes:
    """Avro's zigzag spelling of an integer; `at_least` pads it to more bytes than it needs."""
    left = (value << 1) ^ (value >> 63)
    groups = [left >> shift & 0x7F for shift in range(0, 70, 7) if shift == 0 or left >> shift]
    groups += [0] * (at_least - len(groups))
    return bytes(group | 0x80 for group in groups[:-1]) + bytes(groups[-1:])


def spell_text(text: str | bytes) -> bytes:
    """Avro's spelling of a string, or of bytes."""
    data = text.encode() if isinstance(text, str) else text
    return spell_long(len(data)) + data

"""
Steps of tests about keys: an agency's outbox goes to Kafka, a process begins anew, a thief signs.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.keystore import KeyFile, SigningKey
from clue_exchange.keys.rotation import KeyRotation, Rotated
from console.wiring import Agency
from schemas.codes import Role
from schemas.envelope import Record, signed_bytes
from schemas.key_record import REVOKED, JournalNumber, KeyKind, KeyRecord
from tests.two_sides import TwoSides, as_received, is_note

Restart = Callable[[TwoSides], TwoSides]


def relayed(agency: Agency) -> list[ReceivedRecord]:
    """What was pending, now in Kafka and acknowledged; offsets as after a first sending."""
    with agency.store.transaction() as transaction:
        pending = agency.outbox.pending(transaction, 10_000)
        agency.outbox.mark_sent(transaction, pending)
    return [as_received(record, record.number - 1) for record in pending if not is_note(record.topic)]


def key_file(agency: Agency) -> KeyFile:
    return KeyFile(agency.settings.keys, agency.settings.passphrase_file)


def rotation(agency: Agency) -> KeyRotation:
    return KeyRotation(agency.settings.agency, agency.store, agency.outbox)


def rotate(agency: Agency) -> Rotated:
    """As `keys rotate` does it, in a process of its own; this agency's process goes on with the keys that it has."""
    return rotation(agency).rotate(key_file(agency))


def restarted(sides: TwoSides, role: Role = Role.federation) -> TwoSides:
    """The same two, one of them begun anew with what its key file holds now."""
    old = sides.side(role)
    begun = Agency.open(old.settings, old.clock)
    old.close()
    return replace(sides, federation=begun) if role is Role.federation else replace(sides, procuratorate=begun)


def signed_by(record: ReceivedRecord) -> str:
    """The id of the key that signed a record."""
    return Record.from_value(record.value or b"").key_id


def forged(topic: str, number: int, like: ReceivedRecord, key: SigningKey) -> ReceivedRecord:
    """The body of another record under this topic and number, signed with this key."""
    body = Record.from_value(like.value or b"").body
    return replace(like, topic=topic, offset=number - 1, value=_value(topic, number, body, key))


class HasBody(Protocol):
    """What stands in a record."""

    def to_body(self) -> bytes: ...


def signed_with(key: SigningKey, topic: str, number: int, what: HasBody) -> ReceivedRecord:
    """A record as whoever has this key would sign it; the record key is that of a key record."""
    value = _value(topic, number, what.to_body(), key)
    record_key = what.key_id if isinstance(what, KeyRecord) else ""
    return ReceivedRecord(topic, 0, number - 1, record_key.encode(), value, (), 0)


def announcement(key: SigningKey, topic: str, first: int = 1) -> KeyRecord:
    """That this key signs this topic."""
    numbers = (JournalNumber(topic=topic, number=first),)
    return KeyRecord(kind=KeyKind.signing, key_id=key.key_id, public_key=key.public, numbers=numbers)


def revocation(key: SigningKey, topic: str, last: int) -> KeyRecord:
    """That it signed this topic up to this number."""
    numbers = (JournalNumber(topic=topic, number=last),)
    return KeyRecord(kind=KeyKind.revocation, key_id=f"{REVOKED}{key.key_id}", numbers=numbers)


def _value(topic: str, number: int, body: bytes, key: SigningKey) -> bytes:
    signature = key.private.sign(signed_bytes(topic, number, body))
    return Record(number=number, body=body, key_id=key.key_id, signature=signature).to_value()


def publish(agency: Agency, record: KeyRecord) -> ReceivedRecord:
    """A key record that this agency signs and sends."""
    topic = f"{agency.settings.agency}.keys"
    with agency.store.transaction() as transaction:
        agency.outbox.append(transaction, topic, record.key_id.encode(), record.to_body(), {})
    return next(each for each in relayed(agency) if each.key == record.key_id.encode())

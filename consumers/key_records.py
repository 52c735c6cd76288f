"""
The counterpart's key records: data keys that are wrapped for us, its new public keys, its revocations.

They are proven like events. A tombstone proves nothing, for it carries no signature: our own copy is kept.
"""

from enum import Enum, auto

from clue_exchange.errors import PoisonRecord
from clue_exchange.keys import key_announcements, public_keys
from clue_exchange.keys.arriving_keys import ArrivingKeys, KeyNotForUs, KeyTaken
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.keys.keystore import receiving_key_id, signing_key_id
from clue_exchange.store import Transaction
from clue_exchange.topics import owner_of
from consumers.dead_letters import Reason
from consumers.receive import Proven, contract
from schemas.key_record import REVOKED, KeyKind, KeyRecord


class Brought(Enum):
    """What a key record brought: nothing that was not here, another key, or a change of who may sign what."""

    NOTHING = auto()
    KEY = auto()
    SIGNING = auto()


def take_key_record(transaction: Transaction, arriving: ArrivingKeys, proven: Proven) -> Brought:
    """
    Take in a key record; what it brought. No effect where it is known.

    Raises:
        PoisonRecord: not a key record, under another record key, of another owner's topics, not for us, or another key
            under an id that is taken.
    """
    source, number = proven.source, proven.record.number
    record = contract(lambda: KeyRecord.from_body(proven.record.body), number)
    if source.key != record.key_id.encode():
        raise PoisonRecord(Reason.KEY_MISMATCH)
    owner = owner_of(source.topic)
    if any(owner_of(at.topic) != owner for at in record.numbers):
        raise PoisonRecord(Reason.SENDER_MISMATCH, number)
    if record.kind is KeyKind.signing and record.public_key is not None:
        if record.key_id != signing_key_id(record.public_key):
            raise PoisonRecord(Reason.KEY_REUSED, number)
        public_keys.add(transaction, record.public_key, record.numbers)
        key_announcements.keep(transaction, source.topic, proven.record)
        return Brought.SIGNING
    if record.kind is KeyKind.revocation:
        public_keys.revoke(transaction, record.key_id.removeprefix(REVOKED), record.numbers)
        key_announcements.keep(transaction, source.topic, proven.record)
        return Brought.SIGNING
    if record.kind is KeyKind.receiving and record.public_key is not None:
        if record.key_id != receiving_key_id(record.public_key):
            raise PoisonRecord(Reason.KEY_REUSED, number)
        is_new = arriving.take_receiving_key(transaction, owner, record.public_key, number)
        return Brought.KEY if is_new else Brought.NOTHING
    try:
        return Brought.KEY if arriving.take(transaction, owner, record) else Brought.NOTHING
    except KeyNotForUs:
        raise PoisonRecord(Reason.KEY_NOT_FOR_US, number) from None
    except KeyTaken:
        raise PoisonRecord(Reason.KEY_REUSED, number) from None


def take_tombstone(transaction: Transaction, keyring: KeyRing, key: bytes | None) -> None:
    """
    A tombstone is the end of an erasure that both sides have in their chains. It carries no signature: alone it does
    nothing, and a key that lives here goes on living. Of a key that was never here it takes nothing.

    Raises:
        PoisonRecord: the key lives here: no erasure destroyed it.
    """
    if key is None or keyring.alive_among(transaction, [key.decode(errors="replace")]):
        raise PoisonRecord(Reason.TOMBSTONE)

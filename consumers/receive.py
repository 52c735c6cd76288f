"""
From the bytes of a record to a signed event, step by step, stopping at the first fault.

The order is the design's (section 5): size cap, framing, signature, duplicate, record key and headers, envelope,
address, agreement; then (`opening`) schema, facts, model. Nothing is opened before the signature holds. A fault inside
the signed bytes rejects the journal number; what a third hand can add or change proves nothing, so its number stays
missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from clue_exchange.agreements import Terms
from clue_exchange.errors import PoisonRecord
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.missing_keys import KeyOf
from clue_exchange.sealing import SUITE
from clue_exchange.signed_events import courtesy_headers, record_key
from clue_exchange.signing import BadSignature, Verifier
from clue_exchange.topics import BATCH_OVERHEAD_BYTES, RECORD_CAP_BYTES, owner_of, topic_name
from consumers.dead_letters import Reason
from schemas.catalog import BY_NAME, EVENT_FAMILIES
from schemas.envelope import Envelope, Record
from schemas.errors import ContractError, InvalidEvent, NotCanonical, NotFramed, UnknownFingerprint
from schemas.receipt import Receipt

T = TypeVar("T")

_REASONS: Mapping[type[ContractError], Reason] = {
    NotFramed: Reason.NOT_FRAMED,
    UnknownFingerprint: Reason.UNKNOWN_FINGERPRINT,
    NotCanonical: Reason.NOT_CANONICAL,
    InvalidEvent: Reason.INVALID_EVENT,
}


@dataclass(frozen=True, slots=True)
class Proven:
    """A record whose signature holds; what is inside is not looked at yet."""

    source: ReceivedRecord
    record: Record
    hash: bytes


@dataclass(frozen=True, slots=True)
class Addressed:
    """A proven record that is an event for us; its parts are still sealed."""

    topic: str
    number: int
    value: bytes
    hash: bytes
    envelope: Envelope

    @property
    def key_ids(self) -> set[str]:
        """The keys that its parts are sealed with."""
        return set(self.keys_of)

    @property
    def keys_of(self) -> dict[str, KeyOf]:
        """The same, each with whose it is."""
        clue_id = self.envelope.clue_id
        persons = {each.part.key_id: KeyOf(clue_id, *each.person.key) for each in self.envelope.particulars}
        return {self.envelope.facts.key_id: KeyOf(), **persons}


def unpack(source: ReceivedRecord) -> Record:
    """
    The record in these bytes, of which nothing is proven.

    Raises:
        PoisonRecord: without a number, for nothing vouches for one.
    """
    if source.value is None:
        raise PoisonRecord(Reason.NO_VALUE)
    if len(source.value) > RECORD_CAP_BYTES or _size(source.headers) > BATCH_OVERHEAD_BYTES:
        raise PoisonRecord(Reason.TOO_LARGE)
    return contract(lambda: Record.from_value(source.value or b""), None)


def prove(source: ReceivedRecord, record: Record, verifier: Verifier) -> Proven:
    """
    The same, now that its signature holds.

    Raises:
        PoisonRecord: it does not; without a number, for nothing vouches for one.
    """
    try:
        verifier.verify(source.topic, record.number, record.body, record.key_id, record.signature)
    except BadSignature:
        raise PoisonRecord(Reason.BAD_SIGNATURE) from None
    return Proven(source, record, record.body_hash)


def enveloped(proven: Proven) -> Envelope:
    """
    The envelope in a proven record, which its record key and its headers do not contradict.

    Raises:
        PoisonRecord: without a number where they do, for a third hand can have changed them; with it where the signed
            bytes are no envelope.
    """
    source, record = proven.source, proven.record
    envelope = contract(lambda: Envelope.from_body(record.body), record.number)
    if source.key != record_key(envelope):
        raise PoisonRecord(Reason.KEY_MISMATCH)
    if _contradicts(source.headers, envelope):
        raise PoisonRecord(Reason.HEADER_MISMATCH)
    return envelope


def address(proven: Proven, agency: str) -> Addressed | None:
    """
    The envelope in a proven record; None where it is addressed to another agency.

    Raises:
        PoisonRecord: with the number where the fault lies inside the signed bytes.
    """
    source, record = proven.source, proven.record
    envelope = enveloped(proven)
    if envelope.sender != owner_of(source.topic):
        raise PoisonRecord(Reason.SENDER_MISMATCH, record.number)
    if envelope.recipient != agency:
        return None
    if envelope.suite != SUITE:
        raise PoisonRecord(Reason.SUITE_REFUSED, record.number)
    row = BY_NAME.get(envelope.event_type)
    if row is not None and source.topic != topic_name(envelope.sender, row.family):
        raise PoisonRecord(Reason.WRONG_JOURNAL, record.number)
    return Addressed(source.topic, record.number, source.value or b"", proven.hash, envelope)


def read_receipt(proven: Proven, agency: str) -> Receipt | None:
    """
    The receipt in a proven record; None where it is for another agency.

    Raises:
        PoisonRecord: with the number where the fault lies inside the signed bytes.
    """
    number = proven.record.number
    receipt = contract(lambda: Receipt.from_body(proven.record.body), number)
    if proven.source.key != receipt.recipient.encode():
        raise PoisonRecord(Reason.KEY_MISMATCH)
    if receipt.recipient != agency:
        return None
    ours = {topic_name(agency, family) for family in EVENT_FAMILIES}
    theirs = {topic_name(owner_of(proven.source.topic), family) for family in EVENT_FAMILIES}
    if {each.topic for each in receipt.journals} != ours or {each.topic for each in receipt.sent} != theirs:
        raise PoisonRecord(Reason.WRONG_JOURNAL, number)
    return receipt


def require_agreed(addressed: Addressed, terms: Mapping[int, Terms]) -> Addressed:
    """
    The same, unless the version of the agreement that it names is adopted here with another text.

    Raises:
        PoisonRecord: with the number: the fault lies inside the signed bytes.
    """
    if not is_agreed(addressed, terms):
        raise PoisonRecord(Reason.AGREEMENT_MISMATCH, addressed.number)
    return addressed


def is_agreed(addressed: Addressed, terms: Mapping[int, Terms]) -> bool:
    """Whether the version that it names is adopted here with the text that it names, or not adopted yet."""
    named = terms.get(addressed.envelope.agreement_version)
    return named is None or named.hash == addressed.envelope.agreement_hash


def stored_event(topic: str, value: bytes) -> Addressed:
    """An event of the ledger as it was when it was addressed: it was proven then, and its bytes are verbatim."""
    record = Record.from_value(value)
    return Addressed(topic, record.number, value, record.body_hash, Envelope.from_body(record.body))


def contract(step: Callable[[], T], number: int | None) -> T:
    """Run a step of the contract; what it refuses is poison, with the coded reason and nothing else."""
    try:
        return step()
    except ContractError as error:
        raise PoisonRecord(_REASONS.get(type(error), Reason.MALFORMED), number) from None


def _size(headers: tuple[tuple[str, bytes], ...]) -> int:
    return sum(len(name) + len(value or b"") for name, value in headers)


def _contradicts(headers: tuple[tuple[str, bytes], ...], envelope: Envelope) -> bool:
    """Whether a courtesy header says something else than the envelope. Other headers are ignored."""
    expected = {name: value.encode() for name, value in courtesy_headers(envelope).items()}
    return any(name in expected and value != expected[name] for name, value in headers)

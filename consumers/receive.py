"""
From the bytes of a record to a signed event, step by step, stopping at the first fault.

The order is the design's (section 5): size cap, framing, signature, duplicate, record key and headers, envelope,
address, schema, facts, model. Nothing is opened before the signature holds. A fault inside the signed bytes rejects the
journal number; what a third hand can add or change proves nothing, so its number stays missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from clue_exchange.errors import PoisonRecord
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.protection import BadSignature, PartPlace, Protection
from clue_exchange.signed_events import SignedEvent, courtesy_headers, record_key
from clue_exchange.topics import RECORD_CAP_BYTES, owner_of, topic_name
from consumers.dead_letters import Reason
from schemas.catalog import BY_NAME
from schemas.codec import known
from schemas.envelope import Envelope, Record, signed_bytes
from schemas.errors import ContractError, InvalidEvent, NotCanonical, NotFramed, UnknownFingerprint
from schemas.event import Event, PersonKey
from schemas.parts import check_particulars, read_facts, read_particulars

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


class Receiver:
    """Reads the records that the counterpart's journals hold for this agency."""

    def __init__(self, agency: str, protection: Protection) -> None:
        self._agency = agency
        self._protection = protection

    def prove(self, source: ReceivedRecord) -> Proven:
        """
        The signed record in these bytes.

        Raises:
            PoisonRecord: without a number, for nothing vouches for one.
        """
        if source.value is None:
            raise PoisonRecord(Reason.NO_VALUE)
        if len(source.value) > RECORD_CAP_BYTES:
            raise PoisonRecord(Reason.TOO_LARGE)
        record = _contract(lambda: Record.from_value(source.value or b""), None)
        try:
            signed = signed_bytes(source.topic, record.number, record.body)
            self._protection.verify(owner_of(source.topic), record.key_id, signed, record.signature)
        except BadSignature:
            raise PoisonRecord(Reason.BAD_SIGNATURE) from None
        return Proven(source, record, record.body_hash)

    def read(self, proven: Proven) -> SignedEvent | None:
        """
        The event in a proven record; None where it is addressed to another agency.

        The facts are None while this version does not know their schema: the event waits.

        Raises:
            PoisonRecord: with the number where the fault lies inside the signed bytes.
        """
        source, record = proven.source, proven.record
        envelope = _contract(lambda: Envelope.from_body(record.body), record.number)
        if source.key != record_key(envelope):
            raise PoisonRecord(Reason.KEY_MISMATCH)
        if _contradicts(source.headers, envelope):
            raise PoisonRecord(Reason.HEADER_MISMATCH)
        if envelope.sender != owner_of(source.topic):
            raise PoisonRecord(Reason.SENDER_MISMATCH, record.number)
        if envelope.recipient != self._agency:
            return None
        if envelope.suite != self._protection.suite:
            raise PoisonRecord(Reason.SUITE_REFUSED, record.number)
        event = self._open(source.topic, record.number, envelope)
        return SignedEvent(source.topic, record.number, source.value or b"", proven.hash, envelope, event)

    def _open(self, topic: str, number: int, envelope: Envelope) -> Event | None:
        """Open and check the facts, and the particulars once, in memory; None where a schema is not known here."""
        try:
            facts_schema, particulars_schema = known(envelope.facts_schema), known(envelope.particulars_schema)
        except UnknownFingerprint:
            return None
        row = BY_NAME.get(envelope.event_type)
        if row is not None and topic != topic_name(envelope.sender, row.family):
            raise PoisonRecord(Reason.WRONG_JOURNAL, number)
        try:
            facts = self._protection.open(_place(envelope), envelope.facts)
            told = [
                self._protection.open(_place(envelope, part.person.key), part.part) for part in envelope.particulars
            ]
        except BadSignature:
            raise PoisonRecord(Reason.PART_UNREADABLE, number) from None

        def checked() -> Event:
            event = read_facts(envelope.event_type, facts_schema, facts)
            check_particulars(event, tuple(read_particulars(particulars_schema, data) for data in told))
            return event

        return _contract(checked, number)


def _place(envelope: Envelope, person: PersonKey | None = None) -> PartPlace:
    return PartPlace(envelope.clue_id, envelope.event_id, envelope.sender, person)


def _contract(step: Callable[[], T], number: int | None) -> T:
    """Run a step of the contract; what it refuses is poison, with the coded reason and nothing else."""
    try:
        return step()
    except ContractError as error:
        raise PoisonRecord(_REASONS.get(type(error), Reason.MALFORMED), number) from None


def _contradicts(headers: tuple[tuple[str, bytes], ...], envelope: Envelope) -> bool:
    """Whether a courtesy header says something else than the envelope. Other headers are ignored."""
    expected = {name: value.encode() for name, value in courtesy_headers(envelope).items()}
    return any(name in expected and value != expected[name] for name, value in headers)

"""
What Kafka holds of the months that this agency has published: taken back into the outbox, as after a restore.
"""

from clue_exchange.clock import Clock
from clue_exchange.journal_ends import batches_to_end
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys import public_keys
from clue_exchange.outbox import OutboxRecord
from clue_exchange.sent_records import note_sent
from clue_exchange.signing import BadSignature, Verifier
from clue_exchange.store import Store
from clue_exchange.topics import topic_name
from consumers.levels.county_journal import prove
from consumers.loop import ConnectConsumer
from schemas.catalog import Family
from schemas.codec import is_framed
from schemas.errors import ContractError
from schemas.figures_record import FiguresPublished
from schemas.key_record import KeyRecord


def take_back_figures(agency: str, connect: ConnectConsumer, store: Store, clock: Clock) -> None:
    """
    Read the agency's own `figures` topic; then the outbox holds every month that has left, also one that it had lost.

    Raises:
        BrokerUnavailable, BrokerRefused: the topic could not be read to its end.
        JournalStopped: another record of ours stands under a number of one of these.
    """
    topic = topic_name(agency, Family.FIGURES)
    with connect({topic: 0}) as consumer:
        received = [record for batch in batches_to_end(consumer, topic, 0) for record in batch]
    with store.transaction() as transaction:
        verifier = public_keys.verifier(transaction, topic)
        ours = [sent for record in received if (sent := _sent(record, verifier)) is not None]
        if ours:
            note_sent(transaction, topic, ours, clock())


def _sent(received: ReceivedRecord, verifier: Verifier) -> OutboxRecord | None:
    """The record as the outbox keeps it, under the key that is signed; None of what a third hand has put there."""
    try:
        record = prove(received, verifier)
        key = _key(record.body)
    except (BadSignature, ContractError):
        return None
    return OutboxRecord(received.topic, record.number, key.encode(), received.value or b"", tuple(received.headers))


def _key(body: bytes) -> str:
    """The month, or the id of a change of keys."""
    return KeyRecord.from_body(body).key_id if is_framed("KeyRecord", body) else FiguresPublished.from_body(body).month

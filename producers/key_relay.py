"""
A command sends its own key records: after a theft a rotation and a revocation must leave although no node runs.

docs/decisions/0034-after-a-theft.md
"""

from collections.abc import Callable, Mapping

from clue_exchange.errors import BrokerRefused, BrokerUnavailable
from clue_exchange.journal_counters import go_on_behind
from clue_exchange.kafka_clients import JournalConsumer, JournalProducer
from clue_exchange.kafka_records import OutgoingRecord
from clue_exchange.keys.keystore import SIGNING
from clue_exchange.outbox import Outbox, OutboxRecord
from clue_exchange.store import Store
from clue_exchange.topics import topic_name
from schemas.catalog import Family
from schemas.key_record import REVOKED

TOLD_IN = (Family.KEYS, Family.FIGURES)
"""Where an agency tells of its signing keys."""
ABOUT_SIGNING = (SIGNING.encode(), REVOKED.encode())
"""How the record keys of announcements and revocations begin."""
SEND_DEADLINE_SECONDS = 8.0


class KeyRelay:
    """
    Sends what the outbox holds about signing keys, and nothing else.

    Beside a node that runs it sends some records twice, which has no effect. A data key it must not send: it could come
    behind the tombstone of an erasure, and would stay in the compacted topic.
    """

    def __init__(
        self,
        agency: str,
        store: Store,
        outbox: Outbox,
        produce: Callable[[], JournalProducer],
        consume: Callable[[Mapping[str, int]], JournalConsumer],
    ) -> None:
        self._topics = [topic_name(agency, family) for family in TOLD_IN]
        self._store = store
        self._outbox = outbox
        self._produce = produce
        self._consume = consume
        self._is_away = False

    def begin_behind_kafka(self) -> bool:
        """
        Let the next numbers of these topics be behind all that Kafka holds; whether Kafka answered.

        In these topics a number that is left out means nothing; one that a thief has used must not be used again.
        """
        try:
            with self._consume({}) as consumer:
                ends = consumer.end_offsets(self._topics)
        except (BrokerUnavailable, BrokerRefused):
            self._is_away = True  # a person waits: it is not asked again
            return False
        with self._store.transaction() as transaction:
            go_on_behind(transaction, ends)
        return True

    def send(self) -> bool:
        """Send and mark what waits there; whether Kafka has all of it now. What it has not, the node sends."""
        if self._is_away:
            return False
        records = self._waiting()
        if not records:
            return True
        try:
            with self._produce() as producer:
                outgoing = [OutgoingRecord(each.topic, each.key, each.value, each.headers) for each in records]
                producer.send_all(outgoing, SEND_DEADLINE_SECONDS)
                with self._store.transaction() as transaction:
                    self._outbox.mark_sent(transaction, records)
        except (BrokerUnavailable, BrokerRefused):
            return False
        return True

    def _waiting(self) -> list[OutboxRecord]:
        with self._store.reading() as transaction:
            waiting = self._outbox.pending_of(transaction, self._topics)
        return [each for each in waiting if each.key.startswith(ABOUT_SIGNING)]

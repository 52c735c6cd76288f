"""
The relay: what the outbox holds goes to Kafka, in journal order, and is marked when every replica has it.
"""

import time
from contextlib import closing
from threading import Event

from clue_exchange.crash_points import crash_point
from clue_exchange.errors import BrokerRefused, BrokerUnavailable, StoreBusy
from clue_exchange.kafka_clients import JournalProducer
from clue_exchange.kafka_records import OutgoingRecord
from clue_exchange.logs import Log
from clue_exchange.outbox import Outbox, OutboxRecord
from clue_exchange.store import Store
from clue_exchange.topics import is_family
from clue_exchange.wake import CommitWatch, watch
from schemas.catalog import Family

BATCH_RECORDS = 500
LESS_AFTER_A_FAILURE = 4
SEND_DEADLINE_SECONDS = 8.0  # a node that is told to stop while the broker is frozen stops after this
LOOK_AGAIN_SECONDS = 0.5  # and so long a receipt may wait for the next ones
QUIET_SECONDS = 0.1
BACK_OFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)


class Relay:
    """
    Sends the outbox of one agency, again and again until Kafka has acknowledged it.

    A record may reach the log twice (a kill between acknowledgement and mark); it keeps its number, and the receiver
    takes it in once.
    """

    def __init__(self, store: Store, outbox: Outbox, producer: JournalProducer, log: Log) -> None:
        self._store = store
        self._outbox = outbox
        self._producer = producer
        self._log = log
        self._batch_records = BATCH_RECORDS

    def run(self, stop: Event) -> None:
        """
        Relay until `stop` is set; woken by each commit that appends to the outbox. Transient faults are waited out.

        Raises:
            BrokerRefused: the broker will not take a record (authorisation, size); what was acknowledged is marked.
        """
        attempt = 0
        while not stop.is_set():
            try:
                with closing(watch(self._store)) as commits:
                    while not stop.is_set():
                        self._send(self._awaited(commits, stop))
                        attempt = 0
            except (BrokerUnavailable, StoreBusy) as error:
                self._log.warning("relay.retried", error=type(error).__name__, attempt=attempt)
                stop.wait(BACK_OFF_SECONDS[min(attempt, len(BACK_OFF_SECONDS) - 1)])
                attempt += 1

    def relay_once(self) -> int:
        """
        Send the oldest unacknowledged records, at most 500, and mark those that are safe; answers how many were.

        Each time they are not acknowledged in time the next attempt sends fewer, down to one: what a slow network
        cannot carry at once it carries bit by bit.

        Raises:
            BrokerUnavailable, BrokerRefused: what was acknowledged before is marked; the rest is sent again later.
        """
        return self._send(self._pending())

    def _awaited(self, commits: CommitWatch, stop: Event) -> list[OutboxRecord]:
        """
        What is to be sent now; after a while whatever there is.

        Receipts alone wait until no other comes, so that they go together: events are in a hurry, receipts are not.
        """
        now = since = time.monotonic()
        deadline = now + LOOK_AGAIN_SECONDS
        records = self._pending()
        while now < deadline and self._may_wait(records):
            quiet = since + QUIET_SECONDS if records else deadline
            if quiet <= now:
                break
            commits.wait(stop, min(quiet, deadline) - now)
            if stop.is_set():
                break
            before, records, now = records, self._pending(), time.monotonic()
            since = since if records == before else now
        return records

    def _may_wait(self, records: list[OutboxRecord]) -> bool:
        """Whether nothing else is to be sent; a full batch may have others behind it."""
        return len(records) < self._batch_records and all(is_family(each.topic, Family.RECEIPTS) for each in records)

    def _pending(self) -> list[OutboxRecord]:
        with self._store.reading() as transaction:
            return self._outbox.pending(transaction, self._batch_records)

    def _send(self, records: list[OutboxRecord]) -> int:
        if not records:
            return 0
        outgoing = [OutgoingRecord(record.topic, record.key, record.value, record.headers) for record in records]
        crash_point("relay.before_send")
        try:
            self._producer.send_all(outgoing, SEND_DEADLINE_SECONDS)
        except (BrokerUnavailable, BrokerRefused) as error:
            self._batch_records = max(1, len(records) // LESS_AFTER_A_FAILURE)
            self._mark([records[place] for place in error.acknowledged])
            raise
        self._batch_records = min(BATCH_RECORDS, 2 * self._batch_records)
        crash_point("relay.before_mark")
        self._mark(records)
        return len(records)

    def _mark(self, records: list[OutboxRecord]) -> None:
        if not records:
            return
        with self._store.transaction() as transaction:
            self._outbox.mark_sent(transaction, records)
        self._log.info("outbox.relayed", records=len(records))

"""
The consume loop: poll, take in, commit; a hint now and then. The start comes from the ledger, never from Kafka.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from threading import Event

from clue_exchange.crash_points import crash_point
from clue_exchange.errors import BrokerUnavailable, PositionOutOfRange, StoreBusy
from clue_exchange.journal_ends import EMPTY_POLLS
from clue_exchange.journals import Stop
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.logs import Log
from clue_exchange.store import Store
from clue_exchange.topics import is_family
from consumers.batch import BatchReceiver
from consumers.dead_letters import Reason
from consumers.receipts import TakenReceipt
from consumers.stops import Journals
from consumers.taken import Taken
from schemas.catalog import Family

POLL_TIMEOUT_MS = 500
MAX_RECORDS = 1_000
POLLS_FOR_KEYS = 1_000
POLLS_BETWEEN_RECOGNITIONS = 120
ASK_AGAIN_SECONDS = 1.0
POLLS_BETWEEN_HINTS = 20
POLLS_BETWEEN_CHECKS = 20  # kafka-python's poll() of a dead broker is as empty as that of an idle one: we ask it
BACK_OFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
COMMIT_TIMEOUT_MS = 1000

ConnectConsumer = Callable[[Mapping[str, int]], JournalConsumer]
"""Connects a consumer that reads each topic from its next offset."""


class _Unproven(Exception):
    """A signature does not hold yet: the key may stand in a topic that was not fetched so far."""


class Loop:
    """Takes in the journals of the counterpart, one batch a transaction, until it is told to stop."""

    def __init__(
        self, journals: Journals, connect: ConnectConsumer, store: Store, receiver: BatchReceiver, log: Log
    ) -> None:
        self._journals = journals
        self._connect = connect
        self._store = store
        self._receiver = receiver
        self._log = log
        self._has_stopped = False
        self._hints: dict[str, int] = {}

    def run(self, stop: Event) -> None:
        """
        Take in until `stop` is set. Transient faults are waited out, with a line in the log for each.

        A journal that must stop (20 poison records in a row, a topic that was made anew or ends before the position)
        stops alone: its position stays, the others go on.

        Raises:
            PositionMoved: another process takes in the same journals.
        """
        attempt = 0
        has_begun = False
        while not stop.is_set():
            try:
                if not has_begun:
                    self._journals.begin()
                    has_begun = True
                self._reopen()
                self._journals.recognise()
                if not (going := self._journals.going()):
                    stop.wait(ASK_AGAIN_SECONDS)
                    continue
                with self._connect(going) as consumer:
                    self._log.info("loop.connected", topics=sorted(going))
                    attempt = 0
                    self._poll_until(stop, consumer, going)
            except PositionOutOfRange as error:
                if error.wanted > error.end:
                    self._journals.stop(error.topic, Stop.BEYOND_THE_END)
                else:
                    self._journals.go_on_at(error.topic, error.first)
            except (BrokerUnavailable, StoreBusy) as error:
                self._log.warning("loop.retried", error=type(error).__name__, attempt=attempt)
                stop.wait(BACK_OFF_SECONDS[min(attempt, len(BACK_OFF_SECONDS) - 1)])
                attempt += 1

    def take_in_to_ends(self, told: Callable[[int, int], None]) -> None:
        """
        Take in what the journals hold now; tells how many records are done, of how many.

        Raises:
            BrokerUnavailable, StoreBusy: what was taken in stays; call it again.
            PositionOutOfRange: a topic ends before the position.
        """
        self._journals.recognise()
        while True:
            going = self._journals.going()
            try:
                with self._connect(going) as consumer:
                    return self._take_in_up_to(consumer, consumer.end_offsets(going), told)
            except PositionOutOfRange as error:
                if error.wanted > error.end:
                    raise
                self._journals.go_on_at(error.topic, error.first)

    def _take_in_up_to(
        self, consumer: JournalConsumer, ends: Mapping[str, int], told: Callable[[int, int], None]
    ) -> None:
        total, empty_polls = sum(ends.values()), 0
        while empty_polls < EMPTY_POLLS:
            at = self._journals.going()
            told(sum(min(at.get(topic, end), end) for topic, end in ends.items()), total)
            if all(at.get(topic, end) >= end for topic, end in ends.items()):
                self._leave_hints(consumer)
                return
            if self.take_in_once(consumer, POLL_TIMEOUT_MS):
                empty_polls = 0
            else:
                consumer.require_held()
                empty_polls += 1

    def _poll_until(self, stop: Event, consumer: JournalConsumer, read: Collection[str]) -> None:
        """Until `stop` is set, or other journals are to be read than these."""
        polls = idle_polls = 0
        while not stop.is_set():
            polls += 1
            idle_polls = 0 if self.take_in_once(consumer, POLL_TIMEOUT_MS) else idle_polls + 1
            if idle_polls or polls % POLLS_BETWEEN_HINTS == 0:
                self._leave_hints(consumer)
            self._journals.sample(consumer, read)
            if idle_polls % POLLS_BETWEEN_CHECKS == POLLS_BETWEEN_CHECKS - 1:
                consumer.require_held()
            if idle_polls % POLLS_BETWEEN_RECOGNITIONS == POLLS_BETWEEN_RECOGNITIONS - 1:
                self._journals.recognise()
                self._reopen()  # another process may have adopted a version of the agreement
            if self._has_stopped or polls % POLLS_BETWEEN_CHECKS == 0:
                self._has_stopped = False
                if self._journals.going().keys() != set(read):
                    break
        self._leave_hints(consumer)

    def _reopen(self) -> None:
        """What waited for a newer version, of this program or of the agreement, can be read now."""
        with self._store.transaction() as transaction:
            taken = self._receiver.reopen(transaction)
        if taken.placements or taken.dead_letters:
            self._tell(taken, ())

    def take_in_once(self, consumer: JournalConsumer, timeout_ms: int) -> int:
        """
        Take in what one poll gives; answers how many records that was.

        Position and effect are committed together. On any error nothing is, and the consumer must be made anew, for
        it stands behind records that had no effect.
        """
        records = consumer.poll(timeout_ms, self._journals.most_records(MAX_RECORDS))
        if not records:
            return 0
        crash_point("loop.before_receive")
        with self._journals.in_hand(records):
            taken = self._take_in(records)
        crash_point("loop.before_offsets")
        self._hints.update(taken.next_offsets)
        self._tell(taken, records)
        return len(records)

    def _leave_hints(self, consumer: JournalConsumer) -> None:
        """Tell Kafka how far the journals are taken in, for tools that show the lag; seldom, for it costs a trip."""
        hints, self._hints = self._hints, {}
        if hints and (error := consumer.commit(hints, COMMIT_TIMEOUT_MS)):
            self._log.warning("offsets.not_committed", error=type(error).__name__)

    def _take_in(self, records: Sequence[ReceivedRecord]) -> Taken:
        """Where a signature does not hold, nothing is committed before the keys topics were read to their ends."""
        try:
            return self._take_in_proven(records)
        except _Unproven:
            self._read_keys()
            with self._store.transaction() as transaction:
                return self._receiver.take_in(transaction, records)

    def _take_in_proven(self, records: Sequence[ReceivedRecord]) -> Taken:
        """Raises `_Unproven`, and nothing is committed, where a signature does not hold by the keys that are known."""
        with self._store.transaction() as transaction:
            taken = self._receiver.take_in(transaction, records)
            if any(letter.reason is Reason.BAD_SIGNATURE for letter in taken.dead_letters):
                raise _Unproven
        return taken

    def _read_keys(self) -> None:
        """Take in the keys topics up to where they end now: docs/decisions/0011-key-rotation.md."""
        topics = [topic for topic in self._journals.topics if is_family(topic, Family.KEYS)]
        with self._connect(self._journals.next_offsets(topics)) as consumer:
            ends = consumer.end_offsets(topics)
            for _ in range(POLLS_FOR_KEYS):
                if all(at >= ends[topic] for topic, at in self._journals.next_offsets(topics).items()):
                    return
                records = consumer.poll(POLL_TIMEOUT_MS, MAX_RECORDS)
                with self._store.transaction() as transaction:
                    taken = self._receiver.take_in(transaction, records)
                self._tell(taken, records)
        raise BrokerUnavailable("the keys topic could not be read to its end")

    def _tell(self, taken: Taken, records: Sequence[ReceivedRecord]) -> None:
        """One line a record that took its place or became a dead letter; the rest is counted."""
        for placed in taken.placements:
            self._log.info(
                "record.placed",
                topic=placed.topic,
                number=placed.number,
                event_id=str(placed.event_id),
                event_type=placed.event_type,
                outcome=placed.outcome,
            )
        for letter in taken.dead_letters:
            self._log.error(
                "record.dead_lettered",
                topic=letter.topic,
                offset=letter.offset,
                number=letter.number,
                reason=letter.reason,
                security_alert=letter.is_alert,
            )
        for topic in taken.stopped:
            self._journals.tell_stopped(topic, Stop.POISON_CAP, taken.next_offsets[topic])
            self._has_stopped = True
        for receipt in taken.receipts:
            self._tell_receipt(receipt)
        if taken.wrapped_anew:
            self._log.warning("keys.wrapped_anew", keys=taken.wrapped_anew)
        for topic in taken.gaps_opened:
            self._log.warning("journal.gap_opened", topic=topic)
        for compared in taken.compared:
            self._log.info("clues.reconciled", **asdict(compared) | {"round": str(compared.round)})
        self._log.info("batch.taken_in", records=len(records), repeated=taken.repeated, passed_over=taken.passed_over)

    def _tell_receipt(self, receipt: TakenReceipt) -> None:
        for topic, why in receipt.halted:
            self._log.error("journal.halted", topic=topic, receipt=receipt.number, why=why, security_alert=True)
        for rejected in receipt.rejected:
            self._log.error("record.rejected", topic=rejected.topic, number=rejected.number, reason=rejected.reason)
        if receipt.sent_again:
            self._log.warning("records.sent_again", receipt=receipt.number, records=receipt.sent_again)

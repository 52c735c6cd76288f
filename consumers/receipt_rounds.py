"""
What keeps receipts true when nothing arrives: they are said again where they changed or something is missing, and what
the other side does not acknowledge is asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event

from clue_exchange import acknowledgements
from clue_exchange.agreements import Agreements
from clue_exchange.clock import Clock
from clue_exchange.errors import StoreBusy
from clue_exchange.journals import open_gaps
from clue_exchange.logs import Log
from clue_exchange.outbox import Outbox
from clue_exchange.store import Store, Transaction
from clue_exchange.workdays import china_date
from consumers import waiting
from consumers.receipts import Receipts
from schemas.agreement_terms import Limits
from schemas.receipt import NumberRange

EVERY_SECONDS = 15.0
LAGS_AFTER = timedelta(minutes=1)
"""A receipt that stays behind for longer makes the sender ask; then after twice as long, and so on up to a day."""
PROBES_DOUBLED = 10
KEPT_IN_OUTBOX = timedelta(days=7)
"""As long as Kafka keeps receipts: each one says all that the one before it said."""


class ReceiptRounds:
    """Looks every quarter of a minute whether something must be said, asked or alarmed."""

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        receipts: Receipts,
        agreements: Agreements,
        journals: Sequence[str],
        clock: Clock,
        log: Log,
    ) -> None:
        self._agreements = agreements
        self._store = store
        self._outbox = outbox
        self._receipts = receipts
        self._journals = journals
        self._clock = clock
        self._log = log
        self._alarmed: _Looked | None = None

    def run(self, stop: Event) -> None:
        """Go round until `stop` is set; a locked database is tried again in the next round."""
        while not stop.is_set():
            try:
                self.go_round()
            except StoreBusy as error:
                self._log.warning("receipts.retried", error=type(error).__name__)
            stop.wait(EVERY_SECONDS)

    def go_round(self) -> None:
        """Say what is held if it is due, ask for what lags, and alarm what has been missing for too long."""
        with self._store.transaction() as transaction:
            self._receipts.write_if_due(transaction)
            asked = [topic for topic in self._journals if self._probe(transaction, topic)]
            self._outbox.prune(transaction, self._receipts.topic, self._clock() - KEPT_IN_OUTBOX)
        for topic in asked:
            self._log.warning("receipt.lagged", topic=topic)
        with self._store.reading() as transaction:
            now = self._clock()
            looked = _Looked(now, self._agreements.limits(transaction, china_date(now)))
            self._alarm_gaps(transaction, looked)
            self._alarm_waiting(transaction, looked)
        self._alarmed = looked

    def _probe(self, transaction: Transaction, topic: str) -> bool:
        """
        Send the last record of a journal again where no receipt has come for it; whether that was so.

        A journal that lost its tail shows no gap. Its last record makes one, and the receipt then names the rest.
        """
        known = acknowledgements.read(transaction, topic)
        last = self._outbox.last_sent(transaction, topic)
        if last is None or known.halted is not None:
            return False
        number, sent_at = last
        patience = LAGS_AFTER * 2 ** min(known.probes, PROBES_DOUBLED)
        if number <= known.highest or self._clock() - sent_at < patience:
            return False
        self._outbox.send_again(transaction, topic, [NumberRange(first=number, last=number)])
        acknowledgements.write(transaction, replace(known, probes=known.probes + 1))
        return True

    def _alarm_gaps(self, transaction: Transaction, looked: "_Looked") -> None:
        """Each gap once, in the round in which it outlasts the agreement's limit; after a start those that had."""
        for topic in self._receipts.received:
            for gap in open_gaps(transaction, topic):
                if looked.finds_gap(gap.since) and not (self._alarmed and self._alarmed.finds_gap(gap.since)):
                    self._log.error("journal.gap_overdue", topic=topic, first=gap.first, last=gap.last)

    def _alarm_waiting(self, transaction: Transaction, looked: "_Looked") -> None:
        """Each waiting event once, likewise."""
        for row in waiting.waiting(transaction):
            if looked.finds_waiting(row.since) and not (self._alarmed and self._alarmed.finds_waiting(row.since)):
                about = {"event_id": str(row.event_id), "event_type": row.event_type, "waits_for": row.waits_for}
                self._log.error("event.overdue", topic=row.topic, number=row.number, **about)


@dataclass(frozen=True, slots=True)
class _Looked:
    """When a round looked, and by which limits: a new version of the agreement changes them on its day."""

    at: datetime
    limits: Limits

    def finds_gap(self, since: datetime) -> bool:
        return since + self.limits.gap_alarm <= self.at

    def finds_waiting(self, since: datetime) -> bool:
        return since + self.limits.waiting_alarm <= self.at

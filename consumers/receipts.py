"""
Receipts: ours, written in the transaction of what they acknowledge; and the counterpart's, taken in.

A receipt that cannot be true (numbers never given, another hash) halts the journal that it is about: nothing more is
sent of it before a person has looked. What it lists as missing is sent again (docs/decisions/0014-receipts.md).
"""

from dataclasses import dataclass, field, replace

from clue_exchange import acknowledgements, rejections
from clue_exchange.acknowledgements import Acknowledged
from clue_exchange.clock import Clock
from clue_exchange.crash_points import crash_point
from clue_exchange.journal_counters import last_numbers
from clue_exchange.journals import Position, read_positions
from clue_exchange.keys import missing_keys
from clue_exchange.ledger import Ledger, Placement
from clue_exchange.outbox import Outbox
from clue_exchange.rejections import Rejected
from clue_exchange.store import Transaction
from clue_exchange.topics import topic_name
from consumers.receive import Proven
from schemas.catalog import EVENT_FAMILIES, Family
from schemas.envelope import Record
from schemas.key_record import JournalNumber
from schemas.receipt import (
    KEYS_CAP,
    MISSING_CAP,
    REJECTED_CAP,
    WAITING_CAP,
    JournalReceipt,
    NumberRange,
    Receipt,
    Rejection,
    empty_journal_hash,
    journal_hash,
)


@dataclass(slots=True)
class TakenReceipt:
    """
    What a receipt came to.

    Attributes:
        sent_again: how many records were queued once more.
        rejected: events of ours that the counterpart can never take in, new here.
        halted: journals of ours that are sent no more, each with the reason.
    """

    topic: str
    number: int
    sent_again: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    halted: list[tuple[str, str]] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)


class Receipts:
    """The receipts of one agency, and what its counterpart's say."""

    def __init__(self, agency: str, counterpart: str, ledger: Ledger, outbox: Outbox, clock: Clock) -> None:
        self._counterpart = counterpart
        self.topic = topic_name(agency, Family.RECEIPTS)
        self._keys_topic = topic_name(agency, Family.KEYS)
        self._own = [topic_name(agency, family) for family in EVENT_FAMILIES]
        self.received = [topic_name(counterpart, family) for family in EVENT_FAMILIES]
        self._ledger = ledger
        self._outbox = outbox
        self._clock = clock

    def write(self, transaction: Transaction) -> None:
        """Say what is held now; it is told if and only if the transaction commits what it says."""
        self._append(transaction, self._now(transaction))

    def write_if_due(self, transaction: Transaction) -> bool:
        """Say it again where the last receipt says something else, or something is missing; whether that was so."""
        now = self._now(transaction)
        last = self._outbox.last_said(transaction, self.topic)
        lacks = now.missing_keys or any(journal.missing for journal in now.journals)
        if last is not None and not lacks and Record.from_value(last[0]).body == now.to_body():
            return False
        self._append(transaction, now)
        return True

    def take(self, transaction: Transaction, proven: Proven, receipt: Receipt) -> TakenReceipt:
        """Believe the counterpart's receipt as far as it can be true; what it lacks is queued once more."""
        source, number = proven.source, proven.record.number
        acknowledgements.keep(transaction, source.topic, number, source.value or b"", self._clock())
        taken = TakenReceipt(source.topic, number)
        given = last_numbers(transaction, self._own)
        for journal in receipt.journals:
            known = acknowledgements.read(transaction, journal.topic)
            if why := self._why_impossible(transaction, known, journal, given[journal.topic]):
                acknowledgements.halt(transaction, journal.topic, why)
                taken.halted.append((journal.topic, why))
            else:
                self._believe(transaction, known, journal, number, taken)
        taken.sent_again += self._outbox.send_keys_again(transaction, self._keys_topic, receipt.missing_keys)
        taken.placements = self._ledger.reject(transaction, taken.rejected) if taken.rejected else []
        return taken

    def _believe(
        self, transaction: Transaction, known: Acknowledged, journal: JournalReceipt, number: int, taken: TakenReceipt
    ) -> None:
        rejected = [Rejected(journal.topic, each.number, each.hash, each.reason) for each in journal.rejected]
        taken.rejected += rejections.unknown(transaction, rejected)
        absent = sorted(
            (*journal.missing, *(NumberRange(first=each.number, last=each.number) for each in journal.rejected)),
            key=lambda span: span.first,
        )
        self._outbox.mark_held(transaction, journal.topic, journal.told, absent)
        taken.sent_again += self._outbox.send_again(transaction, journal.topic, journal.missing)
        is_news = (journal.held_up_to, journal.highest) != (known.held_up_to, known.highest)
        acknowledgements.write(
            transaction,
            replace(
                known,
                held_up_to=journal.held_up_to,
                hash=journal.hash,
                highest=journal.highest,
                missing=journal.missing,
                waiting=journal.waiting,
                receipt=number,
                taken_at=self._clock(),
                probes=0 if is_news else known.probes,
            ),
        )

    def _why_impossible(
        self, transaction: Transaction, known: Acknowledged, journal: JournalReceipt, given: int
    ) -> str | None:
        """Why this receipt cannot be true; None where it can."""
        highest = max((journal.highest, *(each.number for each in journal.rejected)))
        if highest > given:
            return f"it acknowledges number {highest}, this agency gave {given}"
        if journal.hash != self._own_hash(transaction, known, journal.held_up_to):
            return f"its hash of the numbers up to {journal.held_up_to} is another than that of what was sent"
        ours = self._ledger.held(transaction, [each.hash for each in journal.rejected])
        rejected = [each.number for each in journal.rejected if each.hash in ours and not known.may_wait(each.number)]
        if held := self._outbox.held_among(transaction, journal.topic, rejected) if rejected else []:
            return f"it rejects number {held[0]}, which it acknowledged before"
        return None

    def _own_hash(self, transaction: Transaction, known: Acknowledged, up_to: int) -> bytes:
        """Our hash of a journal of ours up to a number, from where the last receipt left it if it did not go back."""
        after, before = (known.held_up_to, known.hash)
        if up_to < after:
            after, before = 0, empty_journal_hash(known.topic)
        return journal_hash(before, self._ledger.body_hashes(transaction, known.topic, after, up_to))

    def _now(self, transaction: Transaction) -> Receipt:
        numbers = last_numbers(transaction, self._own)
        positions = read_positions(transaction, self.received)
        are_settled = not (rejections.are_any(transaction) or self._ledger.are_any_waiting(transaction))
        held = (_held(position) if are_settled else self._held(transaction, position) for position in positions)
        return Receipt(
            recipient=self._counterpart,
            journals=tuple(held),
            missing_keys=tuple(missing_keys.listed(transaction, KEYS_CAP)),
            sent=tuple(JournalNumber(topic=topic, number=numbers[topic]) for topic in self._own),
        )

    def _held(self, transaction: Transaction, position: Position) -> JournalReceipt:
        rejected = rejections.of_journal(transaction, position.topic, REJECTED_CAP)
        return _held(
            position,
            waiting=tuple(self._ledger.waiting_numbers(transaction, position.topic, WAITING_CAP)),
            rejected=tuple(Rejection(number=each.number, hash=each.hash, reason=each.reason) for each in rejected),
        )

    def _append(self, transaction: Transaction, receipt: Receipt) -> None:
        crash_point("loop.in_receipt")
        self._outbox.append(transaction, self.topic, self._counterpart.encode(), receipt.to_body(), {})


def _held(position: Position, waiting: tuple[int, ...] = (), rejected: tuple[Rejection, ...] = ()) -> JournalReceipt:
    return JournalReceipt(
        topic=position.topic,
        held_up_to=position.held_up_to,
        hash=position.hash_so_far,
        highest=position.next_number - 1,
        missing=tuple(NumberRange(first=gap.first, last=gap.last) for gap in position.gaps[:MISSING_CAP]),
        waiting=waiting,
        rejected=rejected,
    )

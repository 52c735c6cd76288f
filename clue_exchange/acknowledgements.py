"""
What the counterpart's receipts say of our own journals, and the receipts themselves, verbatim: they are evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select

from clue_exchange.journal_tables import ACKNOWLEDGED, RECEIPT
from clue_exchange.store import Transaction, insert_new, replace_rows
from schemas.receipt import WAITING_CAP, NumberRange, empty_journal_hash


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """
    How much of one of our journals the counterpart holds, by its newest receipt.

    Attributes:
        hash: our own hash of the journal up to `held_up_to`; the receipt's was the same.
        missing, waiting: the numbers that it lacks, and those that it holds and has not placed.
        receipt: the number of that receipt in the counterpart's receipts; 0 before the first.
        taken_at: when it was taken in here.
        probes: how often the last record was sent again since a receipt last said something new.
        halted: why nothing more is sent of this journal; None where it is.
    """

    topic: str
    held_up_to: int
    hash: bytes
    highest: int
    missing: tuple[NumberRange, ...] = ()
    waiting: tuple[int, ...] = ()
    receipt: int = 0
    taken_at: datetime | None = None
    probes: int = 0
    halted: str | None = None

    def may_wait(self, number: int) -> bool:
        """Whether the counterpart has said no more of this number than that it waits; the list is capped."""
        is_cut = len(self.waiting) == WAITING_CAP and number > self.waiting[-1]
        return number in self.waiting or is_cut


def read(transaction: Transaction, topic: str) -> Acknowledged:
    """What is known of this journal; that nothing is held, before the first receipt."""
    row = transaction.execute(_KNOWN, {"_topic": topic}).one_or_none()
    if row is None:
        return Acknowledged(topic, 0, empty_journal_hash(topic), 0)
    missing = tuple(NumberRange(first=first, last=last) for first, last in row.missing)
    return Acknowledged(**{**row._mapping, "missing": missing, "waiting": tuple(row.waiting)})


_KNOWN = select(ACKNOWLEDGED).where(ACKNOWLEDGED.c.topic == bindparam("_topic"))


def write(transaction: Transaction, known: Acknowledged) -> None:
    """Replace what is known of this journal."""
    row = {name: getattr(known, name) for name in Acknowledged.__slots__}
    row |= {"missing": [[gap.first, gap.last] for gap in known.missing], "waiting": list(known.waiting)}
    replace_rows(transaction, ACKNOWLEDGED, [row])


def halt(transaction: Transaction, topic: str, why: str) -> None:
    """Send nothing more of this journal before a person has looked."""
    write(transaction, replace(read(transaction, topic), halted=why))


def resume(transaction: Transaction, topic: str) -> bool:
    """Send on, and believe the next receipt; whether the journal was halted."""
    known = read(transaction, topic)
    if known.halted is not None:
        write(transaction, replace(known, halted=None))
    return known.halted is not None


def keep(transaction: Transaction, topic: str, number: int, record: bytes, now: datetime) -> None:
    """Keep a receipt verbatim."""
    insert_new(transaction, RECEIPT, [{"topic": topic, "number": number, "record": record, "taken_at": now}])


def kept(transaction: Transaction, topic: str) -> Sequence[tuple[int, bytes]]:
    """The numbers and records of all receipts of a topic, the oldest first."""
    wanted = select(RECEIPT.c.number, RECEIPT.c.record).where(RECEIPT.c.topic == topic).order_by(RECEIPT.c.number)
    return [(row.number, row.record) for row in transaction.execute(wanted)]


def newest(transaction: Transaction, topic: str) -> bytes | None:
    """The newest receipt of a topic; None before the first."""
    wanted = select(RECEIPT.c.record).where(RECEIPT.c.topic == topic).order_by(RECEIPT.c.number.desc()).limit(1)
    return transaction.execute(wanted).scalar_one_or_none()

"""
Rejections: events that can never be taken in, by the hash of their bodies. They belong to the set that is folded.

Ours are of the counterpart's journals; those that its receipts name are of our own (docs/decisions/0014-receipts.md).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from clue_exchange.journal_tables import REJECTION
from clue_exchange.store import Transaction, insert_new


@dataclass(frozen=True, slots=True)
class Rejected:
    """
    One rejected event.

    Attributes:
        topic, number: its place in its sender's journal.
        hash: SHA-256 of its body.
        reason: one of `consumers.dead_letters.Reason`, as its value.
    """

    topic: str
    number: int
    hash: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class NotedRejection(Rejected):
    """A rejection, and since when it is known here."""

    noted_at: datetime


def unknown(transaction: Transaction, rejections: Iterable[Rejected]) -> list[Rejected]:
    """Those of these that were not noted before, each once."""
    by_hash = {each.hash: each for each in rejections}
    known = among(transaction, by_hash)
    return [each for each in by_hash.values() if each.hash not in known]


def note(transaction: Transaction, rejections: Iterable[Rejected], now: datetime) -> list[Rejected]:
    """Note these; answers those that were not known before."""
    new = unknown(transaction, rejections)
    rows = [
        {"hash": each.hash, "topic": each.topic, "number": each.number, "reason": each.reason, "noted_at": now}
        for each in new
    ]
    insert_new(transaction, REJECTION, rows)
    return new


def among(transaction: Transaction, hashes: Collection[bytes]) -> frozenset[bytes]:
    """Those of these events that are rejected."""
    return frozenset(transaction.scalars(_AMONG, {"hashes": list(hashes)})) if hashes else frozenset()


def numbers(transaction: Transaction, topic: str, wanted: Collection[int]) -> dict[int, bytes]:
    """Which of these numbers of a journal are used up by a rejected event, and by which."""
    used = select(REJECTION.c.number, REJECTION.c.hash).where(
        REJECTION.c.topic == topic, REJECTION.c.number.in_(wanted)
    )
    return {row.number: row.hash for row in transaction.execute(used)}


def are_any(transaction: Transaction) -> bool:
    """Whether anything was ever rejected; mostly not, and then nobody need look further."""
    return transaction.execute(_ANY).first() is not None


def of_journal(transaction: Transaction, topic: str, limit: int) -> list[NotedRejection]:
    """The rejections of a journal, the newest numbers first."""
    found = transaction.execute(_OF_JOURNAL, {"_topic": topic, "limit": limit})
    return [NotedRejection(row.topic, row.number, row.hash, row.reason, row.noted_at) for row in found]


_AMONG = select(REJECTION.c.hash).where(REJECTION.c.hash.in_(bindparam("hashes", expanding=True)))
_ANY = select(REJECTION.c.hash).limit(1)
_OF_JOURNAL = (
    select(REJECTION)
    .where(REJECTION.c.topic == bindparam("_topic"))
    .order_by(REJECTION.c.number.desc())
    .limit(bindparam("limit"))
)

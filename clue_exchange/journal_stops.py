"""
Journals that are stopped: one alone, for a reason, at a position that stays; the others go on.

A person must look. What lets a journal go on is told with each reason; nothing else does.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from clue_exchange.journal_tables import JOURNAL_IN_HAND, JOURNAL_STOP
from clue_exchange.journals import Stop, forget_poison
from clue_exchange.store import Transaction, replace_rows

LIFTED_BY_A_START = frozenset(Stop) - {Stop.KILLS}
"""A node that begins tries these again: what is still wrong stops them again. What kills it would kill it again."""

DEATHS_CAP = 30
"""So many processes that died with records of one position in hand: one of these records may have killed them."""


@dataclass(frozen=True, slots=True)
class StoppedJournal:
    """A journal that is not read on, the position that it stands at, and since when."""

    topic: str
    reason: Stop
    next_offset: int
    stopped_at: datetime


def stop(transaction: Transaction, topic: str, reason: Stop, next_offset: int, now: datetime) -> None:
    """Stop a journal, in the transaction of what stops it; nothing is read from it until `let_go_on`."""
    row = {"topic": topic, "reason": reason, "next_offset": next_offset, "stopped_at": now}
    replace_rows(transaction, JOURNAL_STOP, [row])


def stopped(transaction: Transaction) -> dict[str, StoppedJournal]:
    """The stopped journals, by topic."""
    rows = transaction.execute(_STOPPED)
    return {r.topic: StoppedJournal(r.topic, Stop(r.reason), r.next_offset, r.stopped_at) for r in rows}


def try_again(transaction: Transaction, topics: Collection[str]) -> list[str]:
    """
    A process begins: those of these journals go on that a start lifts; answers which.

    Poison is counted on, so one more stops the journal again: who restarts blindly moves one record at a time.
    """
    return _lift(transaction, topics, LIFTED_BY_A_START)


def let_go_on(transaction: Transaction, topic: str) -> bool:
    """A person has looked: the journal goes on with nothing counted against it; whether it was stopped."""
    forget_poison(transaction, topic)
    transaction.execute(delete(JOURNAL_IN_HAND).where(JOURNAL_IN_HAND.c.topic == topic))
    return bool(_lift(transaction, [topic], frozenset(Stop)))


_STOPPED = select(JOURNAL_STOP).order_by(JOURNAL_STOP.c.topic)


def _lift(transaction: Transaction, topics: Collection[str], reasons: Collection[Stop]) -> list[str]:
    wanted = JOURNAL_STOP.c.topic.in_(topics), JOURNAL_STOP.c.reason.in_(reasons)
    lifted = transaction.scalars(delete(JOURNAL_STOP).where(*wanted).returning(JOURNAL_STOP.c.topic))
    return sorted(lifted)


def deaths_at(transaction: Transaction, next_offsets: Mapping[str, int]) -> dict[str, int]:
    """How many processes died with records of these positions in hand, for those where one did."""
    rows = transaction.execute(select(JOURNAL_IN_HAND).where(JOURNAL_IN_HAND.c.topic.in_(list(next_offsets))))
    return {row.topic: row.deaths for row in rows if row.next_offset == next_offsets[row.topic]}


def take_in_hand(transaction: Transaction, next_offsets: Mapping[str, int]) -> None:
    """Count a death at these positions, which `put_down` takes back: who is killed meanwhile cannot."""
    before = deaths_at(transaction, next_offsets)
    rows = [
        {"topic": topic, "next_offset": offset, "deaths": before.get(topic, 0) + 1}
        for topic, offset in next_offsets.items()
    ]
    replace_rows(transaction, JOURNAL_IN_HAND, rows)


def put_down(transaction: Transaction, topics: Iterable[str]) -> None:
    """The process outlived what it had in hand."""
    transaction.execute(delete(JOURNAL_IN_HAND).where(JOURNAL_IN_HAND.c.topic.in_(list(topics))))

"""
What this side holds of each clue, as a reconciliation says it. Reads, and writes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from clue_exchange.journal_tables import REJECTION
from clue_exchange.store import Transaction
from clue_exchange.tables import CLUE, EVENT
from clue_exchange.workdays import china_date
from schemas.codes import Role
from schemas.envelope import role_of
from schemas.reconciliation import DAYS_CAP, ClueHolding, DayDigest, day_digest, held


@dataclass(frozen=True, slots=True)
class Holding:
    """A clue, and the day in China on which it was opened by the events that are here."""

    day: date
    clue: ClueHolding


def holdings(transaction: Transaction) -> dict[UUID, Holding]:
    """Every clue that is known here; events that can never be taken in by both sides are left out."""
    rejected = select(REJECTION.c.hash)
    hashes: defaultdict[UUID, dict[Role, list[bytes]]] = defaultdict(lambda: {role: [] for role in Role})
    for row in transaction.execute(
        select(EVENT.c.clue_id, EVENT.c.sender, EVENT.c.hash).where(EVENT.c.hash.not_in(rejected))
    ):
        hashes[row.clue_id][role_of(row.sender)].append(row.hash)
    opened = select(CLUE.c.clue_id, CLUE.c.digest, CLUE.c.opened_at).where(CLUE.c.opened_at.is_not(None))
    found = {}
    for row in transaction.execute(opened):
        parties = {role.value: held(some) for role, some in hashes[row.clue_id].items()}
        clue = ClueHolding(clue_id=row.clue_id, view=_digest(row.digest), **parties)
        found[row.clue_id] = Holding(china_date(row.opened_at), clue)
    return found


def by_day(found: Iterable[Holding], first: date | None = None) -> tuple[DayDigest, ...]:
    """
    A digest a day, ascending.

    Days before `first`, or before so many that a record holds no more, count to the first one.
    """
    days: defaultdict[date, list[ClueHolding]] = defaultdict(list)
    for holding in found:
        days[holding.day].append(holding.clue)
    ascending = sorted(days)
    oldest = ascending[-DAYS_CAP] if len(ascending) > DAYS_CAP else None
    bound = max(day for day in (first, oldest, date.min) if day is not None)
    merged: defaultdict[date, list[ClueHolding]] = defaultdict(list)
    for day in ascending:
        merged[max(day, bound)] += days[day]
    return tuple(day_digest(day, clues) for day, clues in sorted(merged.items()))


def of_days(found: Mapping[UUID, Holding], days: Collection[date], first: date) -> set[UUID]:
    """The clues of these days, where days before `first` count to that one."""
    return {clue_id for clue_id, holding in found.items() if max(holding.day, first) in days}


def numbers_of(transaction: Transaction, clue_id: UUID, sender: str) -> list[tuple[str, int]]:
    """The topics and numbers of a party's events on a clue."""
    hers = EVENT.c.clue_id == clue_id, EVENT.c.sender == sender
    return [(row.topic, row.number) for row in transaction.execute(select(EVENT.c.topic, EVENT.c.number).where(*hers))]


def _digest(stored: str) -> bytes:
    """A damaged digest is another one, and no reason to stop."""
    try:
        return bytes.fromhex(stored).ljust(32, b"\x00")[:32]
    except ValueError:
        return bytes(32)

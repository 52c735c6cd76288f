"""
What the access log proves: that no entry was removed, altered or moved; and the same outside of this program.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, select

from clue_exchange.people.access_entries import (
    FIELDS,
    FIRST_PREVIOUS,
    Break,
    Finding,
    Head,
    LoggedEntry,
    link,
    spelling,
)
from clue_exchange.store import Transaction
from clue_exchange.tables import ACCESS_LOG, ACCESS_LOG_HEAD

_ROWS_AT_ONCE = 1000


def verify(transaction: Transaction, noted: Head | None = None) -> Finding:
    """
    Find the first entry that was removed, altered or moved, and the last one that is as it was written.

    `noted` is a head that was written down elsewhere: with it, also a log that was written anew as a whole is found.
    Entries and head are read by one statement, so that what is written meanwhile is no finding.
    """
    end, row = Head(), None
    with transaction.execute(_entries_with_head()) as found:
        for row in found:
            entry = _logged(row)
            broken = _broken_at(entry, end, noted)
            if broken is not None:
                return Finding(broken, end)
            end = Head(entry.number, entry.hash)
    if noted is not None and noted.number > end.number:
        return Finding(Break(end.next_number, f"is missing: {noted.number} entries were noted"), end)
    head = _head_without_entries(transaction) if row is None else Head(row.head_number, row.head_hash)
    return Finding(_compare(end, head), end)


def head(transaction: Transaction) -> Head:
    """The end of the log as it is noted beside it."""
    row = transaction.execute(select(ACCESS_LOG_HEAD).where(ACCESS_LOG_HEAD.c.id == 1)).one_or_none()
    return Head() if row is None else Head(row.number, row.hash)


def entries(transaction: Transaction, clue_id: UUID | None = None) -> Iterator[LoggedEntry]:
    """All entries, or those about one clue, in their order."""
    query = select(ACCESS_LOG).order_by(ACCESS_LOG.c.number).execution_options(yield_per=_ROWS_AT_ONCE)
    if clue_id is not None:
        query = query.where(ACCESS_LOG.c.clue == str(clue_id))
    with transaction.execute(query) as found:
        yield from map(_logged, found)


def export(transaction: Transaction) -> Iterator[str]:
    """Each entry as a line of JSON in its one spelling, with `previous` and `hash`: anybody can check the links."""
    previous = FIRST_PREVIOUS
    for entry in entries(transaction):
        yield spelling({"number": entry.number, "previous": previous, **entry.said, "hash": entry.hash})
        previous = entry.hash


def _entries_with_head() -> Select[Any]:
    end = ACCESS_LOG_HEAD.c.number.label("head_number"), ACCESS_LOG_HEAD.c.hash.label("head_hash")
    both = ACCESS_LOG.outerjoin(ACCESS_LOG_HEAD, ACCESS_LOG_HEAD.c.id == 1)
    query = select(ACCESS_LOG, *end).select_from(both).order_by(ACCESS_LOG.c.number)
    return query.execution_options(yield_per=_ROWS_AT_ONCE)


def _head_without_entries(transaction: Transaction) -> Head:
    no_entries = ~exists(select(ACCESS_LOG.c.number))
    row = transaction.execute(select(ACCESS_LOG_HEAD).where(ACCESS_LOG_HEAD.c.id == 1, no_entries)).one_or_none()
    return Head() if row is None else Head(row.number, row.hash)


def _broken_at(entry: LoggedEntry, before: Head, noted: Head | None) -> Break | None:
    if entry.number != before.next_number:
        return Break(before.next_number, "is missing, and later ones are there")
    if link(entry.number, before.hash, entry.said) != entry.hash:
        return Break(entry.number, "was altered, or stands in another's place")
    if noted is not None and noted.number == entry.number and noted.hash != entry.hash:
        return Break(entry.number, "is not the one that was noted: the log was written anew")
    return None


def _compare(end: Head, head: Head) -> Break | None:
    if head.number is None:
        return Break(end.number, "is the last one, and the head was removed")
    if head.number > end.number:
        return Break(end.next_number, f"is missing: the log ended at {head.number}")
    if head.number < end.number:
        return Break(head.next_number, "is there, and the head says that the log ends before it")
    if head.hash != end.hash:
        return Break(end.number, "is the last one, and the head has another hash for it")
    return None


def _logged(row: Row[Any]) -> LoggedEntry:
    return LoggedEntry(row.number, {name: row._mapping[name] for name in FIELDS}, row.hash)

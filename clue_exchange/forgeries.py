"""
Records that stand in our own journals under our name and that we did not write: which number, which hash, since when.

What becomes of one is for a person to settle: docs/decisions/0034-after-a-theft.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, Table, bindparam, select, union

from clue_exchange.journal_tables import FORGERY
from clue_exchange.store import Transaction, insert_new, replace_rows
from clue_exchange.tables import EVENT


class Ruling(StrEnum):
    """What a person settled of such a record."""

    STANDS = "stands"  # the first under its number, under a key that was valid: both sides go on from it
    REFUSED = "refused"  # another record stands under its number: it has no effect on either side
    FILLED = "filled"  # not forged: a number that was skipped, filled by us with a body that has no second effect


@dataclass(frozen=True, slots=True)
class Forgery:
    """
    One such record.

    Attributes:
        hash: of its body.
        offset: where it stands in the topic; -1 of what fills a number.
        ruling: None as long as nobody has settled it.
    """

    topic: str
    number: int
    hash: bytes
    offset: int
    noted_at: datetime
    ruling: Ruling | None = None
    settled_at: datetime | None = None


def note(transaction: Transaction, found: Iterable[Forgery]) -> None:
    """Note these; one that is known stays as it is."""
    insert_new(transaction, FORGERY, [asdict(each) for each in found])


def settle(transaction: Transaction, found: Sequence[Forgery], ruling: Ruling, now: datetime) -> list[Forgery]:
    """A person has settled these, known before or not; answers them as they are now, since when one is known stays."""
    note(transaction, found)
    since = {(each.topic, each.number, each.hash): each for each in listed(transaction)}
    known = [since[each.topic, each.number, each.hash] for each in found]
    ruled = [replace(each, ruling=ruling, settled_at=now) for each in known]
    replace_rows(transaction, FORGERY, [asdict(each) for each in ruled])
    return ruled


def listed(transaction: Transaction) -> list[Forgery]:
    """All of them, by topic and number."""
    rows = transaction.execute(select(FORGERY).order_by(FORGERY.c.topic, FORGERY.c.number, FORGERY.c.offset))
    found = [Forgery(**row._mapping) for row in rows]
    return [each if each.ruling is None else replace(each, ruling=Ruling(each.ruling)) for each in found]


def bodies(transaction: Transaction, topic: str, after: int, up_to: int) -> dict[int, bytes]:
    """
    The hashes of the bodies in a journal by number, in their order; `after` exclusive to `up_to` inclusive.

    Of the events there, and of what stands in our name although we did not write it.
    """
    rows = transaction.execute(_BODIES, {"_topic": topic, "after": after, "up_to": up_to})
    return {row.number: row.hash for row in rows}


def settled(transaction: Transaction, topic: str) -> frozenset[tuple[int, bytes]]:
    """Number and hash of those of this journal that need nobody any more."""
    of_journal = FORGERY.c.topic == topic, FORGERY.c.ruling.is_not(None)
    rows = transaction.execute(select(FORGERY.c.number, FORGERY.c.hash).where(*of_journal))
    return frozenset((row.number, row.hash) for row in rows)


def _numbers(table: Table) -> Select[Any]:
    number = table.c.number
    within = table.c.topic == bindparam("_topic"), number > bindparam("after"), number <= bindparam("up_to")
    return select(number, table.c.hash).where(*within)


_ALL = union(_numbers(EVENT), _numbers(FORGERY).where(FORGERY.c.ruling.in_([Ruling.STANDS, Ruling.FILLED]))).subquery()
_BODIES = select(_ALL).order_by(_ALL.c.number)

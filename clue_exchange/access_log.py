"""
The access log: who opened what, why, granted or refused; hash-linked, and written before anything is opened.

`append` is the only writer; access_evidence.py reads and verifies. Particulars are opened with a permit alone, and a
permit comes from here alone, after its entry: see docs/decisions/0010-officers-and-access-log.md.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from clue_exchange.clock import Clock
from clue_exchange.errors import AccessLogBroken, NotPermitted
from clue_exchange.people.access_entries import FIRST_PREVIOUS, Entry, Head, Subject, link
from clue_exchange.people.permissions import LocalAct, Officer, Purpose, Refusal, permit, permit_purpose
from clue_exchange.store import Store, Transaction, insert_new
from clue_exchange.tables import ACCESS_LOG, ACCESS_LOG_HEAD

_MINT = object()
"""Known to this file alone: what makes a permit."""


class _Permit:
    """That these subjects may be opened now, because the log says so already."""

    __slots__ = ("_is_open", "_subjects", "number")

    def __init__(self, mint: object, subjects: frozenset[Subject], number: int) -> None:
        if mint is not _MINT:
            raise TypeError("a permit is not made: it comes from AccessLog, with its entry in the log")
        self._subjects = subjects
        self._is_open = True
        self.number = number  # of its entry

    def require(self, subject: Subject) -> None:
        """
        Return where this permit is for this subject, and its time is not over. Every opener calls it first.

        Raises:
            NotPermitted: it is for another one, or was kept after the opening ended.
        """
        if not self._is_open or subject not in self._subjects:
            raise NotPermitted(Refusal.purpose, "the permit to open is for another person, or its time is over")

    def _end(self) -> None:
        self._is_open = False

    def __reduce__(self) -> NoReturn:
        raise TypeError("a permit is neither copied nor kept")


class OpeningPermit(_Permit):
    """For one person's eyes: its entry is committed. What shows particulars takes no other permit than this."""


class ValidationPermit(_Permit):
    """For the node itself, in memory, within the transaction that holds its entries; nothing is shown to anybody."""


class AccessLog:
    """
    The access log of one agency.

    Its head is locked until the transaction of an append ends. So append last, or in a transaction of its own: who
    waits for the head must hold no clue that the one who has the head waits for.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def append(self, transaction: Transaction, *entries: Entry) -> Head:
        """
        Add entries at the end and answer the new head; other writers wait until the transaction ends.

        Raises:
            AccessLogBroken: the head is behind the entries: somebody changed it.
        """
        head = self._lock_head(transaction)
        rows: list[dict[str, Any]] = []
        for entry in entries:
            said = entry.fields(self._clock())
            head = Head(head.next_number, link(head.next_number, head.hash, said))
            rows.append({"number": head.number, **said, "hash": head.hash})
        if rows:
            transaction.execute(_APPEND, rows)
            transaction.execute(_MOVE_HEAD, {"number": head.number, "hash": head.hash})
        return head

    def note(self, *entries: Entry) -> Head:
        """Add entries in a transaction of its own: they are committed when this returns."""
        with self._store.transaction() as transaction:
            return self.append(transaction, *entries)

    def permit(self, officer: Officer, act: str, clue_id: UUID | None = None, second: Officer | None = None) -> None:
        """
        As `permissions.permit`; a refusal is committed to the log before it is raised.

        Raises:
            NotPermitted: the officer, or the second one, may not do this.
        """
        try:
            permit(officer, act, clue_id, second)
        except NotPermitted as refusal:
            other = None if second is None else second.officer_id
            about = {"subject": Subject(clue_id), "other": other, "refused": Refusal(refusal.reason)}
            self.note(Entry.of(officer, act, **about))
            raise

    @contextmanager
    def opening(self, officer: Officer, subject: Subject, purpose: Purpose) -> Iterator[OpeningPermit]:
        """
        The permit to open one person's particulars, within the block; its entry is committed before the block begins.

        Not within another transaction of the caller: SQLite has one writer at a time.

        Raises:
            ValueError: the subject is not one person.
            NotPermitted: role, purpose or conflict of interest; that is committed to the log too.
            StoreBusy, StoreFailed, AccessLogBroken: nothing can be logged, so nothing is opened.
        """
        if not subject.is_one_person:
            raise ValueError("an opening is of one person of a clue, or of one candidate")
        try:
            permit(officer, LocalAct.open_particulars, subject.clue_id)
            permit_purpose(officer, purpose)
        except NotPermitted as refusal:
            about = {"purpose": purpose, "subject": subject, "refused": Refusal(refusal.reason)}
            self.note(Entry.of(officer, LocalAct.open_particulars, **about))
            raise
        head = self.note(Entry.of(officer, LocalAct.open_particulars, purpose=purpose, subject=subject))
        opened = OpeningPermit(_MINT, frozenset({subject}), head.number)
        try:
            yield opened
        finally:
            opened._end()

    def validating(self, transaction: Transaction, subjects: Sequence[Subject]) -> ValidationPermit:
        """
        The permit of the node to look at what arrived, once, in memory; logged as such, in the same transaction.

        If the transaction fails, what was looked at is forgotten with it and is read and logged again.
        """
        head = self.append(transaction, *map(Entry.of_node, subjects))
        return ValidationPermit(_MINT, frozenset(subjects), head.number)

    def _lock_head(self, transaction: Transaction) -> Head:
        row = transaction.execute(_HEAD).one_or_none()
        if row is None:
            insert_new(transaction, ACCESS_LOG_HEAD, [{"id": 1, "number": 0, "hash": FIRST_PREVIOUS}])
            row = transaction.execute(_HEAD).one()
        if row.last is not None and row.last > row.number:
            raise AccessLogBroken(f"the access log says that it ends at {row.number}, and holds {row.last}: verify it")
        return Head(row.number, row.hash)


_APPEND = ACCESS_LOG.insert()
_LAST = select(func.max(ACCESS_LOG.c.number)).scalar_subquery().label("last")
_HEAD = (
    select(ACCESS_LOG_HEAD.c.number, ACCESS_LOG_HEAD.c.hash, _LAST)
    .where(ACCESS_LOG_HEAD.c.id == 1)
    .with_for_update(of=ACCESS_LOG_HEAD)
)
_MOVE_HEAD = (
    update(ACCESS_LOG_HEAD).where(ACCESS_LOG_HEAD.c.id == 1).values(number=bindparam("number"), hash=bindparam("hash"))
)

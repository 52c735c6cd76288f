"""
The ledger: our copy of every clue's chain, and the views folded from it.

`append` is the only writer of a view, for own events and for the counterpart's. `previous` and `seen` are computed
here and nowhere else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, null, or_, select, tuple_, update

from clue_exchange.clock import Clock
from clue_exchange.signed_events import SignedEvent
from clue_exchange.store import Transaction, insert_new, is_sqlite
from clue_exchange.tables import CLUE, EVENT
from clue_exchange.views import reserve, write_view
from schemas.catalog import BY_NAME
from schemas.codes import Role
from schemas.envelope import role_of
from schemas.fold import ChainEvent, Fold, fold

APPLIED, VOID, WAITING = "applied", "void", "waiting"


@dataclass(frozen=True, slots=True)
class Placement:
    """
    What became of an event by an append: `applied`, `void` or `waiting`.

    An event that had been waiting is told again when it takes its place.
    """

    topic: str
    number: int
    clue_id: UUID
    event_id: UUID
    event_type: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Link:
    """What the next own event on a clue builds on."""

    previous: bytes | None
    seen: bytes | None


@dataclass(frozen=True, slots=True)
class Identities:
    """Event ids and journal numbers that are taken, each with the hash of the event that has it."""

    by_event_id: Mapping[UUID, bytes]
    by_number: Mapping[tuple[str, int], bytes]


class Ledger:
    """The chains of one agency's clues."""

    def __init__(self, role: Role, clock: Clock) -> None:
        self._role = role
        self._clock = clock

    def append(self, transaction: Transaction, events: Sequence[SignedEvent]) -> list[Placement]:
        """
        Add events of either party to their clues and refresh the views that they touch.

        Any order and any repetition gives the same views. Nothing is visible before the transaction commits; the
        caller stores its journal position in the same one. Clues are locked in the order of their ids.
        """
        clue_ids = sorted({event.envelope.clue_id for event in events})
        self._lock(transaction, clue_ids)
        insert_new(transaction, EVENT, [self._row(event) for event in events])
        return self._refold(transaction, clue_ids, {event.hash for event in events})

    def reveal(self, transaction: Transaction, events: Sequence[SignedEvent]) -> list[Placement]:
        """Give events that wait without facts the facts that can be read now, and refresh the views that they touch."""
        clue_ids = sorted({event.envelope.clue_id for event in events})
        self._lock(transaction, clue_ids)
        for event in events:
            known_now = update(EVENT).where(EVENT.c.hash == event.hash, EVENT.c.facts.is_(null()))
            transaction.execute(known_now.values(facts=_facts(event)))
        return self._refold(transaction, clue_ids, {event.hash for event in events})

    def applied_records(self, transaction: Transaction, clue_id: UUID) -> list[tuple[str, bytes]]:
        """The topics and records of a clue's applied events, in their places."""
        applied = EVENT.c.clue_id == clue_id, EVENT.c.outcome == APPLIED
        rows = transaction.execute(select(EVENT.c.topic, EVENT.c.record).where(*applied).order_by(EVENT.c.place))
        return [(row.topic, row.record) for row in rows]

    def unread(self, transaction: Transaction) -> list[tuple[str, bytes]]:
        """The topics and records of the events that wait without facts: for a key, or for a newer version."""
        rows = transaction.execute(select(EVENT.c.topic, EVENT.c.record).where(EVENT.c.facts.is_(null())))
        return [(row.topic, row.record) for row in rows]

    def _refold(self, transaction: Transaction, clue_ids: Sequence[UUID], new: Collection[bytes]) -> list[Placement]:
        placements: list[Placement] = []
        for clue_id, rows in self._rows(transaction, clue_ids).items():
            folded = fold(_chain(rows))
            placements += self._place(transaction, rows, folded, new)
            waiting = len(rows) - len(folded.placed)
            opened_at = min(row.occurred_at for row in rows)
            write_view(transaction, clue_id, folded, waiting, opened_at, self._clock())
        return placements

    def lock(self, transaction: Transaction, clue_id: UUID) -> Fold:
        """The fold of a clue, which nobody else changes until the transaction ends."""
        self._lock(transaction, [clue_id])
        return self.fold(transaction, clue_id)

    def fold(self, transaction: Transaction, clue_id: UUID) -> Fold:
        """The fold of a clue as it is now; of an empty chain where the clue is not known."""
        return fold(_chain(self._rows(transaction, [clue_id]).get(clue_id, ())))

    def link(self, folded: Fold) -> Link:
        """What our next event on this clue names as its predecessors."""
        return Link(folded.heads.get(self._role), folded.heads.get(self._role.other))

    def held(self, transaction: Transaction, hashes: Collection[bytes]) -> frozenset[bytes]:
        """Which of these events the ledger has already."""
        return frozenset(transaction.scalars(select(EVENT.c.hash).where(EVENT.c.hash.in_(hashes))))

    def identities(self, transaction: Transaction, events: Collection[SignedEvent]) -> Identities:
        """Which event ids and journal numbers of these events are taken already, and by which event."""
        columns = select(EVENT.c.hash, EVENT.c.event_id, EVENT.c.topic, EVENT.c.number)
        same_id = EVENT.c.event_id.in_([event.envelope.event_id for event in events])
        numbers = tuple_(EVENT.c.topic, EVENT.c.number).in_([(event.topic, event.number) for event in events])
        rows = transaction.execute(columns.where(or_(same_id, numbers))).all()
        return Identities(
            by_event_id={row.event_id: row.hash for row in rows},
            by_number={(row.topic, row.number): row.hash for row in rows},
        )

    def _lock(self, transaction: Transaction, clue_ids: Sequence[UUID]) -> None:
        if is_sqlite(transaction):
            return
        reserve(transaction, clue_ids, self._clock())
        locked = select(CLUE.c.clue_id).where(CLUE.c.clue_id.in_(clue_ids)).order_by(CLUE.c.clue_id).with_for_update()
        transaction.execute(locked)

    def _rows(self, transaction: Transaction, clue_ids: Sequence[UUID]) -> Mapping[UUID, list[Row[Any]]]:
        rows: dict[UUID, list[Row[Any]]] = defaultdict(list)
        for row in transaction.execute(select(*_CHAIN_COLUMNS).where(EVENT.c.clue_id.in_(clue_ids))):
            rows[row.clue_id].append(row)
        return rows

    def _row(self, event: SignedEvent) -> dict[str, Any]:
        envelope = event.envelope
        return {
            "hash": event.hash,
            "event_id": envelope.event_id,
            "clue_id": envelope.clue_id,
            "topic": event.topic,
            "number": event.number,
            "sender": envelope.sender,
            "event_type": envelope.event_type,
            "previous": envelope.previous,
            "seen": envelope.seen,
            "occurred_at": envelope.occurred_at,
            "recorded_at": self._clock(),
            "record": event.value,
            "facts": _facts(event),
            "outcome": WAITING,
        }

    def _place(
        self, transaction: Transaction, rows: Iterable[Row[Any]], folded: Fold, new: Collection[bytes]
    ) -> list[Placement]:
        """Write each event's place where it changed, and tell it."""
        places = {placed.event.hash: (index, placed.void) for index, placed in enumerate(folded.placed)}
        changes, placements = [], []
        for row in rows:
            place, void = places.get(row.hash, (None, None))
            outcome = WAITING if place is None else APPLIED if void is None else VOID
            if row.hash in new or (row.outcome, row.place, row.void) != (outcome, place, void):
                placements.append(Placement(row.topic, row.number, row.clue_id, row.event_id, row.event_type, outcome))
                changes.append({"_hash": row.hash, "outcome": outcome, "place": place, "void": void})
        if changes:
            transaction.execute(update(EVENT).where(EVENT.c.hash == bindparam("_hash")), changes)
        return placements


_CHAIN_COLUMNS = [column for column in EVENT.c if column.name not in ("record", "recorded_at")]


def _facts(event: SignedEvent) -> Any:
    return null() if event.event is None else event.event.model_dump(mode="json")


def _chain(rows: Iterable[Row[Any]]) -> list[ChainEvent]:
    """The events whose facts are known here; the others wait, and so does what builds on them."""
    return [
        ChainEvent(
            hash=row.hash,
            event_id=row.event_id,
            by=role_of(row.sender),
            previous=row.previous,
            seen=row.seen,
            event=BY_NAME[row.event_type].model.model_validate(row.facts),
        )
        for row in rows
        if row.facts is not None
    ]

"""
The chains of clues as the event table holds them. Called by the ledger and its rebuild, and by nobody else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import Column, Row, bindparam, literal_column, null, or_, select, update

from clue_exchange.said_events import Said, SaidEvents
from clue_exchange.signed_events import SignedEvent
from clue_exchange.store import Transaction, insert_new
from clue_exchange.tables import EVENT
from clue_exchange.workdays import china_date
from schemas.catalog import BY_NAME
from schemas.codes import Role
from schemas.envelope import role_of
from schemas.fold import ChainEvent, Fold

APPLIED, VOID, WAITING = "applied", "void", "waiting"
REJECTED_ITSELF = "its recipient rejected it: it can never be taken in there"


class Standing(NamedTuple):
    """What became of an event: `applied`, `void` or `waiting`, its place, and the rule that made it void."""

    outcome: str
    place: int | None = None
    void: str | None = None


@dataclass(slots=True)
class Kept:
    """
    An event of a chain, in the table or about to be.

    Attributes:
        standing: as the table has it; None where the event is new.
        new: what is to be stored; None where it is.
    """

    hash: bytes
    topic: str
    number: int
    said: Said
    standing: Standing | None = None
    new: SignedEvent | None = None


Chain: TypeAlias = dict[bytes, Kept]
"""The events of one clue, by hash."""


def read_chains(transaction: Transaction, clue_ids: Collection[UUID], remembered: SaidEvents) -> dict[UUID, Chain]:
    """The chains of these clues; an empty one where a clue is not known."""
    rows = transaction.execute(_PLACES, {"clue_ids": list(clue_ids)}).all()
    said = remembered.get([row.hash for row in rows])
    forgotten = [row.hash for row in rows if row.hash not in said]
    if forgotten:
        read = {row.hash: _stored(row) for row in transaction.execute(_BODIES, {"hashes": forgotten})}
        remembered.remember(read)
        said |= read
    chains: dict[UUID, Chain] = {clue_id: {} for clue_id in clue_ids}
    for event_hash, clue_id, topic, number, *standing in rows:
        chains[clue_id][event_hash] = Kept(event_hash, topic, number, said[event_hash], Standing(*standing))
    return chains


def held(transaction: Transaction, hashes: Collection[bytes]) -> frozenset[bytes]:
    """Which of these events are stored."""
    return frozenset(transaction.scalars(_HELD, {"hashes": list(hashes)}))


def waiting_for(transaction: Transaction, hashes: Collection[bytes]) -> set[UUID]:
    """The clues in which an event waits for one of these."""
    if transaction.execute(_ANY_WAITING).first() is None:
        return set()
    return set(transaction.scalars(_WAITING_FOR, {"hashes": list(hashes)}))


def add_new(chains: Mapping[UUID, Chain], events: Iterable[SignedEvent], remembered: SaidEvents) -> None:
    """Put the events into their chains, but for those that are in them."""
    read = {}
    for event in events:
        chain = chains[event.envelope.clue_id]
        if event.hash not in chain:
            read[event.hash] = said = _new(event)
            chain[event.hash] = Kept(event.hash, event.topic, event.number, said, new=event)
    remembered.remember(read)


def unresolved(chain: Chain) -> set[bytes]:
    """What the events of a chain name that is not in it."""
    return {
        named
        for event in links(chain)
        for named in (event.previous, event.seen)
        if named is not None and named not in chain
    }


def links(chain: Chain) -> list[ChainEvent]:
    """The events whose facts are known here; the others wait, and so does what builds on them."""
    return [kept.said.link for kept in chain.values() if kept.said.link is not None]


def standings(folded: Fold, rejected: Collection[bytes]) -> Mapping[bytes, Standing]:
    """What became of each event by this fold; a rejected one is void, another that it does not place waits."""
    found: defaultdict[bytes, Standing] = defaultdict(lambda: Standing(WAITING))
    found.update((each, Standing(VOID, None, REJECTED_ITSELF)) for each in rejected)
    for index, placed in enumerate(folded.placed):
        found[placed.event.hash] = Standing(APPLIED if placed.void is None else VOID, index, placed.void)
    return found


def write(transaction: Transaction, changes: Sequence[tuple[Kept, Standing]], now: datetime) -> None:
    """Store the new ones of these events, and the new standing of the others."""
    insert_new(transaction, EVENT, [_row(kept.new, standing, now) for kept, standing in changes if kept.new])
    moved = [
        {"_hash": kept.hash, "outcome": standing.outcome, "place": standing.place, "void": standing.void}
        for kept, standing in changes
        if not kept.new
    ]
    if moved:
        transaction.execute(_MOVE, moved)


def write_facts(transaction: Transaction, events: Iterable[SignedEvent]) -> None:
    """Give these events the facts that they were stored without; no effect where they have them."""
    transaction.execute(_REVEAL, [{"_hash": event.hash, "facts": _facts(event)} for event in events])


def stored_rows(transaction: Transaction, clue_ids: Collection[UUID]) -> dict[bytes, Mapping[str, Any]]:
    """The rows of these clues' events, by hash."""
    found = transaction.execute(select(EVENT).where(EVENT.c.clue_id.in_(clue_ids)))
    return {row.hash: dict(row._mapping) for row in found}


def row_of(event: SignedEvent, standing: Standing, recorded_at: datetime) -> Mapping[str, Any]:
    """The row of an event as it should be; facts that are not known are None, as they are read."""
    facts = None if event.event is None else _facts(event)
    return {**_row(event, standing, recorded_at), "facts": facts}


def _columns(*names: str) -> list[Column[Any]]:
    return [EVENT.c[name] for name in names]


_PLACES = select(*_columns("hash", "clue_id", "topic", "number", "outcome", "place", "void")).where(
    EVENT.c.clue_id.in_(bindparam("clue_ids", expanding=True))
)
_BODIES = select(
    *_columns(
        "hash",
        "event_id",
        "event_type",
        "occurred_at",
        "agreement_version",
        "sender",
        "previous",
        "seen",
        "facts",
        "told",
    )
).where(EVENT.c.hash.in_(bindparam("hashes", expanding=True)))
_HELD = select(EVENT.c.hash).where(EVENT.c.hash.in_(bindparam("hashes", expanding=True)))
IS_WAITING = EVENT.c.outcome == literal_column(f"'{WAITING}'")  # spelled as in the partial index
_IS_WAITING = IS_WAITING & EVENT.c.facts.is_not(null())
_ANY_WAITING = select(EVENT.c.hash).where(_IS_WAITING).limit(1)
_WAITING_FOR = select(EVENT.c.clue_id).where(
    _IS_WAITING,
    or_(
        EVENT.c.previous.in_(bindparam("hashes", expanding=True)),
        EVENT.c.seen.in_(bindparam("hashes", expanding=True)),
    ),
)
_MOVE = update(EVENT).where(EVENT.c.hash == bindparam("_hash")).values({n: bindparam(n) for n in Standing._fields})
_REVEAL = (
    update(EVENT).where(EVENT.c.hash == bindparam("_hash"), EVENT.c.facts.is_(null())).values(facts=bindparam("facts"))
)


def _stored(row: Row[Any]) -> Said:
    link = None
    if row.facts is not None:
        facts = BY_NAME[row.event_type].model.model_validate(row.facts)
        link = ChainEvent(
            row.hash,
            row.event_id,
            role_of(row.sender),
            row.previous,
            row.seen,
            facts,
            china_date(row.occurred_at),
            row.agreement_version,
            frozenset((Role(added_by), number) for added_by, number in row.told),
        )
    return Said(row.event_id, row.event_type, row.occurred_at, link)


def _new(event: SignedEvent) -> Said:
    envelope, link = event.envelope, None
    if event.event is not None:
        link = ChainEvent(
            event.hash,
            envelope.event_id,
            event.by,
            envelope.previous,
            envelope.seen,
            event.event,
            china_date(envelope.occurred_at),
            envelope.agreement_version,
            frozenset(part.person.key for part in envelope.particulars),
        )
    return Said(envelope.event_id, envelope.event_type, envelope.occurred_at, link)


def _row(event: SignedEvent, standing: Standing, now: datetime) -> Mapping[str, Any]:
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
        "agreement_version": envelope.agreement_version,
        "recorded_at": now,
        "record": event.value,
        "facts": _facts(event),
        "told": [[part.person.added_by.value, part.person.number] for part in envelope.particulars],
        "outcome": standing.outcome,
        "place": standing.place,
        "void": standing.void,
    }


def _facts(event: SignedEvent) -> Any:
    return null() if event.event is None else event.event.model_dump(mode="json")

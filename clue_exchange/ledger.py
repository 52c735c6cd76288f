"""
The ledger: our copy of every clue's chain, and the views folded from it.

`append` is the only writer of a view, for own events and for the counterpart's. `previous` and `seen` are computed
here and nowhere else.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, bindparam, func, null, or_, select

from clue_exchange import chains, forgeries, rejections
from clue_exchange.chains import APPLIED, VOID, WAITING, Chain, Kept, Standing
from clue_exchange.clock import Clock
from clue_exchange.rejections import Rejected
from clue_exchange.said_events import SaidEvents
from clue_exchange.signed_events import SignedEvent
from clue_exchange.store import Transaction, is_sqlite
from clue_exchange.surroundings import surroundings
from clue_exchange.tables import CLUE, EVENT
from clue_exchange.views import View, reserve, write_views
from schemas.codes import Role
from schemas.fold import Fold, fold

__all__ = ["APPLIED", "VOID", "WAITING", "Identities", "Ledger", "Link", "Placement"]


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
        self._remembered = SaidEvents()

    def append(self, transaction: Transaction, events: Sequence[SignedEvent]) -> list[Placement]:
        """
        Add events of either party to their clues and refresh the views that they touch.

        Any order and any repetition gives the same views. Nothing is visible before the transaction commits; the
        caller stores its journal position in the same one. Clues are locked in the order of their ids.
        """
        clue_ids = {event.envelope.clue_id for event in events}
        clue_ids |= chains.waiting_for(transaction, {event.hash for event in events})
        self._lock(transaction, clue_ids)
        found = chains.read_chains(transaction, clue_ids, self._remembered)
        chains.add_new(found, events, self._remembered)
        return self._refold(transaction, found, {event.hash for event in events})

    def reveal(self, transaction: Transaction, events: Sequence[SignedEvent]) -> list[Placement]:
        """Give events that wait without facts the facts that can be read now, and refresh the views that they touch."""
        clue_ids = {event.envelope.clue_id for event in events}
        self._lock(transaction, clue_ids)
        chains.write_facts(transaction, events)
        found = chains.read_chains(transaction, clue_ids, self._remembered)
        return self._refold(transaction, found, {event.hash for event in events})

    def reject(self, transaction: Transaction, rejected: Iterable[Rejected]) -> list[Placement]:
        """Note that these events, of either party, can never be taken in, and refresh the views that this touches."""
        new = [each.hash for each in rejections.note(transaction, rejected, self._clock())]
        if not new:
            return []
        clue_ids = set(transaction.scalars(_BUILT_ON, {"hashes": new}))
        self._lock(transaction, clue_ids)
        return self._refold(transaction, chains.read_chains(transaction, clue_ids, self._remembered), new)

    def applied_records(self, transaction: Transaction, clue_id: UUID) -> list[tuple[str, bytes]]:
        """The topics and records of a clue's applied events, in their places."""
        applied = EVENT.c.clue_id == clue_id, EVENT.c.outcome == APPLIED
        rows = transaction.execute(select(EVENT.c.topic, EVENT.c.record).where(*applied).order_by(EVENT.c.place))
        return [(row.topic, row.record) for row in rows]

    def body_hashes(self, transaction: Transaction, topic: str, after: int, up_to: int) -> list[bytes]:
        """The hashes of a journal's bodies in the order of their numbers, `after` exclusive to `up_to` inclusive."""
        return list(forgeries.bodies(transaction, topic, after, up_to).values())

    def waiting_numbers(self, transaction: Transaction, topic: str, limit: int) -> list[int]:
        """The numbers of a journal's events that have not taken their places, the lowest first."""
        return list(transaction.scalars(_WAITING_NUMBERS, {"_topic": topic, "limit": limit}))

    def are_any_waiting(self, transaction: Transaction) -> bool:
        """Whether any event of any journal has not taken its place; mostly not, and then nobody need look further."""
        return transaction.execute(_ANY_WAITING).first() is not None

    def lacking(self, transaction: Transaction, topic: str, last: int) -> list[int]:
        """The numbers of an own journal up to `last` of which there is no event here."""
        of_journal = EVENT.c.topic == topic, EVENT.c.number <= last
        if transaction.scalar(select(func.count()).select_from(EVENT).where(*of_journal)) == last:
            return []
        return sorted({*range(1, last + 1)}.difference(forgeries.bodies(transaction, topic, 0, last)))

    def unread(self, transaction: Transaction) -> list[tuple[str, bytes]]:
        """The topics and records of the events that wait without facts: for a key, or for a newer version."""
        return [(row.topic, row.record) for row in transaction.execute(_UNREAD)]

    def _refold(
        self, transaction: Transaction, found: Mapping[UUID, Chain], told: Collection[bytes]
    ) -> list[Placement]:
        """Fold these clues again and write what changed; tell that, and what became of the events to be told."""
        now = self._clock()
        changes, placements, views = [], [], []
        for clue_id, (view, standings) in self.views_of(transaction, found).items():
            chain = found[clue_id]
            for kept in chain.values():
                standing = standings[kept.hash]
                if standing != kept.standing:
                    changes.append((kept, standing))
                if standing != kept.standing or kept.hash in told:
                    placements.append(_told(clue_id, kept, standing.outcome))
            views.append(view)
        chains.write(transaction, changes, now)
        write_views(transaction, views, now)
        return placements

    def views_of(
        self, transaction: Transaction, found: Mapping[UUID, Chain]
    ) -> dict[UUID, tuple[View, Mapping[bytes, Standing]]]:
        """What these chains come to, and what becomes of each of their events; writes nothing."""
        around = surroundings(transaction, found)
        views = {}
        for clue_id, chain in found.items():
            folded = fold(chains.links(chain), *around[clue_id])
            standings = chains.standings(folded, around[clue_id].rejected)
            opened_at = min(kept.said.occurred_at for kept in chain.values())
            waiting = sum(standings[each].outcome == WAITING for each in chain)
            views[clue_id] = View(clue_id, folded, waiting, opened_at), standings
        return views

    def refold(self, transaction: Transaction, clue_ids: Collection[UUID]) -> None:
        """Fold these clues once more from what the event table says, and write what changed."""
        self._lock(transaction, clue_ids)
        self._refold(transaction, chains.read_chains(transaction, clue_ids, SaidEvents()), ())

    def lock(self, transaction: Transaction, clue_id: UUID) -> Fold:
        """The fold of a clue, which nobody else changes until the transaction ends."""
        self._lock(transaction, [clue_id])
        return self.fold(transaction, clue_id)

    def fold(self, transaction: Transaction, clue_id: UUID) -> Fold:
        """The fold of a clue as it is now; of an empty chain where the clue is not known."""
        return self.folds(transaction, [clue_id])[clue_id]

    def folds(self, transaction: Transaction, clue_ids: Collection[UUID]) -> dict[UUID, Fold]:
        """The same of many clues."""
        found = chains.read_chains(transaction, clue_ids, self._remembered)
        around = surroundings(transaction, found)
        return {clue_id: fold(chains.links(chain), *around[clue_id]) for clue_id, chain in found.items()}

    def link(self, folded: Fold) -> Link:
        """What our next event on this clue names as its predecessors."""
        return Link(folded.heads.get(self._role), folded.heads.get(self._role.other))

    def held(self, transaction: Transaction, hashes: Collection[bytes]) -> frozenset[bytes]:
        """Which of these events the ledger has already."""
        return chains.held(transaction, hashes)

    def identities(self, transaction: Transaction, events: Collection[SignedEvent]) -> Identities:
        """Which event ids and journal numbers are taken already, by which event: those of these events, and others."""
        names = {
            "event_ids": [event.envelope.event_id for event in events],
            "topics": list({event.topic for event in events}),
            "numbers": [event.number for event in events],
        }
        rows = transaction.execute(_IDENTITIES, names).all()
        return Identities(
            by_event_id={row.event_id: row.hash for row in rows},
            by_number={(row.topic, row.number): row.hash for row in rows},
        )

    def _lock(self, transaction: Transaction, clue_ids: Iterable[UUID]) -> None:
        if is_sqlite(transaction):
            return
        in_order = sorted(clue_ids)
        reserve(transaction, in_order, self._clock())
        locked = select(CLUE.c.clue_id).where(CLUE.c.clue_id.in_(in_order)).order_by(CLUE.c.clue_id).with_for_update()
        transaction.execute(locked)


_BUILT_ON = (
    select(EVENT.c.clue_id)
    .where(
        or_(
            EVENT.c.hash.in_(bindparam("hashes", expanding=True)),
            EVENT.c.previous.in_(bindparam("hashes", expanding=True)),
        )
    )
    .distinct()
)
_OF_TOPIC = EVENT.c.topic == bindparam("_topic")
_WAITING_NUMBERS = (
    select(EVENT.c.number).where(chains.IS_WAITING, _OF_TOPIC).order_by(EVENT.c.number).limit(bindparam("limit"))
)
_ANY_WAITING = select(EVENT.c.hash).where(chains.IS_WAITING).limit(1)
_UNREAD = select(EVENT.c.topic, EVENT.c.record).where(chains.IS_WAITING, EVENT.c.facts.is_(null()))
_IDENTITIES = select(EVENT.c.hash, EVENT.c.event_id, EVENT.c.topic, EVENT.c.number).where(
    or_(
        EVENT.c.event_id.in_(bindparam("event_ids", expanding=True)),
        and_(
            EVENT.c.topic.in_(bindparam("topics", expanding=True)),
            EVENT.c.number.in_(bindparam("numbers", expanding=True)),
        ),
    )
)


def _told(clue_id: UUID, kept: Kept, outcome: str) -> Placement:
    return Placement(kept.topic, kept.number, clue_id, kept.said.event_id, kept.said.event_type, outcome)

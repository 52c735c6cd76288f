"""
The fold: from the set of a clue's events to the one view that both sides have.

**Invariant**: the result is a pure function of the *set* of events. Any order of arrival and any repetition give the
same view (docs/decisions/0002-fold.md).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from heapq import heappop, heappush
from types import MappingProxyType
from uuid import UUID

from schemas.agreement import OpeningDays
from schemas.clue_events import NewClue
from schemas.codes import Role
from schemas.event import Event, PersonKey
from schemas.guards import Act
from schemas.lifecycle import judge
from schemas.view import ClueView

EventHash = bytes
"""SHA-256 of the record's body, 32 bytes."""


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """
    One event of a clue, as the fold sees it.

    Attributes:
        hash: SHA-256 of the body of its record.
        by: the party that issued it.
        previous: the hash of the sender's own latest event on this clue; None for its first.
        seen: the hash of the other party's latest event that the sender had placed; None where there was none.
        occurred_on: the day, in China, on which its sender says that it occurred; for deadlines, never for order.
        agreement_version: the version of the agreement that its sender went by.
        told: the persons whose particulars come with it.
    """

    hash: EventHash
    event_id: UUID
    by: Role
    previous: EventHash | None
    seen: EventHash | None
    event: Event
    occurred_on: date
    agreement_version: int
    told: frozenset[PersonKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Placed:
    """
    An event in its place in the chain.

    Attributes:
        void: None where it was applied; else the rule that forbade it. A void event is kept, shown and counted.
    """

    event: ChainEvent
    void: str | None


@dataclass(frozen=True, slots=True)
class Fold:
    """
    What the events of a clue come to.

    Attributes:
        view: state and facts.
        placed: applied and void events, in the order in which they took their places.
        waiting: events whose predecessors are not here, by hash.
        firm: how many leading events of `placed` no event that may still arrive can overtake.
        heads: each party's latest event; what its next one names as `previous`, and the other's as `seen`.
        is_frozen: a party forked its chain; commands are refused until people have settled it.
    """

    view: ClueView
    placed: tuple[Placed, ...]
    waiting: tuple[ChainEvent, ...]
    firm: int
    heads: Mapping[Role, EventHash]
    is_frozen: bool

    @property
    def digest(self) -> str:
        """SHA-256, in hex, over the canonical spelling of the view and of every event's place."""
        canonical = {
            "view": self.view,
            "placed": [[p.event.hash.hex(), p.void] for p in self.placed],
            "waiting": [event.hash.hex() for event in self.waiting],
            "is_frozen": self.is_frozen,
        }
        text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    """What JSON has no word for: parts of a view by the names of their fields, sets in order, ids as text."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return sorted(value, key=repr) if isinstance(value, frozenset) else str(value)


FORKED = "its sender issued another event in the same place"
REJECTED = "it builds on an event that the other side rejected"
MISLINKED = "it names a predecessor that is not its own, as seen an event that is its own, or one of another clue"
NOT_IN_FORCE = "the agreement that it names was not in force on the day it occurred"
NO_OPENINGS: Mapping[int, OpeningDays] = MappingProxyType({})


def fold(
    events: Iterable[ChainEvent],
    rejected: Collection[EventHash] = frozenset(),
    elsewhere: Collection[EventHash] = frozenset(),
    openings: Mapping[int, OpeningDays] = NO_OPENINGS,
) -> Fold:
    """
    Place the events and apply those that the lifecycle allows.

    Whoever holds the turn goes first; an event is ready when what it names as `previous` and `seen` is placed. What
    never becomes ready is left waiting. A rejected event has no place, for one side never held it as an event; what its
    sender built on it is void (docs/decisions/0014-receipts.md). What names an event of another clue (`elsewhere`) is
    void, and so is what opens a clue under a version of the agreement on a day that is none of its `openings`.
    """
    chain = _Chain(events, rejected, elsewhere)
    view = ClueView()
    placed: list[Placed] = []
    turns: list[Role] = []
    while (event := chain.take(view.turn)) is not None:
        turns.append(view.turn)
        void = chain.faults.get(event.hash) or _not_in_force(event, openings)
        if void is None:
            verdict = judge(view, Act(event.event, event.event_id, event.by, event.told))
            view, void = verdict.view, verdict.why_not
        placed.append(Placed(event, void))
        chain.place(event)
    heads = {p.event.by: p.event.hash for p in placed if p.event.hash not in chain.faults}
    return Fold(
        view=view,
        placed=tuple(placed),
        waiting=chain.waiting(),
        firm=_firm(placed, turns),
        heads=heads,
        is_frozen=FORKED in chain.faults.values(),
    )


def _not_in_force(event: ChainEvent, openings: Mapping[int, OpeningDays]) -> str | None:
    days = openings.get(event.agreement_version) if isinstance(event.event, NewClue) else None
    return NOT_IN_FORCE if days is not None and not days.include(event.occurred_on) else None


_RANKS: Mapping[str | None, int] = {None: 1, REJECTED: 2}
"""Of a party's ready events: faulty ones stand where they were issued, what builds on a rejected one comes last."""


class _Chain:
    """The events of a clue by what they wait for. Equal sets behave equally, whatever their order."""

    def __init__(
        self, events: Iterable[ChainEvent], rejected: Collection[EventHash], elsewhere: Collection[EventHash]
    ) -> None:
        self._events = {event.hash: event for event in events if event.hash not in rejected}
        self.faults = _faults(self._events, rejected, elsewhere)
        self._placed = {*rejected, *elsewhere}
        self._ready: dict[Role, list[tuple[int, EventHash]]] = {role: [] for role in Role}
        self._blocked: dict[EventHash, list[ChainEvent]] = defaultdict(list)
        for event in self._events.values():
            self._offer(event)

    def _offer(self, event: ChainEvent) -> None:
        """Queue the event, or park it under the first predecessor that is not placed."""
        for needed in (event.previous, event.seen):
            if needed is not None and needed not in self._placed:
                self._blocked[needed].append(event)
                return
        heappush(self._ready[event.by], (_RANKS.get(self.faults.get(event.hash), 0), event.hash))

    def take(self, turn: Role) -> ChainEvent | None:
        """The next event of the party whose turn it is; if it has none ready, the other's; None if none is ready."""
        queue = self._ready[turn] or self._ready[turn.other]
        return self._events[heappop(queue)[1]] if queue else None

    def place(self, event: ChainEvent) -> None:
        self._placed.add(event.hash)
        for follower in self._blocked.pop(event.hash, ()):
            self._offer(follower)

    def waiting(self) -> tuple[ChainEvent, ...]:
        return tuple(self._events[h] for h in sorted(self._events.keys() - self._placed))


def _faults(
    events: Mapping[EventHash, ChainEvent], rejected: Collection[EventHash], elsewhere: Collection[EventHash]
) -> dict[EventHash, str]:
    """
    The events that are void wherever they stand, each with its reason: forks, wrong links, and what builds on them or
    on a rejected event.

    A fork is two events of one sender with the same `previous`: both branches are void from there.
    """
    followers: dict[tuple[Role, EventHash | None], list[ChainEvent]] = defaultdict(list)
    for event in events.values():
        followers[event.by, event.previous].append(event)
    faults: dict[EventHash, str] = {}
    for event in events.values():
        if event.previous in rejected:
            faults[event.hash] = REJECTED
        elif event.previous in elsewhere or event.seen in elsewhere or _is_mislinked(event, events):
            faults[event.hash] = MISLINKED
    for siblings in followers.values():
        honest = [event for event in siblings if event.hash not in faults]
        if len(honest) > 1:
            faults.update((event.hash, FORKED) for event in honest)
    spread = list(faults)
    while spread:
        fault = spread.pop()
        for event in followers[events[fault].by, fault]:
            if event.hash not in faults:
                faults[event.hash] = faults[fault]
                spread.append(event.hash)
    return faults


def _is_mislinked(event: ChainEvent, events: Mapping[EventHash, ChainEvent]) -> bool:
    previous = events.get(event.previous) if event.previous is not None else None
    seen = events.get(event.seen) if event.seen is not None else None
    return (previous is not None and previous.by is not event.by) or (seen is not None and seen.by is event.by)


def _firm(placed: list[Placed], turns: list[Role]) -> int:
    """
    How many leading events cannot be overtaken any more.

    A later event of a party comes after that party's last one here. It overtakes only events of the other party that
    took their places while the turn was its own.
    """
    last = dict.fromkeys(Role, -1)
    for index, place in enumerate(placed):
        last[place.event.by] = index
    for index, (place, turn) in enumerate(zip(placed, turns, strict=True)):
        if place.event.by is not turn and index > last[turn]:
            return index
    return len(placed)

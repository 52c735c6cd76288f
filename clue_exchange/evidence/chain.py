"""
The chain of a clue as its envelopes prove it, without opening anything: links, forks, order.

Where the fold places two events that had not seen each other depends on their facts, which stay sealed: such events
are told to be concurrent.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from heapq import heapify, heappop, heappush
from operator import or_

from clue_exchange.evidence.faults import Fault, Finding
from schemas.envelope import Envelope


@dataclass(frozen=True, slots=True)
class ProvenEvent:
    """An event whose signature holds; its parts are sealed."""

    member: str
    topic: str
    number: int
    hash: bytes
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class ChainLink:
    """
    An event in its place, as a summary shows it.

    Attributes:
        is_concurrent: it does not build on the one before it, so their order is not proven.
    """

    event: ProvenEvent
    is_concurrent: bool

    @property
    def occurred_at(self) -> datetime:
        return self.event.envelope.occurred_at


def order(events: Iterable[ProvenEvent]) -> list[ChainLink]:
    """Every event after those that it builds on; concurrent ones by the moment that their senders say."""
    by_hash = {event.hash: event for event in events}
    blocked = {event.hash: sum(named in by_hash for named in _named(event)) for event in by_hash.values()}
    followers: dict[bytes, list[bytes]] = defaultdict(list)
    for event in by_hash.values():
        for named in _named(event):
            followers[named].append(event.hash)
    ready = [(event.envelope.occurred_at, event.hash) for event in by_hash.values() if not blocked[event.hash]]
    heapify(ready)
    ancestors: dict[bytes, int] = {}  # a bit for each earlier place
    links: list[ChainLink] = []
    while ready:
        event = by_hash[heappop(ready)[1]]
        known = reduce(or_, (ancestors.get(named, 0) for named in _named(event)), 0)
        links.append(ChainLink(event, is_concurrent=bool(links) and not known >> (len(links) - 1) & 1))
        ancestors[event.hash] = known | 1 << (len(links) - 1)
        for follower in followers[event.hash]:
            blocked[follower] -= 1
            if not blocked[follower]:
                heappush(ready, (by_hash[follower].envelope.occurred_at, follower))
    return links


def chain_faults(links: Sequence[ChainLink]) -> list[Finding]:
    """Predecessors that are not there or of the wrong party, forks, ids that are used twice, numbers out of order."""
    events = [link.event for link in links]
    by_hash = {event.hash: event for event in events}
    return [
        *(found for event in events for found in _link_faults(event, by_hash)),
        *_forks(events),
        *_repeated_ids(events),
        *_number_faults(events),
    ]


def _named(event: ProvenEvent) -> set[bytes]:
    return {named for named in (event.envelope.previous, event.envelope.seen) if named is not None}


def _link_faults(event: ProvenEvent, by_hash: Mapping[bytes, ProvenEvent]) -> Iterator[Finding]:
    envelope = event.envelope
    for name, named, sender in (
        ("previous", envelope.previous, envelope.sender),
        ("seen", envelope.seen, envelope.recipient),
    ):
        if named is None:
            continue
        if named not in by_hash:
            yield Finding(event.member, Fault.NO_PREDECESSOR, f"{name}: {named.hex()}")
        elif by_hash[named].envelope.sender != sender:
            yield Finding(event.member, Fault.MISLINKED, f"{name}: {by_hash[named].member}")


def _forks(events: Sequence[ProvenEvent]) -> Iterator[Finding]:
    twins: dict[tuple[str, bytes | None], list[ProvenEvent]] = defaultdict(list)
    for event in events:
        twins[event.envelope.sender, event.envelope.previous].append(event)
    for group in twins.values():
        for event in group if len(group) > 1 else ():
            twin = group[1] if event is group[0] else group[0]
            yield Finding(event.member, Fault.FORK, twin.member)


def _repeated_ids(events: Sequence[ProvenEvent]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for event in events:
        taken_by = first.setdefault(str(event.envelope.event_id), event.member)
        if taken_by != event.member:
            yield Finding(event.member, Fault.ID_TWICE, taken_by)


def _number_faults(events: Sequence[ProvenEvent]) -> Iterator[Finding]:
    """A sender's later event on a clue has the higher number in its journal."""
    highest: dict[bytes | None, Mapping[str, int]] = {}  # up to each event, along its sender's own chain
    for event in events:
        before = highest.get(event.envelope.previous, {})
        if event.number <= before.get(event.topic, 0):
            yield Finding(event.member, Fault.NUMBER_ORDER, f"after number {before[event.topic]} by its links")
        highest[event.hash] = {**before, event.topic: max(event.number, before.get(event.topic, 0))}

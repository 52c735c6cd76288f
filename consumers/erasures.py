"""
The queue of erasures: who is to be erased, how far that has come on both sides and in Kafka, and what is overdue.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from clue_exchange.keys.dead_keys import COMPACTION_LAG, GONE_WITHIN, DeadKey, dead_keys
from clue_exchange.store import Transaction
from consumers import worklist
from consumers.deadlines import ClockReader
from consumers.worklist import EventRow
from schemas.clue_events import ErasureConfirmed, ErasureRequested
from schemas.codes import Role
from schemas.duty import Duty
from schemas.event import PersonKey

Of = tuple[UUID, PersonKey]
APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class Erasure:
    """
    The erasure of one person.

    Attributes:
        asked_by, asked_at: who asked first, and when; that side destroyed her key as it asked.
        confirmed_at: when the other side said that it had destroyed it too; None: not yet.
        key: what became of her key here; None where this side has not confirmed yet.
        is_unconfirmed_for_too_long: the deadline of the agreement for the confirmation is over.
    """

    clue_id: UUID
    person: PersonKey
    asked_by: str
    asked_at: datetime
    confirmed_at: datetime | None = None
    key: DeadKey | None = None
    is_unconfirmed_for_too_long: bool = False

    @property
    def dead_since(self) -> datetime | None:
        """Since when both sides have destroyed her key: from then on Kafka is to lose it too."""
        return None if self.key is None or self.confirmed_at is None else self.key.tombstoned_at or self.confirmed_at

    @property
    def second_tombstone_due_at(self) -> datetime | None:
        """When the node writes it, which closes Kafka's segment; None where it is written, or not ours to write."""
        if self.key is None or self.key.tombstoned_at is None or self.key.tombstones > 1:
            return None
        return self.key.tombstoned_at + COMPACTION_LAG

    @property
    def gone_by(self) -> datetime | None:
        """When Kafka should give her key no more, by the settings of the topic and the rounds of the nodes."""
        return None if self.dead_since is None else self.dead_since + GONE_WITHIN

    @property
    def stayed(self) -> timedelta | None:
        """How long Kafka gave her key after it was dead on both sides, measured: to the look that found it gone."""
        if self.key is None or self.key.gone_at is None or self.dead_since is None:
            return None
        return max(timedelta(), self.key.gone_at - self.dead_since)

    @property
    def is_measurable(self) -> bool:
        """Not where her key never arrived here: nobody here knows its id."""
        return self.key is None or self.key.owner != ""

    def is_overdue(self, now: datetime) -> bool:
        is_in_kafka = self.is_measurable and self.key is not None and self.key.gone_at is None
        is_late = self.gone_by is not None and now > self.gone_by
        return self.is_unconfirmed_for_too_long or (is_in_kafka and is_late)


def erasures(transaction: Transaction, clocks: ClockReader, today: date) -> list[Erasure]:
    """All erasures of this side, the one that was asked for first coming first."""
    clue_ids = worklist.clues_with(transaction, ErasureRequested.__name__)
    keys = {(key.clue_id, key.person): key for key in dead_keys(transaction)}
    late = _late(transaction, clocks, clue_ids, today)
    found: list[Erasure] = []
    for clue_id in clue_ids:
        for each in _of_clue(clue_id, worklist.chain(transaction, clue_id)):
            of = clue_id, each.person
            found.append(replace(each, key=keys.get(of), is_unconfirmed_for_too_long=of in late))
    return sorted(found, key=lambda each: (each.asked_at, each.clue_id, each.person))


def _of_clue(clue_id: UUID, chain: Sequence[EventRow]) -> Iterator[Erasure]:
    asked: dict[PersonKey, Erasure] = {}
    for event in chain:
        if event.outcome != APPLIED:
            continue
        for person in _persons(event):
            if event.event_type == ErasureRequested.__name__:
                asked.setdefault(person, Erasure(clue_id, person, event.sender, event.occurred_at))
            elif event.event_type == ErasureConfirmed.__name__ and asked[person].confirmed_at is None:
                asked[person] = replace(asked[person], confirmed_at=event.occurred_at)
    yield from asked.values()


def _persons(event: EventRow) -> Iterator[PersonKey]:
    if event.event_type in (ErasureRequested.__name__, ErasureConfirmed.__name__):
        persons: Sequence[Mapping[str, int]] = (event.facts or {})["persons"]
        yield from ((Role(str(person["added_by"])), person["number"]) for person in persons)


def _late(transaction: Transaction, clocks: ClockReader, clue_ids: Sequence[UUID], today: date) -> set[Of]:
    """The persons whose confirmation the agreement's deadline has passed for."""
    late = set()
    for clue_id, found in clocks.clocks(transaction, clue_ids, today):
        for clock in found:
            if clock.duty is Duty.confirm_erasure and clock.is_overdue(today):
                added_by, _, number = clock.about.partition(":")
                late.add((clue_id, (Role(added_by), int(number))))
    return late

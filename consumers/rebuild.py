"""
Rebuilding: every clue folded afresh from the bytes of its events, as both parties signed them; and a lost database
filled from Kafka alone.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from clue_exchange import agreements, refolding
from clue_exchange.clock import Clock
from clue_exchange.errors import PoisonRecord
from clue_exchange.fresh_views import fresh_tables
from clue_exchange.journals import go_on_at
from clue_exchange.keys import public_keys
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.ledger import Ledger
from clue_exchange.refolding import StoredRecord
from clue_exchange.signed_events import SignedEvent
from clue_exchange.signing import BadSignature
from clue_exchange.store import Store, Transaction
from consumers.loop import Loop
from consumers.opening import Means, open_event
from consumers.read_back import ReadBack
from consumers.receive import Addressed, is_agreed, stored_event
from schemas.envelope import Record
from schemas.errors import ContractError

CLUES_AT_ONCE = 100

Told = Callable[[int, int], None]
"""Learns how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class DamagedEvent:
    """An event whose bytes in this database prove nothing any more."""

    topic: str
    number: int
    clue_id: UUID


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """
    What a rebuild came to.

    Attributes:
        differing: clues of which the tables said something else than their events; corrected now.
        damaged: events that were left out; their clues stay as they were.
    """

    clues: int
    events: int
    differing: Sequence[UUID]
    damaged: Sequence[DamagedEvent]


class FromKafka:
    """
    Fills a database from Kafka alone: own topics are read back, the counterpart's are taken in, all from the beginning.

    What is held already stays as it is. What the topics do not hold comes from a backup: docs/operating.md.
    """

    def __init__(self, topics: Sequence[str], store: Store, read_back: ReadBack, loop: Loop, clock: Clock) -> None:
        self._topics = topics
        self._store = store
        self._read_back = read_back
        self._loop = loop
        self._clock = clock

    def run(self, told: Told) -> None:
        """
        Read all topics of both parties to their ends.

        Raises:
            JournalStopped: as `ReadBack.run`.
            BrokerUnavailable, StoreBusy: what was read stays; call it again.
        """
        with self._store.transaction() as transaction:
            for topic in self._topics:
                go_on_at(transaction, topic, 0, self._clock())
        self._read_back.run()
        self._loop.take_in_to_ends(told)


class Rebuild:
    """Folds all clues of one agency anew. Others may go on with the database meanwhile."""

    def __init__(self, store: Store, ledger: Ledger, keyring: KeyRing, clock: Clock) -> None:
        self._store = store
        self._ledger = ledger
        self._keyring = keyring
        self._clock = clock

    def run(self, told: Told) -> Rebuilt:
        """Fold into fresh tables, then let them take the place of the old ones in one transaction."""
        with self._store.reading() as transaction:
            folded = refolding.sizes(transaction)
        clue_ids = sorted(folded)
        differing: set[UUID] = set()
        corrections: list[Mapping[str, Any]] = []
        damaged: list[DamagedEvent] = []
        with fresh_tables(self._store):
            for done in range(0, len(clue_ids), CLUES_AT_ONCE):
                some = clue_ids[done : done + CLUES_AT_ONCE]
                with self._store.transaction() as transaction:
                    events, broken = self._read(transaction, some)
                    refolding.keep_as_it_is(transaction, {each.clue_id for each in broken})
                    refolded = refolding.refold(transaction, self._ledger, events, self._clock())
                differing |= set(refolded.differing)
                corrections += refolded.corrections
                damaged += broken
                told(done + len(some), len(clue_ids))
            with self._store.transaction() as transaction:
                refolding.take_over(transaction, self._ledger, folded, corrections)
        events_folded = sum(size.events for size in folded.values())
        return Rebuilt(len(folded), events_folded, sorted(differing), damaged)

    def discard_damaged(self) -> int:
        """Delete the events whose bytes prove nothing any more, so that Kafka's take their places; answers how many."""
        discarded = 0
        with self._store.transaction() as transaction:
            clue_ids = sorted(refolding.sizes(transaction))
            for done in range(0, len(clue_ids), CLUES_AT_ONCE):
                stored = refolding.records(transaction, clue_ids[done : done + CLUES_AT_ONCE])
                hashes = [each.hash for each in stored if not _is_proven(transaction, each)]
                refolding.discard(transaction, hashes)
                discarded += len(hashes)
        return discarded

    def _read(
        self, transaction: Transaction, clue_ids: Sequence[UUID]
    ) -> tuple[dict[UUID, list[SignedEvent]], list[DamagedEvent]]:
        """The events of these clues, from their bytes alone; the clues with a damaged one apart."""
        stored = refolding.records(transaction, clue_ids)
        damaged = [DamagedEvent(s.topic, s.number, s.clue_id) for s in stored if not _is_proven(transaction, s)]
        broken = {each.clue_id for each in damaged}
        found = [stored_event(each.topic, each.record) for each in stored if each.clue_id not in broken]
        terms = agreements.terms(transaction)
        keys = self._keyring.open_keys(transaction, {each.envelope.facts.key_id for each in found})
        means = Means(keys, terms.keys())  # of facts alone: nobody's particulars are opened
        events: defaultdict[UUID, list[SignedEvent]] = defaultdict(list)
        for each in found:
            events[each.envelope.clue_id].append(_opened(each, means) if is_agreed(each, terms) else _unopened(each))
        return events, damaged


def _opened(addressed: Addressed, means: Means) -> SignedEvent:
    try:
        return open_event(addressed, means, None).signed
    except PoisonRecord:  # its facts cannot be read by this version: as when it arrived, it waits
        return _unopened(addressed)


def _unopened(addressed: Addressed) -> SignedEvent:
    return SignedEvent(addressed.topic, addressed.number, addressed.value, addressed.hash, addressed.envelope, None)


def _is_proven(transaction: Transaction, stored: StoredRecord) -> bool:
    """Whether the owner of the journal signed these bytes, and they are in their place."""
    try:
        record = Record.from_value(stored.record)
        verifier = public_keys.verifier(transaction, stored.topic)
        verifier.verify(stored.topic, record.number, record.body, record.key_id, record.signature)
        envelope = stored_event(stored.topic, stored.record).envelope
    except (ContractError, BadSignature):
        return False
    return (record.body_hash, record.number, envelope.clue_id) == (stored.hash, stored.number, stored.clue_id)

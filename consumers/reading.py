"""
Reading a batch of one topic, step by step for all its records: prove, known already?, address, open, conflicts.

Every record ends as one `Reading`; a fault in one is its own and stops no other.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypeAlias

from clue_exchange import agreements, rejections
from clue_exchange.access_log import AccessLog, ValidationPermit
from clue_exchange.agreements import Terms
from clue_exchange.errors import PoisonRecord
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys import public_keys
from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.ledger import Identities, Ledger
from clue_exchange.signed_events import SignedEvent
from clue_exchange.store import Transaction
from consumers.dead_letters import Reason
from consumers.key_records import Brought, take_key_record, take_tombstone
from consumers.opening import Means, Opened, open_event
from consumers.proving import Outcome, Prover
from consumers.receive import (
    Addressed,
    address,
    is_agreed,
    prove,
    read_receipt,
    require_agreed,
    stored_event,
    unpack,
)
from consumers.reconcile_records import is_reconciliation, read_reconciliation
from consumers.record_reading import Reading

Unreadable: TypeAlias = tuple[Addressed, PoisonRecord]
"""An event that waited, and why it can never be read."""


class Reader:
    """Reads the topics of the counterpart for one agency."""

    def __init__(self, agency: str, ledger: Ledger, keyring: KeyRing, index: BlindIndex, access_log: AccessLog) -> None:
        self._agency = agency
        self._ledger = ledger
        self._keyring = keyring
        self._index = index
        self._access_log = access_log
        self._prover = Prover()

    def read_events(self, transaction: Transaction, topic: str, sources: Sequence[ReceivedRecord]) -> list[Reading]:
        """Read records of a journal of events. Nothing is opened before its signature holds."""
        outcomes = self._prover.prove(sources, public_keys.verifier(transaction, topic))
        readings = [Reading.of(source, outcome) for source, outcome in zip(sources, outcomes, strict=True)]
        readings = self._mark_repeated(transaction, readings)
        terms = agreements.terms(transaction)
        readings = [reading.attempt(lambda each: self._addressing(each, terms)) for reading in readings]
        addressed = [reading.addressed for reading in readings if reading.addressed]
        means = self._means(transaction, addressed, terms)
        permit = self._permit(transaction, addressed, means)

        def opening(reading: Reading) -> Reading:
            if reading.addressed is None:
                return reading
            opened = open_event(reading.addressed, means, permit)
            return reading._replace(event=opened.signed, tokens=self._index.tokens(opened.told))

        return self._without_conflicts(transaction, [reading.attempt(opening) for reading in readings])

    def _means(self, transaction: Transaction, addressed: Sequence[Addressed], terms: Mapping[int, Terms]) -> Means:
        wanted = {key_id: of for each in addressed for key_id, of in each.keys_of.items()}
        keys = self._keyring.open_keys(transaction, wanted) if wanted else {}
        if len(keys) < len(wanted):
            self._keyring.note_missing(transaction, {each: of for each, of in wanted.items() if each not in keys})
        return Means(keys, terms.keys())

    def _permit(
        self, transaction: Transaction, addressed: Sequence[Addressed], means: Means
    ) -> ValidationPermit | None:
        """The node's own opening stands in the access log, in the same transaction, before it is done."""
        subjects = means.subjects(each.envelope for each in addressed)
        return self._access_log.validating(transaction, subjects) if subjects else None

    def read_keys(self, transaction: Transaction, topic: str, sources: Sequence[ReceivedRecord]) -> list[Reading]:
        """
        Read key records, one after the other: one may bring the key that signs the next.

        New data keys are on their way to the vault: `KeyRing.settle` before the transaction commits.
        """
        arriving = self._keyring.arriving()
        outcomes = self._prover.prove(sources, public_keys.verifier(transaction, topic))
        has_changed = False

        def taking(reading: Reading, outcome: Outcome) -> Reading:
            nonlocal has_changed
            source = reading.source
            if source.value is None:
                take_tombstone(transaction, self._keyring, source.key)
                return reading._replace(is_repeated=True)
            if has_changed:  # who may sign: what was proven at the beginning proves nothing any more
                outcome = prove(source, unpack(source), public_keys.verifier(transaction, topic))
            if isinstance(outcome, PoisonRecord):
                raise outcome
            brought = take_key_record(transaction, arriving, outcome)
            has_changed = has_changed or brought is Brought.SIGNING
            is_new = brought is not Brought.NOTHING
            return reading._replace(number=outcome.record.number, is_new_key=is_new, is_repeated=not is_new)

        proven = zip(sources, outcomes, strict=True)
        readings = [Reading(source).attempt(partial(taking, outcome=outcome)) for source, outcome in proven]
        arriving.keep_beside(transaction)
        return readings

    def read_receipts(self, transaction: Transaction, topic: str, sources: Sequence[ReceivedRecord]) -> list[Reading]:
        """Read receipts; one for another agency is passed over."""
        outcomes = self._prover.prove(sources, public_keys.verifier(transaction, topic))

        def taking(reading: Reading) -> Reading:
            if reading.proven is None:
                return reading
            if is_reconciliation(reading.proven):
                return reading._replace(reconciliation=read_reconciliation(reading.proven, self._agency))
            return reading._replace(receipt=read_receipt(reading.proven, self._agency))

        readings = [Reading.of(source, outcome) for source, outcome in zip(sources, outcomes, strict=True)]
        return [reading.attempt(taking) for reading in readings]

    def read_again(self, transaction: Transaction) -> tuple[list[Opened], list[Unreadable]]:
        """The waiting events whose facts can be read now, and those that prove to be poison."""
        unread = [stored_event(topic, value) for topic, value in self._ledger.unread(transaction)]
        if not unread:
            return [], []
        terms = agreements.terms(transaction)
        waiting = [each for each in unread if is_agreed(each, terms)]
        of_another = (each for each in unread if not is_agreed(each, terms))
        unreadable = [(each, PoisonRecord(Reason.AGREEMENT_MISMATCH, each.number)) for each in of_another]
        wanted = {key_id for each in waiting for key_id in each.key_ids}
        means = Means(self._keyring.open_keys(transaction, wanted) if wanted else {}, terms.keys())
        permit = self._permit(transaction, waiting, means)
        readable = []
        for each in waiting:
            try:
                opened = open_event(each, means, permit)
            except PoisonRecord as poison:
                unreadable.append((each, poison))
                continue
            if opened.signed.event is not None:
                readable.append(opened)
        return readable, unreadable

    def _addressing(self, reading: Reading, terms: Mapping[int, Terms]) -> Reading:
        if reading.proven is None or reading.is_repeated:
            return reading
        addressed = address(reading.proven, self._agency)
        return reading._replace(addressed=None if addressed is None else require_agreed(addressed, terms))

    def _mark_repeated(self, transaction: Transaction, readings: Sequence[Reading]) -> list[Reading]:
        hashes = [reading.proven.hash for reading in readings if reading.proven]
        held = self._ledger.held(transaction, hashes) if hashes else frozenset()
        return [
            each._replace(is_repeated=True) if each.proven and each.proven.hash in held else each for each in readings
        ]

    def _without_conflicts(self, transaction: Transaction, readings: list[Reading]) -> list[Reading]:
        events = [reading.event for reading in readings if reading.event is not None]
        if not events:
            return readings
        taken = _Taken(self._ledger.identities(transaction, events))
        if rejections.are_any(transaction):
            for topic in {event.topic for event in events}:
                used = rejections.numbers(transaction, topic, [event.number for event in events])
                taken.use_up(topic, used)
        return [reading if reading.event is None else taken.judge(reading, reading.event) for reading in readings]


class _Taken:
    """Event ids and journal numbers, each with the hash of the event that has it: the first one stands."""

    def __init__(self, identities: Identities) -> None:
        self._by_event_id = dict(identities.by_event_id)
        self._by_number = dict(identities.by_number)
        self._in_batch: set[bytes] = set()

    def use_up(self, topic: str, numbers: Mapping[int, bytes]) -> None:
        """Numbers that a rejected event has: its sender must not give them again."""
        for number, event_hash in numbers.items():
            self._by_number.setdefault((topic, number), event_hash)

    def judge(self, reading: Reading, event: SignedEvent) -> Reading:
        """The same bytes again are a repetition; other bytes under the same id or number are poison."""
        if event.hash in self._in_batch:
            return reading._replace(event=None, is_repeated=True)
        self._in_batch.add(event.hash)
        if self._by_event_id.setdefault(event.envelope.event_id, event.hash) != event.hash:
            return reading.poisoned(Reason.EVENT_ID_REUSED)
        if self._by_number.setdefault((event.topic, event.number), event.hash) != event.hash:
            return reading.poisoned(Reason.NUMBER_REUSED)
        return reading

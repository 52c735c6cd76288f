"""
The way of every command: fold, legal?, event, ledger and outbox in one transaction.

An officer's act becomes an event here and nowhere else. federation.py and procuratorate.py say which acts there are.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from keyword import iskeyword
from typing import TypeAlias
from uuid import UUID

from clue_exchange.agreements import Agreements
from clue_exchange.clock import Clock
from clue_exchange.crash_points import crash_point
from clue_exchange.errors import CommandRefused
from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.ledger import Ledger
from clue_exchange.outbox import Outbox
from clue_exchange.sealing import SUITE, PartPlace
from clue_exchange.signed_events import SignedEvent, courtesy_headers, record_key
from clue_exchange.store import Store, Transaction
from clue_exchange.topics import RECORD_CAP_BYTES, topic_name
from clue_exchange.workdays import china_date
from producers.agreed import require_agreed
from producers.candidates import Candidates
from producers.linked import require_linked
from producers.sealed_parts import person_part, sealed
from schemas import lifecycle
from schemas.agreement import Agreement
from schemas.agreement_rules import only_shared
from schemas.case_events import AidAnswered, AidRequested, FollowUpPlanned, FollowUpRecorded
from schemas.catalog import type_of
from schemas.clue_events import ClueWithdrawn, ConsentWithdrawn, ErasureConfirmed, ErasureRequested, NewClue
from schemas.envelope import Envelope, role_of, whole_milliseconds
from schemas.errors import NotLegal
from schemas.event import Event, PersonKey, PersonRef
from schemas.fold import Fold
from schemas.guards import Act
from schemas.particulars import Particulars
from schemas.parts import check_particulars, facts_schema, particulars_schema, write_facts

Told: TypeAlias = Mapping[PersonKey, Particulars]
"""Particulars by the person whom they are of."""

NOTHING_TOLD: Told = {}


@dataclass(frozen=True, slots=True)
class Tools:
    """
    What a desk works with; wired in console/.

    Attributes:
        new_id: makes clue ids and event ids, random.
    """

    store: Store
    ledger: Ledger
    outbox: Outbox
    keyring: KeyRing
    index: BlindIndex
    candidates: Candidates
    agreements: Agreements
    clock: Clock
    new_id: Callable[[], UUID]


class Desk:
    """The acts that either party may do; its own acts are in the party's class."""

    def __init__(self, agency: str, counterpart: str, tools: Tools) -> None:
        self._agency = agency
        self._counterpart = counterpart
        self._role = role_of(agency)
        self._tools = tools

    def act(self, verb: str) -> Callable[..., SignedEvent]:
        """
        The method that does what a verb of the catalog says.

        Raises:
            CommandRefused: it is an act of the other side.
        """
        name = verb.replace("-", "_")
        method = getattr(self, f"{name}_" if iskeyword(name) else name, None)
        if method is None:
            raise CommandRefused(f"the {self._role} does not {verb}: that is an act of the {self._role.other}")
        act: Callable[..., SignedEvent] = method
        return act

    def hand_over(self, candidate_id: UUID, facts: NewClue) -> SignedEvent:
        """
        Open a clue from a candidate, in the name of the reviewer (`facts.officer`), who has looked at it.

        The candidate is marked in the same transaction, so it becomes one clue at most. What the register says and the
        agreement does not allow to tell stays here.

        Raises:
            CommandRefused: the candidate is not known, or decided already.
        """
        candidates = self._tools.candidates
        found, today = candidates.to_hand_over(candidate_id), china_date(self._tools.clock())
        clue_id = self._tools.new_id()
        with self._tools.store.transaction() as transaction:
            agreement = self._tools.agreements.newest(transaction, today)
            told = {(self._role, facts.persons[0].number): only_shared(agreement, self._role, found)}
            candidates.mark_transferred(transaction, candidate_id, clue_id, facts.officer)
            return self._issue_in(transaction, clue_id, facts, told)

    def withdraw(self, clue_id: UUID, facts: ClueWithdrawn, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Take the own clue back, before a decision."""
        return self._issue(clue_id, facts, told)

    def request_aid(self, clue_id: UUID, facts: AidRequested, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Ask the other side for further aid; the answer names the id of this event as its branch."""
        return self._issue(clue_id, facts, told)

    def answer_aid(self, clue_id: UUID, facts: AidAnswered, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Answer a request of the other side: provided, by whom and when, or declined and why."""
        return self._issue(clue_id, facts, told)

    def plan_follow_up(self, clue_id: UUID, facts: FollowUpPlanned, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Plan a return visit."""
        return self._issue(clue_id, facts, told)

    def record_follow_up(self, clue_id: UUID, facts: FollowUpRecorded, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Record what a return visit found."""
        return self._issue(clue_id, facts, told)

    def withdraw_consent(self, clue_id: UUID, facts: ConsentWithdrawn, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Tell that she withdrew her consent (PIPL art. 15)."""
        return self._issue(clue_id, facts, told)

    def request_erasure(self, clue_id: UUID, facts: ErasureRequested, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Destroy the data of persons here, and ask that they die on the other side too (PIPL art. 47)."""
        return self._erase(clue_id, facts, told, facts.persons)

    def confirm_erasure(self, clue_id: UUID, facts: ErasureConfirmed, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Destroy the data of persons here, as the other side asked, and tell it."""
        return self._erase(clue_id, facts, told, facts.persons)

    def _erase(self, clue_id: UUID, event: Event, told: Told, persons: Sequence[PersonRef]) -> SignedEvent:
        """The event and the death of the keys commit together; what is left of them dies right after."""
        keys = [person.key for person in persons]
        tools = self._tools
        with tools.store.transaction() as transaction:
            signed = self._issue_in(transaction, clue_id, event, told)
            registered = self.erase_again(transaction, clue_id, keys)
            if isinstance(event, ErasureConfirmed):
                tools.keyring.tombstone(transaction, clue_id)
        with tools.store.reading() as transaction:
            tools.keyring.bury(transaction, also=registered)
        tools.store.settle()
        return signed

    def erase_again(self, transaction: Transaction, clue_id: UUID, persons: Collection[PersonKey]) -> Collection[str]:
        """Mark the data of these persons dead, as their erasure says; answers other keys of theirs, to be buried."""
        self._tools.keyring.destroy(transaction, clue_id, persons)
        self._tools.index.forget(transaction, clue_id, persons)
        return self._tools.candidates.forget(transaction, clue_id)

    def _issue(self, clue_id: UUID, event: Event, told: Told) -> SignedEvent:
        with self._tools.store.transaction() as transaction:
            return self._issue_in(transaction, clue_id, event, told)

    def _issue_in(self, transaction: Transaction, clue_id: UUID, event: Event, told: Told) -> SignedEvent:
        """
        Issue an event on a clue that nobody else changes meanwhile.

        Raises:
            NotLegal: the lifecycle does not allow it now; names state, turn and what is possible.
            InvalidEvent: particulars are missing, or a code `other` comes without its words.
            CommandRefused: the chain is frozen, or not complete here, or it is not agreed on.
        """
        folded = self._tools.ledger.lock(transaction, clue_id)
        event_id = self._tools.new_id()
        self._check(clue_id, folded, Act(event, event_id, self._role, frozenset(told)))
        check_particulars(event, tuple(told.values()))
        now = whole_milliseconds(self._tools.clock())
        today = china_date(now)
        agreement = self._tools.agreements.newest(transaction, today)
        require_linked(transaction, self._tools.ledger, clue_id, event)
        require_agreed(agreement, today, self._role, event, tuple(told.values()))
        place = PartPlace(clue_id, event_id, self._agency)
        envelope = self._envelope(transaction, place, event, told, folded, agreement, now)
        topic = topic_name(self._agency, type_of(event).family)
        body = envelope.to_body()
        record = self._tools.outbox.append(transaction, topic, record_key(envelope), body, courtesy_headers(envelope))
        signed = SignedEvent(topic, record.number, record.to_value(), record.body_hash, envelope, event)
        if len(signed.value) > RECORD_CAP_BYTES:
            raise CommandRefused(
                f"the event has {len(signed.value)} bytes, at most {RECORD_CAP_BYTES} can be sent: "
                "shorten a narrative, or tell some of the persons in a supplement"
            )
        self._tools.ledger.append(transaction, [signed])
        self._tools.index.note_clue(transaction, clue_id, self._tools.index.tokens(told))
        crash_point("command.before_commit")
        return signed

    def _check(self, clue_id: UUID, folded: Fold, act: Act[Event]) -> None:
        if folded.is_frozen:
            raise CommandRefused(f"clue {clue_id} is frozen: its chain was forked, two people must settle it first")
        if any(event.by is self._role for event in folded.waiting):
            raise CommandRefused(f"clue {clue_id} is not complete here yet: own earlier events wait to be read back")
        why_not = lifecycle.judge(folded.view, act).why_not
        if why_not is not None:
            view = folded.view
            possible = lifecycle.possible(view, self._role)
            raise NotLegal(clue_id, act.event.event_type, view.state, view.turn, why_not, possible)

    def _envelope(
        self,
        transaction: Transaction,
        place: PartPlace,
        event: Event,
        told: Told,
        folded: Fold,
        agreement: Agreement,
        now: datetime,
    ) -> Envelope:
        link = self._tools.ledger.link(folded)
        facts_key = self._tools.keyring.facts_key(transaction, agreement)
        person_keys = {p: self._tools.keyring.person_key(transaction, place.clue_id, p) for p in sorted(told)}
        return Envelope(
            event_id=place.event_id,
            event_type=event.event_type,
            clue_id=place.clue_id,
            sender=self._agency,
            recipient=self._counterpart,
            previous=link.previous,
            seen=link.seen,
            agreement_version=agreement.version,
            agreement_hash=agreement.hash,
            lifecycle_version=lifecycle.VERSION,
            suite=SUITE,
            occurred_at=now,
            facts_schema=facts_schema(event).fingerprint,
            particulars_schema=particulars_schema().fingerprint,
            facts=sealed(facts_key, place, write_facts(event)),
            particulars=tuple(person_part(key, place, person, told[person]) for person, key in person_keys.items()),
        )

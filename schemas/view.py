"""
What the fold of a clue's events arrives at: the state, and the facts that later events depend on.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from schemas.codes import AidAnswer, AidKind, BodyAnswer, Outcome, Role
from schemas.event import PersonKey
from schemas.reasons import AidDeclineReason


class State(StrEnum):
    """Where a clue stands; `unopened` is before its first event."""

    unopened = "unopened"
    transferred = "transferred"
    returned = "returned"
    accepted = "accepted"
    declined = "declined"
    redirected = "redirected"
    disputed = "disputed"
    applied = "applied"
    granted = "granted"
    paid = "paid"
    refused = "refused"
    closed = "closed"
    finished = "finished"
    withdrawn = "withdrawn"


TURN: dict[State, Role] = {
    State.unopened: Role.procuratorate,
    State.transferred: Role.procuratorate,
    State.returned: Role.federation,
    State.accepted: Role.procuratorate,
    State.declined: Role.federation,
    State.redirected: Role.procuratorate,
    State.disputed: Role.procuratorate,
    State.applied: Role.procuratorate,
    State.granted: Role.procuratorate,
    State.paid: Role.procuratorate,
    State.refused: Role.procuratorate,
    State.closed: Role.federation,
    State.finished: Role.procuratorate,
    State.withdrawn: Role.procuratorate,
}
"""Whose turn it is: defined for every state, so that two concurrent events never tie (design, section 2)."""


@dataclass(frozen=True, slots=True)
class Award:
    """An award to one person: `amount_fen` in hundredths of a yuan."""

    number: int
    person: PersonKey
    amount_fen: int
    is_paid: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """
    A request for further aid, named by the id of the event that asked; open until it is answered.

    Attributes:
        left_open: why the clue was finished without the answer; it may still come.
    """

    branch_id: UUID
    asked_by: Role
    kind: AidKind
    answer: AidAnswer | None = None
    left_open: AidDeclineReason | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned return visit, named by the id of the event that planned it."""

    plan_id: UUID
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class ClueView:
    """
    The state of a clue and what later events depend on.

    Attributes:
        origin: who opened the clue; None before that.
        persons: everybody of the clue, each by the agency that added her and her number.
        beneficiaries: those on whom aid is decided: applicants and minors.
        decided: those on whom it was.
        awards: in the order of their decisions.
        refusals: numbers of the decisions that refused.
        papers_are_due: aid was decided in advance and the application is not filed yet.
        was_disputed: the one dispute of this clue is used up.
        closed_from: the state that the closing ended.
        branches: requests for further aid, in order.
        visits: the planned ones, in order.
        body_answer: of the body that the clue was redirected to.
        funds_wait: they arrived, and she is not told to collect them.
        consent_withdrawn, erasure_asked, erased: persons of the clue.
    """

    state: State = State.unopened
    origin: Role | None = None
    urgent: bool = False
    persons: frozenset[PersonKey] = frozenset()
    beneficiaries: frozenset[PersonKey] = frozenset()
    decided: frozenset[PersonKey] = frozenset()
    awards: tuple[Award, ...] = ()
    refusals: frozenset[int] = frozenset()
    papers_are_due: bool = False
    was_disputed: bool = False
    closed_from: State | None = None
    outcome: Outcome | None = None
    branches: tuple[Branch, ...] = ()
    visits: tuple[Visit, ...] = ()
    body_answer: BodyAnswer | None = None
    funds_wait: bool = False
    consent_withdrawn: frozenset[PersonKey] = frozenset()
    erasure_asked: frozenset[tuple[PersonKey, Role]] = frozenset()
    erased: frozenset[PersonKey] = frozenset()

    @property
    def turn(self) -> Role:
        return TURN[self.state]

    @property
    def is_stopped(self) -> bool:
        """Everybody whose data are not erased withdrew her consent: nothing goes on but what ends it."""
        return bool(self.consent_withdrawn) and self.persons - self.erased <= self.consent_withdrawn

    @property
    def open_branches(self) -> tuple[Branch, ...]:
        return tuple(branch for branch in self.branches if branch.answer is None)

    def branch(self, branch_id: UUID) -> Branch | None:
        return next((branch for branch in self.branches if branch.branch_id == branch_id), None)

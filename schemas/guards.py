"""
The conditions that the transition table names: pure functions of the view and the act.

A condition answers None where it holds, and otherwise the rule that forbids the act, as a sentence. It must hold on
both sides, for the receiver judges by it too: it looks at nothing but the view and the act.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from schemas.case_events import (
    AidAnswered,
    AidDecided,
    AidRequested,
    ApplicationFiled,
    CaseClosed,
    FeedbackAcknowledged,
    FollowUpRecorded,
    FundsPaid,
    ProgressReported,
)
from schemas.clue_events import (
    ClueDeclined,
    ClueSupplemented,
    ClueWithdrawn,
    ConsentWithdrawn,
    ErasureConfirmed,
    ErasureRequested,
)
from schemas.codes import Outcome, Role
from schemas.event import Event, Person, PersonKey, PersonRef
from schemas.view import ClueView, State

E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Act(Generic[E_co]):
    """
    One event as the lifecycle judges it.

    Attributes:
        told: the persons whose particulars come with it.
    """

    event: E_co
    event_id: UUID
    by: Role
    told: frozenset[PersonKey] = frozenset()


TELLS_OF_A_STRANGER = "it tells of a person that the clue does not have"
"""Asked of every event, after its effect: it may tell of the persons that it adds."""


# --- conditions of the party and the view alone: what a party may try at all


ENDS = frozenset(
    {
        ClueDeclined,
        ClueWithdrawn,
        CaseClosed,
        FeedbackAcknowledged,
        AidAnswered,
        ConsentWithdrawn,
        ErasureRequested,
        ErasureConfirmed,
    }
)
"""What ends a clue, a request for aid, or her data. It alone goes on after everybody withdrew her consent (PIPL 47)."""


def goes_on(view: ClueView, event: type[Event]) -> str | None:
    return "everybody of the clue withdrew her consent" if view.is_stopped and event not in ENDS else None


def by_the_origin(view: ClueView, by: Role) -> str | None:
    return None if view.origin is by else "only the agency that opened the clue can withdraw it"


def not_disputed_before(view: ClueView, by: Role) -> str | None:
    return "a clue is disputed once" if view.was_disputed else None


def closed_without_aid(view: ClueView, by: Role) -> str | None:
    if view.closed_from not in (State.refused, State.redirected):
        return "a closed clue is disputed only after a redirection or a refusal"
    return not_disputed_before(view, by)


def papers_are_due(view: ClueView, by: Role) -> str | None:
    return None if view.papers_are_due else "the application is filed already"


def has_open_branch(view: ClueView, by: Role) -> str | None:
    asked_by_other = any(branch.asked_by is by.other for branch in view.open_branches)
    return None if asked_by_other else "there is no open request of the other side"


def erasure_was_asked(view: ClueView, by: Role) -> str | None:
    asked_by_other = any(asked_by is by.other for _, asked_by in view.erasure_asked)
    return None if asked_by_other else "the other side did not ask for an erasure"


# --- conditions of the facts


def _unknown(view: ClueView, persons: Iterable[PersonRef]) -> str | None:
    return None if {ref.key for ref in persons} <= view.persons else "it names a person that the clue does not have"


def _not_processed(view: ClueView, persons: Iterable[PersonRef]) -> str | None:
    refs = tuple(persons)
    has_withdrawn = any(ref.key in view.consent_withdrawn for ref in refs)
    return _unknown(view, refs) or ("it names a person that withdrew her consent" if has_withdrawn else None)


def beneficiary_keys(by: Role, persons: Iterable[Person]) -> frozenset[PersonKey]:
    """The applicants among them, and every minor: minor children are aided together with her (2022 circular)."""
    return frozenset((by, person.number) for person in persons if person.is_beneficiary)


def person_keys(by: Role, persons: Iterable[Person]) -> frozenset[PersonKey]:
    return frozenset((by, person.number) for person in persons)


def two_officers(view: ClueView, act: Act[ClueDeclined | ErasureRequested]) -> str | None:
    return None if act.event.second != act.event.officer else "it needs a second officer, other than the first"


def persons_are_known(view: ClueView, act: Act[ConsentWithdrawn | ErasureRequested]) -> str | None:
    return _unknown(view, act.event.persons)


def persons_are_new(view: ClueView, act: Act[ClueSupplemented | ApplicationFiled]) -> str | None:
    added = act.event.added_persons
    keys = person_keys(act.by, added)
    return None if len(keys) == len(added) and not keys & view.persons else "a person's number is taken already"


def in_advance(view: ClueView, act: Act[AidDecided]) -> str | None:
    return None if act.event.in_advance else "before the application, aid is decided only in advance (urgent)"


def decisions_are_new(view: ClueView, act: Act[AidDecided]) -> str | None:
    taken = {award.number for award in view.awards} | view.refusals
    if taken & {decision.number for decision in act.event.decisions}:
        return "a decision's number is taken already"
    return _not_processed(view, (decision.person for decision in act.event.decisions))


def refusal_has_two_officers(view: ClueView, act: Act[AidDecided]) -> str | None:
    decided = act.event
    if decided.second == decided.officer or (decided.second is None and any(d.refusal for d in decided.decisions)):
        return "a refusal needs a second officer, other than the first"
    return None


def every_beneficiary_is_decided(view: ClueView, act: Act[CaseClosed]) -> str | None:
    """Minors are aided together with her: whoever is a beneficiary and still wants it has an own decision."""
    if act.event.outcome not in (Outcome.aid_paid, Outcome.aid_refused):
        return None
    left = sorted(view.beneficiaries - view.decided - view.consent_withdrawn - view.erased)
    names = ", ".join(f"{added_by}:{number}" for added_by, number in left)
    return f"there is no decision yet on {names}: each beneficiary has an own one" if left else None


def awards_are_unpaid(view: ClueView, act: Act[FundsPaid]) -> str | None:
    unpaid = {award.number for award in view.awards if not award.is_paid}
    return None if set(act.event.awards) <= unpaid else "it names an award that is not decided, or paid already"


OUTCOME_OF_STATE = {
    State.paid: Outcome.aid_paid,
    State.refused: Outcome.aid_refused,
    State.redirected: Outcome.handled_elsewhere,
}


def outcome_fits(view: ClueView, act: Act[CaseClosed]) -> str | None:
    expected = OUTCOME_OF_STATE.get(view.state, Outcome.ended_early)
    return None if act.event.outcome is expected else f"a clue that is {view.state} is closed with outcome {expected}"


def open_branches_have_a_reason(view: ClueView, act: Act[FeedbackAcknowledged]) -> str | None:
    if view.open_branches and act.event.open_branches_reason is None:
        return "a request for further aid is still open: have it answered, or give the reason, `open branches reason`"
    return None


def answer_is_of_the_body(view: ClueView, act: Act[ProgressReported]) -> str | None:
    if act.event.body_answer is not None and view.state is not State.redirected:
        return "no other body has this clue"
    return None


def body_has_answered(view: ClueView, act: Act[CaseClosed]) -> str | None:
    if view.state is State.redirected and view.body_answer is None and not view.is_stopped:
        return "what the other body answered, or no_answer, is reported before the closing (stage other_body_answered)"
    return None


def visit_is_planned(view: ClueView, act: Act[FollowUpRecorded]) -> str | None:
    if act.event.plan is None or any(v.plan_id == act.event.plan and not v.is_held for v in view.visits):
        return None
    return "it names no planned visit that is still to be held"


def beneficiary_is_known(view: ClueView, act: Act[AidRequested]) -> str | None:
    return _not_processed(view, [act.event.beneficiary])


def branch_is_open(view: ClueView, act: Act[AidAnswered]) -> str | None:
    branch = view.branch(act.event.branch)
    is_ours_to_answer = branch is not None and branch.answer is None and branch.asked_by is act.by.other
    return None if is_ours_to_answer else "it answers no open request of the other side"


def erasure_was_asked_for_these(view: ClueView, act: Act[ErasureConfirmed]) -> str | None:
    asked = {(ref.key, act.by.other) for ref in act.event.persons}
    return None if asked <= view.erasure_asked else "the other side did not ask to erase these persons"

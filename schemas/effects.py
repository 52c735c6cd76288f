"""
What an event changes in the view beyond its state: pure functions that the transition table names.
"""

from dataclasses import replace

from schemas.case_events import (
    AidAnswered,
    AidDecided,
    AidRequested,
    ApplicationFiled,
    CaseClosed,
    FeedbackAcknowledged,
    FollowUpPlanned,
    FollowUpRecorded,
    FundsPaid,
    ProgressReported,
)
from schemas.clue_events import ClueSupplemented, ConsentWithdrawn, ErasureConfirmed, ErasureRequested, NewClue
from schemas.codes import Stage
from schemas.event import Event
from schemas.guards import Act, beneficiary_keys, person_keys
from schemas.view import Award, Branch, ClueView, State, Visit


def nothing_else(view: ClueView, act: Act[Event]) -> ClueView:
    return view


def opens(view: ClueView, act: Act[NewClue]) -> ClueView:
    persons = act.event.persons
    return replace(
        view,
        origin=act.by,
        urgent=act.event.urgent,
        persons=person_keys(act.by, persons),
        beneficiaries=beneficiary_keys(act.by, persons),
    )


def adds_persons(view: ClueView, act: Act[ClueSupplemented | ApplicationFiled]) -> ClueView:
    added = act.event.added_persons
    return replace(
        view,
        persons=view.persons | person_keys(act.by, added),
        beneficiaries=view.beneficiaries | beneficiary_keys(act.by, added),
    )


def files(view: ClueView, act: Act[ApplicationFiled]) -> ClueView:
    return replace(adds_persons(view, act), papers_are_due=False)


def disputes(view: ClueView, act: Act[Event]) -> ClueView:
    return replace(view, was_disputed=True, outcome=None, closed_from=None, body_answer=None)


def decides(view: ClueView, act: Act[AidDecided]) -> ClueView:
    decisions = act.event.decisions
    awards = tuple(Award(d.number, d.person.key, d.amount_fen) for d in decisions if d.amount_fen is not None)
    refusals = frozenset(d.number for d in decisions if d.amount_fen is None)
    early = act.event.in_advance and view.state is State.accepted and bool(awards)
    return replace(
        view,
        awards=view.awards + awards,
        refusals=view.refusals | refusals,
        decided=view.decided | {decision.person.key for decision in decisions},
        papers_are_due=view.papers_are_due or early,
    )


def pays(view: ClueView, act: Act[FundsPaid]) -> ClueView:
    paid = set(act.event.awards)
    awards = tuple(replace(a, is_paid=True) if a.number in paid else a for a in view.awards)
    return replace(view, awards=awards, funds_wait=False)


def reports(view: ClueView, act: Act[ProgressReported]) -> ClueView:
    stage = act.event.stage
    waits = stage is Stage.funds_arrived or (view.funds_wait and stage is not Stage.told_to_collect)
    return replace(view, funds_wait=waits, body_answer=act.event.body_answer or view.body_answer)


def closes(view: ClueView, act: Act[CaseClosed]) -> ClueView:
    is_paid = any(award.is_paid for award in view.awards)
    return replace(
        view,
        closed_from=view.state,
        outcome=act.event.outcome,
        papers_are_due=view.papers_are_due and is_paid,
        funds_wait=False,
    )


def acknowledges(view: ClueView, act: Act[FeedbackAcknowledged]) -> ClueView:
    left = act.event.open_branches_reason
    return replace(view, branches=tuple(b if b.answer else replace(b, left_open=left) for b in view.branches))


def plans_visit(view: ClueView, act: Act[FollowUpPlanned]) -> ClueView:
    return replace(view, visits=(*view.visits, Visit(act.event_id)))


def holds_visit(view: ClueView, act: Act[FollowUpRecorded]) -> ClueView:
    plan = act.event.plan
    return replace(view, visits=tuple(replace(v, is_held=True) if v.plan_id == plan else v for v in view.visits))


def asks_for_aid(view: ClueView, act: Act[AidRequested]) -> ClueView:
    return replace(view, branches=(*view.branches, Branch(act.event_id, act.by, act.event.kind)))


def answers(view: ClueView, act: Act[AidAnswered]) -> ClueView:
    answered = act.event
    return replace(
        view,
        branches=tuple(
            replace(b, answer=answered.answer) if b.branch_id == answered.branch else b for b in view.branches
        ),
    )


def withdraws_consent(view: ClueView, act: Act[ConsentWithdrawn]) -> ClueView:
    return replace(view, consent_withdrawn=view.consent_withdrawn | {ref.key for ref in act.event.persons})


def asks_to_erase(view: ClueView, act: Act[ErasureRequested]) -> ClueView:
    asked = {(ref.key, act.by) for ref in act.event.persons}
    return replace(view, erasure_asked=view.erasure_asked | asked)


def erases(view: ClueView, act: Act[ErasureConfirmed]) -> ClueView:
    return replace(view, erased=view.erased | {ref.key for ref in act.event.persons})


def state_of_awards(view: ClueView) -> State:
    """Granted while an award is unpaid, else paid if one was paid, else refused."""
    if any(not award.is_paid for award in view.awards):
        return State.granted
    return State.paid if view.awards else State.refused

"""The rules of the lifecycle as small stories: what is forbidden, and what that protects."""

from typing import Any

import pytest

from schemas import case_events as case
from schemas import clue_events as clue
from schemas.codes import Outcome, Role
from schemas.event import Event
from schemas.guards import Act
from schemas.lifecycle import judge, possible
from schemas.view import State
from tests.builders import A_UUID, AWARD, HER, PERSON, REFUSAL, ClueBuilder, an_event

F, P = Role.federation, Role.procuratorate
BODY_ANSWERED = an_event(case.ProgressReported, stage="other_body_answered", body_answer="taken_up")


def _why_not(builder: ClueBuilder, by: Role, event: Event) -> str | None:
    return judge(builder.view, Act(event, A_UUID, by)).why_not


def test_decline_needs_two_officers() -> None:
    """A decline that one officer signs twice is forbidden; with a second one it is not."""
    told = ClueBuilder().at(State.transferred)
    alone = an_event(clue.ClueDeclined, officer="officer-1", second="officer-1")

    assert "second officer" in str(_why_not(told, P, alone))
    assert _why_not(told, P, an_event(clue.ClueDeclined)) is None


def test_erasure_needs_two_officers_and_only_the_other_side_confirms_it() -> None:
    """Nobody erases alone: two officers ask, and the side that was asked confirms for the persons asked for."""
    told = ClueBuilder().at(State.accepted)
    alone = an_event(clue.ErasureRequested, second="officer-1")
    early = _why_not(told, P, an_event(clue.ErasureConfirmed))
    told.by_federation(an_event(clue.ErasureRequested))
    confirmed = an_event(clue.ErasureConfirmed)
    another = an_event(clue.ErasureConfirmed, persons=[HER, {**HER, "number": 2}])

    assert "second officer" in str(_why_not(told, F, alone))
    assert "did not ask" in str(early)
    assert "did not ask" in str(_why_not(told, F, confirmed))
    assert "did not ask" in str(_why_not(told, P, another))
    assert told.by_procuratorate(confirmed).view.erased == {(F, 1)}


def test_clue_is_disputed_once() -> None:
    """The second dispute has no place, and the party is not offered it."""
    told = ClueBuilder().at(State.disputed).by_procuratorate(an_event(clue.ClueDeclined))

    assert _why_not(told, F, an_event(clue.ClueDisputed)) == "a clue is disputed once"
    assert "ClueDisputed" not in possible(told.view, F)


@pytest.mark.parametrize(
    ("ended", "outcome", "may_be_disputed"),
    [
        (State.refused, "aid_refused", True),
        (State.redirected, "handled_elsewhere", True),
        (State.paid, "aid_paid", False),
        (State.applied, "ended_early", False),
    ],
)
def test_closed_clue_is_disputed_only_after_no_aid(ended: State, outcome: str, may_be_disputed: bool) -> None:
    """After a refusal or a redirection the federation may contradict the closing, after a payment it may not."""
    ending = "died" if outcome == "ended_early" else None
    told = ClueBuilder().at(ended)
    if ended is State.redirected:
        told.by_procuratorate(BODY_ANSWERED)
    told.by_procuratorate(an_event(case.CaseClosed, outcome=outcome, ending=ending))

    assert (_why_not(told, F, an_event(clue.ClueDisputed)) is None) is may_be_disputed


def test_urgent_aid_is_decided_in_advance_and_the_papers_follow() -> None:
    """Before the application aid is decided only in advance; then the application is due, and is filed once."""
    told = ClueBuilder().at(State.accepted)
    in_time = _why_not(told, P, an_event(case.AidDecided))
    told.by_procuratorate(an_event(case.AidDecided, in_advance=True))
    granted = told.view
    told.by_procuratorate(an_event(case.FundsPaid), an_event(case.ApplicationFiled))

    assert "in advance" in str(in_time)
    assert (granted.state, granted.papers_are_due) == (State.granted, True)
    assert (told.view.state, told.view.papers_are_due) == (State.paid, False)
    assert "filed already" in str(_why_not(told, P, an_event(case.ApplicationFiled)))


@pytest.mark.parametrize("state", [State.accepted, State.applied, State.granted])
def test_closing_early_needs_an_ending(state: State) -> None:
    """A case without a decision or with unpaid awards is closed only with the code of how it ended."""
    told = ClueBuilder().at(state)

    assert "ended_early" in str(_why_not(told, P, an_event(case.CaseClosed, outcome="aid_paid")))
    assert _why_not(told, P, an_event(case.CaseClosed, outcome="ended_early", ending="she_withdrew")) is None


@pytest.mark.parametrize(
    ("state", "outcome"),
    [(State.paid, "aid_paid"), (State.refused, "aid_refused"), (State.redirected, "handled_elsewhere")],
)
def test_feedback_tells_what_happened(state: State, outcome: str) -> None:
    """The outcome that closes a case is the one of its state, and no other."""
    told = ClueBuilder().at(state)
    if state is State.redirected:
        told.by_procuratorate(BODY_ANSWERED)
    fits: dict[str, Any] = {
        each.value: _why_not(
            told, P, an_event(case.CaseClosed, outcome=each, ending="died" if each is Outcome.ended_early else None)
        )
        for each in Outcome
    }

    assert [each for each, why in fits.items() if why is None] == [outcome]


def test_redirected_clue_is_not_closed_before_the_other_body_answered_or_failed_to() -> None:
    """The closing waits for the answer of the body that she was sent to, or for the word that none came."""
    told = ClueBuilder().at(State.redirected)
    closed = an_event(case.CaseClosed, outcome="handled_elsewhere")
    silent = an_event(case.ProgressReported, stage="other_body_answered", body_answer="no_answer")

    assert "other body" in str(_why_not(told, P, closed))
    assert "other body" in str(_why_not(ClueBuilder().at(State.accepted), P, silent))
    assert told.by_procuratorate(silent, closed).view.state is State.closed


def test_papers_of_urgent_aid_can_still_be_filed_after_the_closing() -> None:
    """Feedback does not wait for them, and they stay missing until they are filed."""
    told = ClueBuilder().at(State.accepted)
    told.by_procuratorate(
        an_event(case.AidDecided, in_advance=True), an_event(case.FundsPaid), an_event(case.CaseClosed)
    )
    told.by_federation(an_event(case.FeedbackAcknowledged))
    missing = told.view.papers_are_due
    told.by_procuratorate(an_event(case.ApplicationFiled))

    assert missing
    assert not told.view.papers_are_due


def test_visit_fulfils_one_plan_and_each_plan_once() -> None:
    """A visit may come without a plan; one that names a plan names one that is still to be held."""
    told = ClueBuilder().at(State.closed).by_federation(an_event(case.FollowUpPlanned))
    plan = told.view.visits[0].plan_id
    held = an_event(case.FollowUpRecorded, plan=plan)

    assert "no planned visit" in str(_why_not(told, P, an_event(case.FollowUpRecorded, plan=A_UUID)))
    assert told.by_procuratorate(held).view.visits[0].is_held
    assert "no planned visit" in str(_why_not(told, P, held))


def test_acknowledging_with_an_open_branch_needs_a_reason() -> None:
    """A request for aid that nobody answered is not forgotten: the feedback is taken only with the reason."""
    told = ClueBuilder().at(State.paid).by_federation(an_event(case.AidRequested))
    told.by_procuratorate(an_event(case.CaseClosed))

    assert "still open" in str(_why_not(told, F, an_event(case.FeedbackAcknowledged)))
    assert _why_not(told, F, an_event(case.FeedbackAcknowledged, open_branches_reason="no_means")) is None


def test_branch_is_answered_once_and_by_the_other_side() -> None:
    """Only the side that was asked answers, only this branch, and only once."""
    told = ClueBuilder().at(State.accepted).by_federation(an_event(case.AidRequested))
    answer = an_event(case.AidAnswered, branch=told.view.open_branches[0].branch_id)

    assert "no open request" in str(_why_not(told, F, answer))
    assert "no open request" in str(_why_not(told, P, an_event(case.AidAnswered)))
    assert told.by_procuratorate(answer).view.open_branches == ()
    assert "no open request" in str(_why_not(told, P, answer))


def test_only_the_finder_withdraws() -> None:
    """A clue is withdrawn by the side that opened it, and by no other."""
    theirs = ClueBuilder().by_procuratorate(an_event(clue.ClueShared))

    assert "opened the clue" in str(_why_not(ClueBuilder().at(State.accepted), P, an_event(clue.ClueWithdrawn)))
    assert "opened the clue" in str(_why_not(theirs, F, an_event(clue.ClueWithdrawn)))
    assert _why_not(theirs, P, an_event(clue.ClueWithdrawn)) is None


def test_partial_payments_and_later_refusals_leave_the_awards_to_decide() -> None:
    """Granted while an award is unpaid, paid when all are, also when a later decision refuses another person."""
    told = ClueBuilder().at(State.applied)
    told.by_procuratorate(an_event(case.AidDecided, decisions=[AWARD, {**AWARD, "number": 2}]))
    told.by_procuratorate(an_event(case.FundsPaid, awards=[2]))
    half = told.view.state
    told.by_procuratorate(an_event(case.AidDecided, decisions=[{**REFUSAL, "number": 3}]))
    refused_another = told.view.state
    told.by_procuratorate(an_event(case.FundsPaid, awards=[1]))

    assert (half, refused_another, told.view.state) == (State.granted, State.granted, State.paid)


def test_award_is_paid_once() -> None:
    """An award that was paid is not paid again, also when a further one makes the clue `granted` anew."""
    further = an_event(case.AidDecided, decisions=[{**AWARD, "number": 2}])
    told = ClueBuilder().at(State.paid).by_procuratorate(further)

    assert "paid already" in str(_why_not(told, P, an_event(case.FundsPaid, awards=[1, 2])))
    assert _why_not(told, P, an_event(case.FundsPaid, awards=[2])) is None


@pytest.mark.parametrize(
    ("event_type", "changes"),
    [
        (case.AidDecided, {"decisions": [{**AWARD, "person": {**HER, "number": 9}}]}),
        (case.AidRequested, {"beneficiary": {**HER, "added_by": "procuratorate"}}),
        (clue.ConsentWithdrawn, {"persons": [{**HER, "number": 9}]}),
        (clue.ErasureRequested, {"persons": [{**HER, "number": 9}]}),
        (case.FundsPaid, {"awards": [9]}),
    ],
)
def test_nothing_is_done_for_persons_or_awards_that_the_clue_does_not_have(
    event_type: type[Event], changes: dict[str, Any]
) -> None:
    """A person, or an award, that no event of the clue has added cannot be acted on."""
    told = ClueBuilder().at(State.granted)

    assert _why_not(told, P, an_event(event_type, **changes)) is not None


def test_persons_are_numbered_by_the_agency_that_adds_them() -> None:
    """Both sides may have a person number 1; one side cannot use a number twice."""
    told = ClueBuilder().at(State.accepted)

    assert "taken" in str(_why_not(told, F, an_event(clue.ClueSupplemented, added_persons=[PERSON])))
    told.by_procuratorate(an_event(case.ApplicationFiled, added_persons=[PERSON]))
    assert told.view.persons == {(F, 1), (P, 1)}

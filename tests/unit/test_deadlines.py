"""The clocks of a clue: what starts, pauses and stops each, and that both sides see the same."""

from datetime import date

import pytest

from schemas import case_events as case
from schemas import clue_events as clue
from schemas.codes import Role
from schemas.duty import Duty
from schemas.view import State
from tests.builders import HER, an_event
from tests.cases import ACCEPT, ACKNOWLEDGE, APPLY, CLOSE, DECIDE, PAY, RETURN, SUPPLEMENT, Case, day, transferred

F, P = Role.federation, Role.procuratorate


def test_each_step_of_a_case_has_its_clock() -> None:
    """Taking up, deciding, paying, telling the outcome, acknowledging: from turn to turn."""
    told = transferred("09-24").on("09-28", ACCEPT).on("09-29", APPLY).on("10-15", DECIDE).on("10-16", PAY)
    told.on("10-26", CLOSE).on("10-27", ACKNOWLEDGE, by=F)
    found = {each.duty: (each.by, each.started_on, each.due, each.ended_on) for each in told.clocks("10-30")}

    assert found == {
        Duty.hand_over: (F, day("09-24"), day("10-09"), day("09-24")),
        Duty.take_up: (P, day("09-24"), day("10-12"), day("09-28")),
        Duty.decide: (P, day("09-29"), day("10-19"), day("10-15")),
        Duty.pay: (P, day("10-15"), day("10-29"), day("10-16")),
        Duty.feedback: (P, day("10-16"), day("10-23"), day("10-26")),
        Duty.acknowledge: (F, day("10-26"), day("11-02"), day("10-27")),
        Duty.first_progress: (P, day("09-24"), day("12-24"), day("10-15")),
    }
    assert [each.duty for each in told.clocks("10-30") if each.is_late(day("10-30"))] == [Duty.feedback]
    assert all(each.is_done for each in told.clocks("10-30"))


@pytest.mark.parametrize(
    ("found_on", "due", "is_late"),
    [
        ("02-25", "03-03", False),
        ("02-24", "03-02", False),
        ("02-13", "02-27", True),
        ("01-04", "01-09", True),
        ("03-02", "03-09", False),
        ("05-01", "03-09", False),
    ],
    ids=["4 days", "on the last day", "a make-up day, then the festival", "a make-up Sunday", "at once", "later"],
)
def test_a_clue_is_handed_over_within_the_days_from_its_finding(found_on: str, due: str, is_late: bool) -> None:
    """Five working days by the usual agreement; a day of finding that lies after the opening is the opening's own."""
    clock = transferred("03-02", found_on).clock(Duty.hand_over)

    assert (clock.by, clock.due, clock.ended_on, clock.is_done) == (F, day(due), day("03-02"), True)
    assert clock.is_late(day("12-01")) is is_late


def test_what_the_procuratorate_finds_has_the_same_days() -> None:
    """The finder hands over, whoever it is; the version that the opening names decides, and may count by the month."""
    opening = an_event(clue.ClueShared, found_on=day("02-13"))
    shared = Case().on("03-02", opening)
    later = Case()
    later.agreement_version = 2
    later.on("03-02", opening)

    assert (shared.clock(Duty.hand_over).by, shared.clock(Duty.hand_over).due) == (P, day("02-27"))
    assert later.clock(Duty.hand_over).due == day("03-13")
    assert not later.clock(Duty.hand_over).is_late(day("12-01"))


@pytest.mark.parametrize("found_on", [date.min, date.max])
def test_a_day_of_finding_at_the_end_of_time_keeps_no_node_busy(found_on: date) -> None:
    """A peer may write any day; it counts as a century ago, or as the day of the opening."""
    clock = Case().on("03-02", an_event(clue.ClueTransferred, found_on=found_on), by=F).clock(Duty.hand_over)

    assert clock.started_on == (date(1926, 3, 2) if found_on is date.min else day("03-02"))
    assert Case().on("03-02", an_event(clue.ClueTransferred, found_on=None), by=F).clocks("04-01", Duty.hand_over) == []


def test_a_clock_pauses_while_the_other_side_has_the_turn() -> None:
    """The days on which the federation completes the clue are not the procuratorate's; they have their own clock."""
    told = transferred("03-02").on("03-05", RETURN)
    paused = told.clock(Duty.take_up, "03-30")
    completing = told.clock(Duty.complete, "03-30")
    told.on("03-12", SUPPLEMENT, by=F)

    assert (paused.is_paused, paused.due, paused.is_late(day("03-30"))) == (True, None, False)
    assert (completing.by, completing.due, completing.is_late(day("03-20"))) == (F, day("03-19"), True)
    assert told.clock(Duty.take_up).due == day("03-19")
    assert told.clock(Duty.complete).ended_on == day("03-12")


def test_what_was_overdue_before_the_pause_stays_overdue() -> None:
    """Giving a clue back on the day after its last one does not make it timely; but nobody can act on it meanwhile."""
    told = transferred("03-02").on("03-30", RETURN)
    paused = told.clock(Duty.take_up, "03-30")
    told.on("04-01", SUPPLEMENT, by=F)
    goes_on = told.clock(Duty.take_up, "04-01")

    assert (paused.due, paused.is_late(day("03-30")), paused.is_overdue(day("03-30"))) == (day("03-11"), True, False)
    assert (goes_on.due, goes_on.is_overdue(day("04-01"))) == (day("03-11"), True)


def test_a_running_clock_keeps_the_version_by_which_it_started() -> None:
    """A new version shortens the next turn, not the one that runs, also when that one pauses and goes on."""
    told = transferred("03-02").on("03-03", RETURN)
    told.agreement_version = 2
    told.on("03-04", SUPPLEMENT, by=F)
    again = Case()
    again.agreement_version = 2
    again.on("03-02", an_event(clue.ClueTransferred), by=F)

    assert told.clock(Duty.take_up).due == day("03-13")
    assert again.clock(Duty.take_up).due == day("03-05")


def test_a_clock_of_the_procuratorate_that_the_federation_ends_is_not_done() -> None:
    """A withdrawal ends what was owed; what was late by then was late."""
    late = transferred("03-02").on("03-30", an_event(clue.ClueWithdrawn), by=F).clock(Duty.take_up)
    early = transferred("03-02").on("03-03", an_event(clue.ClueWithdrawn), by=F).clock(Duty.take_up)

    assert (late.is_done, late.is_late(day("03-30")), late.ended_on) == (False, True, day("03-30"))
    assert (early.is_done, early.is_late(day("03-30"))) == (False, False)


def test_a_dispute_has_a_clock_of_its_own_and_feedback_is_owed_again() -> None:
    """What the procuratorate says anew is timed anew."""
    told = transferred("03-02").on("03-03", an_event(clue.ClueDeclined)).on("03-04", an_event(clue.ClueDisputed), by=F)
    told.on("03-20", ACCEPT)

    assert (told.clock(Duty.answer_dispute).due, told.clock(Duty.answer_dispute).is_done) == (day("03-13"), True)
    assert told.clock(Duty.acknowledge).is_done
    assert [each.started_on for each in told.clocks("03-21", Duty.first_progress)] == [day("03-02"), day("03-04")]


def test_a_redirection_is_tracked_until_the_other_body_answers_and_then_told() -> None:
    """Two clocks, one after the other."""
    told = transferred("03-02").on("03-03", an_event(clue.ClueRedirected))
    tracking = told.clock(Duty.track_redirect, "03-30")
    answer = an_event(case.ProgressReported, stage="other_body_answered", body_answer="taken_up")
    told.on("03-31", answer)

    assert (tracking.due, tracking.is_late(day("03-30"))) == (day("03-17"), True)
    assert told.clocks("03-30", Duty.feedback)[0].due == day("04-08")
    assert told.clock(Duty.track_redirect).is_done


def test_progress_is_owed_within_three_months_and_then_each_month() -> None:
    """One report that comes late serves the periods that have begun; the next month has its own."""
    told = transferred("03-02").on("03-03", ACCEPT).on("07-10", an_event(case.ProgressReported))
    duties = (Duty.first_progress, Duty.further_progress)
    found = [(each.started_on, each.due, each.ended_on) for each in told.clocks("08-20", *duties)]

    assert found == [
        (day("03-02"), day("06-02"), day("07-10")),
        (day("06-02"), day("07-02"), day("07-10")),
        (day("07-02"), day("08-02"), day("07-10")),
        (day("08-02"), day("09-02"), None),
    ]
    assert [each.is_late(day("08-20")) for each in told.clocks("08-20", *duties)] == [True, True, False, False]


def test_days_with_the_federation_are_added_to_the_months() -> None:
    """Who waits for an answer owes no report of its own."""
    told = transferred("03-02").on("03-10", RETURN)
    paused = told.clock(Duty.first_progress, "05-01")
    told.on("03-21", SUPPLEMENT, by=F)

    assert (paused.is_paused, paused.due) == (True, None)
    assert told.clock(Duty.first_progress, "05-01").due == day("06-14")


def test_papers_after_urgent_aid_are_owed_until_they_are_filed() -> None:
    """The payment is not undone by them, and the closing does not excuse them."""
    told = transferred("03-02").on("03-02", ACCEPT, an_event(case.AidDecided, in_advance=True), PAY, CLOSE)
    told.on("03-04", ACKNOWLEDGE, by=F)
    missing = told.clock(Duty.file_papers, "03-20")
    told.on("03-23", APPLY)

    assert (missing.due, missing.is_late(day("03-20"))) == (day("03-16"), True)
    assert told.clock(Duty.file_papers).ended_on == day("03-23")


def test_she_is_told_to_collect_after_the_funds_arrived() -> None:
    """Two working days, ended by the word or by the payment."""
    arrived = an_event(case.ProgressReported, stage="funds_arrived")
    collect = an_event(case.ProgressReported, stage="told_to_collect")
    told = transferred("03-02").on("03-03", ACCEPT, APPLY, DECIDE).on("03-06", arrived).on("03-10", collect)

    assert (told.clock(Duty.tell_to_collect).due, told.clock(Duty.tell_to_collect).is_done) == (day("03-10"), True)


def test_each_branch_of_further_aid_has_its_clock_and_a_reason_ends_it_undone() -> None:
    """The side that was asked owes the answer."""
    asked = an_event(case.AidRequested)
    told = transferred("03-02").on("03-03", ACCEPT, APPLY, DECIDE, PAY)
    told.on("03-04", asked, by=F).on("03-05", asked)
    ours, theirs = (branch.branch_id for branch in told.view.branches)
    told.on("03-30", an_event(case.AidAnswered, branch=ours), CLOSE)
    told.on("03-31", an_event(case.FeedbackAcknowledged, open_branches_reason="no_means"), by=F)
    found = {each.about: each for each in told.clocks("04-30", Duty.answer_aid)}

    assert (found[str(ours)].by, found[str(ours)].due, found[str(ours)].is_done) == (P, day("03-18"), True)
    assert (found[str(theirs)].by, found[str(theirs)].is_done) == (F, False)
    assert found[str(theirs)].ended_on == day("03-31")


def test_an_erasure_is_confirmed_within_its_days() -> None:
    """One clock a person."""
    told = transferred("03-02").on("03-03", an_event(clue.ErasureRequested), by=F)
    owed = told.clock(Duty.confirm_erasure, "03-03")
    told.on("03-04", an_event(clue.ErasureConfirmed, persons=[HER]))

    assert (owed.by, owed.about, owed.due) == (P, "federation:1", day("03-10"))
    assert told.clock(Duty.confirm_erasure).is_done


def test_a_visit_is_due_on_its_planned_day() -> None:
    """Done on the day on which it was held, not on the day of writing it down."""
    plan = an_event(case.FollowUpPlanned, planned_for=day("06-03"))
    told = transferred("03-02").on("03-03", ACCEPT, APPLY, DECIDE, PAY, CLOSE).on("03-09", plan, by=F)
    open_plan = told.clock(Duty.follow_up, "06-08")
    held = an_event(case.FollowUpRecorded, visited_on=day("06-02"), plan=told.view.visits[0].plan_id)
    told.on("06-10", held)

    assert (open_plan.by, open_plan.due, open_plan.is_late(day("06-08"))) == (F, day("06-03"), True)
    assert (told.clock(Duty.follow_up).ended_on, told.clock(Duty.follow_up).is_late(day("12-01"))) == (
        day("06-02"),
        False,
    )


@pytest.mark.parametrize("state", [State.finished, State.withdrawn])
def test_final_states_run_no_clock(state: State) -> None:
    """Nothing is owed on a clue that is over, as long as nothing was left open."""
    told = Case().at(state)

    assert [each for each in told.clocks("12-01") if each.is_open] == []

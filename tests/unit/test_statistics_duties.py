"""Figures of duties and of visits: what was done by its last day, and what was not."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from consumers.monthly_pack.cases import cases
from consumers.statistics.courses import Course
from consumers.statistics.periods import Period
from schemas import case_events as case
from schemas.codes import Role
from schemas.view import State
from tests.builders import ClueBuilder, an_event
from tests.courses import BEGINS, MARCH, TERMS, a_course, of_everything, told


def test_a_visit_that_was_planned_is_held_when_a_visit_names_the_plan() -> None:
    """Two plans; of two visits one names a plan, and at the other nobody was met: one of two."""
    clue_told = ClueBuilder().at(State.finished)
    plans = [clue_told.issue(Role.federation, an_event(case.FollowUpPlanned, planned_for=BEGINS)) for _ in range(2)]
    clue_told.deliver_all()
    clue_told.by_procuratorate(
        an_event(case.FollowUpRecorded, plan=plans[0].event_id),
        an_event(case.FollowUpRecorded, plan=plans[1].event_id, scale="not_met"),
    )

    line = of_everything([told(clue_told.fold(Role.federation))], "K9")

    assert (line.values["planned"], line.values["held_as_planned"], line.values["visits"]) == (2, 1, 2)


def test_feedback_that_nobody_gave_is_late_from_its_last_day_on() -> None:
    """Paid on day 5; five days later the feedback was due: open on that day is late, and so is told on the next."""
    paid = told(ClueBuilder().at(State.paid).fold(Role.federation))
    last_day = paid.steps[-1].on + timedelta(days=5)
    told_in_time = (Role.procuratorate, an_event(case.CaseClosed))
    closed = a_course(told_in_time, state=State.paid)

    def line(courses: Sequence[Course], as_of: date) -> Mapping[str, int | None]:
        return of_everything(courses, "K5", period=Period.everything(as_of)).values

    assert line([paid], last_day - timedelta(days=1)) == {"due": 0, "on_time": 0, "late": 0}
    assert line([paid], last_day) == {"due": 1, "on_time": 0, "late": 1}
    assert line([closed], last_day + timedelta(days=30)) == {"due": 1, "on_time": 1, "late": 0}


def test_a_duty_past_its_last_day_is_overdue_by_duty_and_party() -> None:
    """Transferred, and for a month nobody took it up; the figure is of those that the agenda lists."""
    waits = told(ClueBuilder().at(State.transferred).fold(Role.federation))

    line = of_everything([waits], "F2", "duty", "take_up", "procuratorate", period=MARCH)

    assert line.values == {"ended": 0, "on_time": 0, "overdue": 1}
    assert [(each.agenda, each.codes) for each in cases([waits], MARCH, TERMS)] == [("overdue", ("take_up",))]


def test_a_clue_is_stuck_where_nothing_happens_and_nothing_is_overdue_yet() -> None:
    """Taken up, and no word for the rest of the month: the first report is due in June; nobody is late."""
    silent = told(ClueBuilder().at(State.accepted).fold(Role.federation))

    (found,) = cases([silent], MARCH, TERMS)

    assert (found.agenda, found.codes, found.party) == ("stuck", ("first_progress",), "procuratorate")


def test_what_is_paused_is_overdue_for_nobody() -> None:
    """Returned after the last day for taking it up: on the agenda is what the federation owes, under `returned`."""
    folded = ClueBuilder().at(State.returned).fold(Role.federation)
    returned = told(folded, days_apart=10)

    taking_up = of_everything([returned], "F2", period=MARCH)

    assert taking_up.values["overdue"] == 1
    assert [(each.agenda, each.codes, each.party) for each in cases([returned], MARCH, TERMS)] == [
        ("overdue", ("complete",), "federation"),
        ("returned", ("R1",), "federation"),
    ]

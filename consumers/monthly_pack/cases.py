"""
The clues that a meeting talks about: overdue, handed over late, returned, redirected, disputed, stuck.

Facts alone; nobody is named.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from consumers.statistics.courses import Course
from consumers.statistics.lines import Terms
from consumers.statistics.periods import Period
from consumers.statistics.reason_figures import verdicts
from schemas.duty import Duty
from schemas.view import State


class Agenda(StrEnum):
    """Why a clue is on the agenda."""

    overdue = "overdue"
    handed_over_late = "handed_over_late"
    disputed = "disputed"
    returned = "returned"
    redirected = "redirected"
    stuck = "stuck"


STUCK_WORKING_DAYS = 15
"""A running clue in which nothing happened for so long is looked at, also where no deadline has passed."""
_LISTED = {State.disputed: Agenda.disputed, State.returned: Agenda.returned, State.redirected: Agenda.redirected}
_AT_REST = frozenset({State.finished, State.withdrawn, State.closed, State.declined})


@dataclass(frozen=True, slots=True)
class Case:
    """
    A clue on the agenda.

    Attributes:
        codes: the reasons, or the duty that is overdue; of a stuck clue the duties that run.
        party: who has to act.
        since: the day from which the days are counted: of the last event, or the last day of the deadline.
        working_days: since then, as of the month's last day; of what was handed over late, until that was done.
    """

    agenda: str
    clue: str
    state: str
    urgent: bool
    codes: tuple[str, ...]
    party: str
    since: str
    working_days: int


def cases(courses: Sequence[Course], period: Period, terms: Terms) -> list[Case]:
    """The agenda: by kind, the longest first."""
    found = [case for course in courses for case in _of(course, period, terms)]
    order = {str(agenda): place for place, agenda in enumerate(Agenda)}
    return sorted(found, key=lambda case: (order[case.agenda], -case.working_days, case.clue, case.codes))


def _of(course: Course, period: Period, terms: Terms) -> Iterator[Case]:
    view, last, today = course.view, course.steps[-1].on, period.as_of

    def case(agenda: Agenda, codes: tuple[str, ...], party: str, since: date, until: date = today) -> Case:
        days = terms.working_days(since, until)
        return Case(agenda, str(course.clue_id), view.state, view.urgent, codes, party, str(since), days)

    found = terms.clocks(course, today)
    running = [clock for clock in found if clock.is_running]
    overdue = [clock for clock in running if clock.is_overdue(today + timedelta(days=1))]
    for clock in overdue:
        yield case(Agenda.overdue, (clock.duty,), clock.by, clock.due or today)
    for clock in found:
        if clock.duty is Duty.hand_over and clock.is_late(today) and period.has(course.opened_on):
            yield case(
                Agenda.handed_over_late, (course.opening.source,), clock.by, clock.due or today, clock.ended_on or today
            )
    agenda = _LISTED.get(view.state)
    if agenda is not None:
        yield case(agenda, _last_reasons(course), view.turn, last)
    elif view.state not in _AT_REST and not overdue and terms.working_days(last, today) >= STUCK_WORKING_DAYS:
        yield case(Agenda.stuck, tuple(clock.duty for clock in running), view.turn, last)


def _last_reasons(course: Course) -> tuple[str, ...]:
    """The reasons that were given last: of a dispute, those that are disputed."""
    given = list(verdicts(course))
    return tuple(verdict.of[1] for verdict in given if verdict.step is given[-1].step) if given else ()

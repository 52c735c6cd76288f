"""
K5 and F2: which duties were done by their last day, from the same clocks that the worklists show.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from consumers.statistics.lines import Counted, Line
from schemas.clock import Clock
from schemas.codes import Role
from schemas.duty import Duty

Of = tuple[str, ...]


def feedback_on_time(counted: Counted) -> Sequence[Line]:
    """K5: the feedback that was due in the period; untold counts as late, and so does told too late."""
    due = [
        clock
        for clock in counted.clocks
        if clock.duty is Duty.feedback
        and clock.due is not None
        and counted.period.has(clock.due)
        and (clock.is_open or clock.is_done)
    ]
    late = sum(_is_late(clock, counted) for clock in due)
    return [Line(("all",), {"due": len(due), "on_time": len(due) - late, "late": late})]


def duties(counted: Counted) -> Sequence[Line]:
    """F2: what was done in the period, how much of it in time, and what is overdue at its end."""
    ended, on_time, overdue = Counter[Of](), Counter[Of](), Counter[Of]()
    for clock in counted.clocks:
        of = ("duty", clock.duty, clock.by)
        if clock.is_open:
            overdue[of] += clock.is_running and _is_late(clock, counted)
        elif clock.is_done and clock.ended_on is not None and counted.period.has(clock.ended_on):
            ended[of] += 1
            on_time[of] += not _is_late(clock, counted)
    met = ended.keys() | overdue.keys()
    return [
        _line(("all",), ended.total(), on_time.total(), overdue.total()),
        *(
            _line(of, ended[of], on_time[of], overdue[of])
            for duty in Duty
            for role in Role
            if (of := ("duty", duty, role)) in met
        ),
    ]


def _line(of: Of, ended: int, on_time: int, overdue: int) -> Line:
    return Line(of, {"ended": ended, "on_time": on_time, "overdue": overdue})


def _is_late(clock: Clock, counted: Counted) -> bool:
    """As of the end of the period's last day: what is open on its own last day was not done by it."""
    return clock.is_late(counted.period.as_of + timedelta(days=1))

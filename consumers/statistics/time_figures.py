"""
K4: how long a clue takes to each stage, in working days.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from consumers.statistics.courses import Course, Step
from consumers.statistics.lines import Counted, Line, Values, percentile
from schemas.case_events import AidDecided, ApplicationFiled, CaseClosed
from schemas.clue_events import ClueAccepted
from schemas.codes import Role
from schemas.view import State


def _reaches(step: Step, state: State) -> bool:
    return step.after.state is state and step.before.state is not state


STAGES: Mapping[str, Callable[[Step], bool]] = {
    "acceptance": lambda step: isinstance(step.event, ClueAccepted),
    "application": lambda step: isinstance(step.event, ApplicationFiled),
    "decision": lambda step: isinstance(step.event, AidDecided),
    "payment": lambda step: _reaches(step, State.paid),
    "feedback": lambda step: isinstance(step.event, CaseClosed) or _reaches(step, State.declined),
}
"""The step that ends each time; the first one of a clue counts."""


def times(counted: Counted) -> Sequence[Line]:
    """K4: from the opening to each stage that was reached in the period, gross and net of the other side's turns."""
    lines = []
    for stage, ends in STAGES.items():
        gross, net = [], []
        for course in counted.courses:
            step = next((step for step in course.steps if ends(step)), None)
            if step is not None and counted.period.has(step.on):
                gross.append(counted.terms.working_days(course.opened_on, step.on))
                net.append(_net(course, step, counted.terms.working_days))
        lines += [Line((stage, "gross"), _summary(gross)), Line((stage, "net"), _summary(net))]
    return lines


def _net(course: Course, end: Step, working_days: Callable[[date, date], int]) -> int:
    """The working days until this step on which the procuratorate held the turn: those of the federation's are out."""
    until_end = course.steps[: course.steps.index(end) + 1]
    return sum(
        working_days(earlier.on, later.on)
        for earlier, later in pairwise(until_end)
        if earlier.after.turn is Role.procuratorate
    )


def _summary(days: Sequence[int]) -> Values:
    return {
        "n": len(days),
        "median": percentile(days, 50),
        "p90": percentile(days, 90),
        "max": max(days, default=None),
    }

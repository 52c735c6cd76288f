"""
K7 and K9: further aid by kind, and return visits.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from consumers.statistics.courses import Course
from consumers.statistics.lines import Counted, Line, Values
from schemas.case_events import AidAnswered, AidRequested, FollowUpPlanned, FollowUpRecorded
from schemas.codes import AidAnswer, AidKind, OutcomeScale


def aid_by_kind(counted: Counted) -> Sequence[Line]:
    """K7: the requests of the period by kind, and what became of each by the end of it."""
    fates: dict[str, Counter[str]] = {kind: Counter() for kind in AidKind}
    for course in counted.courses:
        answers: dict[UUID, AidAnswer] = {answered.branch: answered.answer for _, answered in course.of(AidAnswered)}
        for step, asked in course.of(AidRequested):
            if counted.period.has(step.on):
                fates[asked.kind][answers.get(step.event_id, "open")] += 1
    total = sum(fates.values(), Counter[str]())
    return [Line(("all",), _of_requests(total)), *(Line(("aid", k), _of_requests(fates[k])) for k in AidKind)]


def _of_requests(fates: Counter[str]) -> Values:
    return {
        "requested": fates.total(),
        "provided": fates[AidAnswer.provided],
        "declined": fates[AidAnswer.declined],
        "open": fates["open"],
    }


def visits(counted: Counted) -> Sequence[Line]:
    """K9: the visits planned for the period and held by its end, and what all visits of the period found."""
    planned = held = 0
    for course in counted.courses:
        due = {step.event_id for step, plan in course.of(FollowUpPlanned) if counted.period.has(plan.planned_for)}
        planned += len(due)
        held += len(due & _fulfilled(course))
    found = [
        visit
        for course in counted.courses
        for step, visit in course.of(FollowUpRecorded)
        if counted.period.has(step.on)
    ]
    needs = sum(visit.new_clue is not None for visit in found)
    scales = Counter(visit.scale for visit in found)
    nothing = {"planned": None, "held_as_planned": None, "new_needs": None}
    whole = {"planned": planned, "held_as_planned": held, "visits": len(found), "new_needs": needs}
    return [
        Line(("all",), whole),
        *(Line(("scale", scale), {**nothing, "visits": scales[scale]}) for scale in OutcomeScale),
    ]


def _fulfilled(course: Course) -> set[UUID]:
    """The plans that a visit names at which she was met, whichever day it took place on."""
    visits = (visit for _, visit in course.of(FollowUpRecorded) if visit.scale is not OutcomeScale.not_met)
    return {visit.plan for visit in visits if visit.plan is not None}

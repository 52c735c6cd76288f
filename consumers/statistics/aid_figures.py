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
        due = [plan for _, plan in course.of(FollowUpPlanned) if counted.period.has(plan.planned_for)]
        planned += len(due)
        held += _held(course, len(due), counted)
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


def _held(course: Course, due: int, counted: Counted) -> int:
    """A visit fulfils one plan, whichever day it takes place on; those of earlier plans are fulfilled first."""
    earlier = sum(
        counted.period.first is not None and plan.planned_for < counted.period.first
        for _, plan in course.of(FollowUpPlanned)
    )
    recorded = sum(visit.scale is not OutcomeScale.not_met for _, visit in course.of(FollowUpRecorded))
    return min(due, max(0, recorded - earlier))

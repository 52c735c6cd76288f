"""
What a clue came to, as a code: the one meaning of "outcome" in every figure.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consumers.statistics.courses import Course
from schemas import codes
from schemas.case_events import AidDecided
from schemas.clue_events import ClueDeclined, ClueRedirected, ClueWithdrawn
from schemas.view import ClueView, State


class Result(StrEnum):
    """What a clue came to; `open` while it has come to nothing."""

    open = "open"
    aided = "aided"
    refused = "refused"
    declined = "declined"
    redirected = "redirected"
    withdrawn = "withdrawn"
    ended_early = "ended_early"


_BY_STATE = {
    State.declined: Result.declined,
    State.redirected: Result.redirected,
    State.refused: Result.refused,
    State.withdrawn: Result.withdrawn,
}
_BY_OUTCOME = {
    codes.Outcome.aid_paid: Result.aided,
    codes.Outcome.aid_refused: Result.refused,
    codes.Outcome.handled_elsewhere: Result.redirected,
    codes.Outcome.ended_early: Result.ended_early,
}


def result_of(view: ClueView) -> Result:
    """What a clue with this view has come to: aided as soon as one person is granted aid, whatever ends it."""
    if view.awards:
        return Result.aided
    if view.state in (State.closed, State.finished):
        return _BY_OUTCOME[view.outcome] if view.outcome is not None else Result.declined
    return _BY_STATE.get(view.state, Result.open)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a clue came to, since which day, and by which reason code; no code where it was aided or is open."""

    result: Result
    on: date
    reason: str | None


def ended(course: Course) -> Ended:
    """What a clue has come to, told of the day on which it last changed."""
    result, on = Result.open, course.opened_on
    reason: str | None = None
    for step in course.steps:
        now = result_of(step.after)
        if now is not result:
            result, on, reason = now, step.on, _reason(step.event)
    return Ended(result, on, reason)


def _reason(event: object) -> str | None:
    match event:
        case ClueDeclined() | ClueRedirected() | ClueWithdrawn():
            return str(event.reason)
        case AidDecided():
            return next((str(decision.refusal) for decision in event.decisions if decision.refusal is not None), None)
        case _:
            return None

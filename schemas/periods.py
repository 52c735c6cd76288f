"""
The clocks that no single event starts: progress by the month, and visits by their plan.

The first progress is owed within three months of the opening, or of a dispute that reopened the clue, then one within
each month (numbers: the agreement's). A report, a decision or a payment tells progress; one told late serves every
period that has begun. Days on which the federation had the turn are added.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from schemas.case_events import AidDecided, CaseClosed, FollowUpPlanned, FollowUpRecorded, FundsPaid, ProgressReported
from schemas.clock import Clock, Step
from schemas.clue_events import ClueDeclined
from schemas.codes import Role
from schemas.duty import Deadlines, Duty
from schemas.view import State
from schemas.working_days import Span, due_in_days, months_after

TELLING = (ProgressReported, AidDecided, FundsPaid)
ENDING = (CaseClosed, ClueDeclined)
NOT_IN_HAND = frozenset({State.closed, State.declined, State.finished, State.withdrawn})
LONGEST_MONTHS = 1200
"""A clue that claims to have begun a thousand years ago does not keep a node busy for as long."""


@dataclass(slots=True)
class _Episode:
    """The time from a clue's opening, or its reopening, to its end."""

    spans: list[Span]
    told: list[date] = field(default_factory=list)
    ended: Step | None = None

    @property
    def began_on(self) -> date:
        return self.spans[0].since


def progress_periods(steps: Sequence[Step], deadlines: Deadlines, today: date) -> Iterator[Clock]:
    """A clock for each period in which progress was owed, up to the one that `today` falls in."""
    for episode in _episodes(steps):
        yield from _periods(episode, deadlines, today)


def _episodes(steps: Sequence[Step]) -> list[_Episode]:
    found: list[_Episode] = []
    for step in steps:
        is_open = bool(found) and found[-1].ended is None
        if step.view.state in NOT_IN_HAND:
            if is_open:
                found[-1].ended = step
        elif not is_open:
            found.append(_Episode([Span(step.on)]))
        else:
            _go_on(found[-1], step)
    return found


def _go_on(episode: _Episode, step: Step) -> None:
    if isinstance(step.event.event, TELLING):
        episode.told.append(step.on)
    last = episode.spans[-1]
    if step.view.turn is Role.federation and last.until is None:
        episode.spans[-1] = Span(last.since, step.on)
    elif step.view.turn is Role.procuratorate and last.until is not None:
        episode.spans.append(Span(step.on))


def _periods(episode: _Episode, deadlines: Deadlines, today: date) -> Iterator[Clock]:
    since, months = episode.began_on, deadlines.first_progress.months or 0
    until = min(today, episode.ended.on) if episode.ended else today
    duty = Duty.first_progress
    while months <= LONGEST_MONTHS and (since < until or duty is Duty.first_progress):
        due = due_in_days(episode.spans, (months_after(episode.began_on, months) - episode.began_on).days)
        yield _period(episode, duty, since, due)
        if due is None:
            return
        since, months, duty = due, months + (deadlines.further_progress.months or 0), Duty.further_progress


def _period(episode: _Episode, duty: Duty, since: date, due: date | None) -> Clock:
    told = [day for day in episode.told if since < day or duty is Duty.first_progress]
    ended = episode.ended
    first = min(told, default=None if ended is None else ended.on)
    return Clock(
        duty=duty,
        by=Role.procuratorate,
        about="",
        started_on=since,
        due=due,
        is_paused=first is None and due is None,
        ended_on=first,
        is_done=bool(told) or (ended is not None and isinstance(ended.event.event, ENDING)),
    )


def visits(steps: Sequence[Step]) -> Iterator[Clock]:
    """A clock for each planned visit: owed by who planned it, due on the planned day, done on the day it was held."""
    acts = [step.event.event for step in steps]
    held = {act.plan: act.visited_on for act in acts if isinstance(act, FollowUpRecorded) and act.plan is not None}
    for step in steps:
        plan, plan_id = step.event.event, step.event.event_id
        if isinstance(plan, FollowUpPlanned):
            yield Clock(
                duty=Duty.follow_up,
                by=step.event.by,
                about=str(plan_id),
                started_on=step.on,
                due=plan.planned_for,
                ended_on=held.get(plan_id),
                is_done=plan_id in held,
            )

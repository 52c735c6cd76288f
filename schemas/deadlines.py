"""
The clocks of a clue: which duties it has had, since when, until when, and by whom.

**Invariant**: the clocks are a pure function of the placed events, the agreement's versions, the calendar and the day
of asking. Time is the day, in China, on which an event occurred; the version is the one that the event named that
started the clock. Both sides see the same clocks as soon as they hold the same events.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from schemas.clock import About, Clock, Step, steps_of
from schemas.clock_table import TABLE, ClockRule
from schemas.clue_events import NewClue
from schemas.codes import Role
from schemas.duty import Deadlines, Duty, Term
from schemas.fold import Placed
from schemas.periods import NOT_IN_HAND, progress_periods, visits
from schemas.view import ClueView
from schemas.working_days import Calendar, Due, Span, due_in_days, due_in_spans, months_after

DeadlinesOf: TypeAlias = Callable[[int], Deadlines]
"""The deadlines of a version of the agreement."""
LONGEST_DAYS = 36_525
"""A clue that claims to have been found a thousand years ago keeps no node busy: it counts as found a century ago."""


def clocks(placed: Iterable[Placed], deadlines_of: DeadlinesOf, calendar: Calendar, today: date) -> tuple[Clock, ...]:
    """
    Every clock that a clue has had up to a day, in the order of the table, then of their start.

    Void events start and stop nothing. `today` decides only how many monthly reports are owed by now.
    """
    steps = steps_of(placed)
    found = [_clock(rule, *each, calendar) for rule in TABLE for each in _walk(rule, steps, deadlines_of)]
    if steps:
        found += _handed_over(steps[0], deadlines_of, calendar)
        found += progress_periods(steps, deadlines_of(steps[0].event.agreement_version), today)
    return (*found, *visits(steps))


def owes_anything(view: ClueView) -> bool:
    """Whether a clock may be open in this view: else nobody need look at the clue's clocks."""
    if view.state not in NOT_IN_HAND or any(not visit.is_held for visit in view.visits):
        return True
    return any(rule.runs(view) or rule.pauses(view) for rule in TABLE)


@dataclass(slots=True)
class _Running:
    """A clock while the steps are walked; its last span is open while it runs, and when it ended running."""

    by: Role
    term: Term
    spans: list[Span]
    ended: Step | None = None

    @property
    def is_running(self) -> bool:
        return self.spans[-1].until is None

    def pause(self, on: date) -> None:
        if self.is_running:
            self.spans[-1] = Span(self.spans[-1].since, on)

    def go_on(self, on: date) -> None:
        if not self.is_running:
            self.spans.append(Span(on))


def _walk(rule: ClockRule, steps: Sequence[Step], deadlines_of: DeadlinesOf) -> list[tuple[About, _Running]]:
    """Every clock of one rule: started, paused, gone on and ended by the steps."""
    found: list[tuple[About, _Running]] = []
    ticking: dict[About, _Running] = {}
    for step in steps:
        runs, pauses = rule.runs(step.view), rule.pauses(step.view)
        for about in list(ticking):
            if about in runs:
                ticking[about].go_on(step.on)
            elif about in pauses:
                ticking[about].pause(step.on)
            else:
                ticking.pop(about).ended = step
        for about in runs.keys() - ticking.keys():
            term = deadlines_of(step.event.agreement_version).of(rule.duty)
            ticking[about] = _Running(runs[about], term, [Span(step.on)])
            found.append((about, ticking[about]))
    return sorted(found, key=lambda each: (each[1].spans[0].since, each[0]))


def _handed_over(opening: Step, deadlines_of: DeadlinesOf, calendar: Calendar) -> Iterator[Clock]:
    """
    The clock that had run out, or not, before there was a clue: it is never open.

    It has the terms of the version that the opening names. A day of finding after the opening is the opening's own.
    """
    opened, by = opening.event.event, opening.event.by
    if isinstance(opened, NewClue) and opened.found_on is not None:
        earliest = date.fromordinal(max(1, opening.on.toordinal() - LONGEST_DAYS))
        since = max(earliest, min(opened.found_on, opening.on))
        due = last_day(deadlines_of(opening.event.agreement_version).hand_over, since, calendar)
        yield Clock(Duty.hand_over, by, "", since, due.on, due.is_provisional, ended_on=opening.on, is_done=True)


def last_day(term: Term, since: date, calendar: Calendar) -> Due:
    """The last day of a term that runs on from this day without a pause."""
    return _due(term, [Span(since)], calendar) or Due(date.max, is_provisional=True)


def _clock(rule: ClockRule, about: About, running: _Running, calendar: Calendar) -> Clock:
    due, ended = _due(running.term, running.spans, calendar), running.ended
    return Clock(
        duty=rule.duty,
        by=running.by,
        about=about,
        started_on=running.spans[0].since,
        due=None if due is None else due.on,
        is_provisional=due is not None and due.is_provisional,
        is_paused=ended is None and not running.is_running,
        ended_on=None if ended is None else ended.on,
        is_done=ended is not None and isinstance(ended.event.event, rule.done_by),
    )


def _due(term: Term, spans: Sequence[Span], calendar: Calendar) -> Due | None:
    if term.working_days is not None:
        return due_in_spans(calendar, spans, term.working_days)
    since = spans[0].since
    on = due_in_days(spans, (months_after(since, term.months or 0) - since).days)
    return None if on is None else Due(on, is_provisional=False)

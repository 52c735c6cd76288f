"""
What a clock says of a duty: a value that both sides see alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from schemas.codes import Role
from schemas.duty import Duty
from schemas.fold import ChainEvent, Placed
from schemas.guards import Act
from schemas.lifecycle import judge
from schemas.view import ClueView

About: TypeAlias = str
"""Which one of several: the id of a branch or a plan, a person; empty where a clue has the duty once."""


@dataclass(frozen=True, slots=True)
class Clock:
    """
    One duty that a party has, or had, on a clue.

    Attributes:
        by: who owes it.
        about: which one of several; empty where there is one.
        due: the last day; None while the clock is paused with days left, or ended so. Of one that was paused after its
            last day, that day.
        is_provisional: the due day depends on days whose calendar is not published.
        is_paused: the other side has the turn; what is left runs on when it comes back.
        ended_on: when the clock stopped; None while it runs or is paused.
        is_done: it stopped because the duty was done; else the clue took another course.
    """

    duty: Duty
    by: Role
    about: About
    started_on: date
    due: date | None
    is_provisional: bool = False
    is_paused: bool = False
    ended_on: date | None = None
    is_done: bool = False

    @property
    def is_open(self) -> bool:
        return self.ended_on is None

    @property
    def is_running(self) -> bool:
        return self.ended_on is None and not self.is_paused

    def is_overdue(self, today: date) -> bool:
        """Whether it runs past its last day. Paused, it is overdue for nobody: the other side has the turn."""
        return self.is_running and self.is_late(today)

    def is_late(self, today: date) -> bool:
        """Whether its last day had passed when it was done, dropped or paused, or has passed while it runs."""
        return self.due is not None and self.due < (self.ended_on or today)


@dataclass(frozen=True, slots=True)
class Step:
    """An applied event, and the view that it led to."""

    event: ChainEvent
    view: ClueView

    @property
    def on(self) -> date:
        return self.event.occurred_on


def steps_of(placed: Iterable[Placed]) -> tuple[Step, ...]:
    """The applied events of a fold, each with the view that it led to."""
    view, steps = ClueView(), []
    for place in placed:
        if place.void is None:
            view = judge(view, Act(place.event.event, place.event.event_id, place.event.by)).view
            steps.append(Step(place.event, view))
    return tuple(steps)

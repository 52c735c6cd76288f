"""
The course of each clue: the events that took effect, in their places, each with the day and the view before and after.

Figures are functions of courses and of nothing else, so whoever holds the same events computes the same figures.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import TypeAlias, TypeVar
from uuid import UUID

from clue_exchange.ledger import Ledger
from clue_exchange.store import Transaction
from consumers import worklist
from consumers.deadlines import AT_A_TIME
from schemas.clue_events import NewClue
from schemas.codes import Role
from schemas.event import Event
from schemas.fold import ChainEvent, Placed
from schemas.guards import Act
from schemas.lifecycle import judge
from schemas.view import ClueView

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Step:
    """
    An event that took effect, on a China date, between two views.

    Attributes:
        on: the day of the event, or that of a step before it where a clock was wrong: the days of a course ascend.
    """

    link: ChainEvent
    on: date
    before: ClueView
    after: ClueView

    @property
    def event(self) -> Event:
        return self.link.event

    @property
    def event_id(self) -> UUID:
        return self.link.event_id

    @property
    def by(self) -> Role:
        return self.link.by


@dataclass(frozen=True, slots=True)
class Course:
    """The steps of one clue; there is at least one, its opening."""

    clue_id: UUID
    steps: tuple[Step, ...]

    @property
    def opening(self) -> NewClue:
        opened = self.steps[0].event
        if not isinstance(opened, NewClue):
            raise TypeError(f"clue {self.clue_id} begins with {opened.event_type}")
        return opened

    @property
    def opened_on(self) -> date:
        return self.steps[0].on

    @property
    def view(self) -> ClueView:
        return self.steps[-1].after

    @property
    def origin(self) -> Role:
        return self.steps[0].by

    def of(self, event_type: type[E]) -> Iterator[tuple[Step, E]]:
        """The steps of one event type, each with its event."""
        for step in self.steps:
            if isinstance(step.event, event_type):
                yield step, step.event

    @property
    def placed(self) -> tuple[Placed, ...]:
        """The same as the fold has them, for what is computed from a fold."""
        return tuple(Placed(step.link, None) for step in self.steps)


Courses: TypeAlias = Sequence[Course]


def course(clue_id: UUID, placed: Iterable[Placed]) -> Course | None:
    """The course of a clue from its fold; None where no event took effect."""
    steps: list[Step] = []
    for link in (place.event for place in placed if place.void is None):
        before, day = (steps[-1].after, steps[-1].on) if steps else (ClueView(), date.min)
        after = judge(before, Act(link.event, link.event_id, link.by)).view
        steps.append(Step(link, max(day, link.occurred_on), before, after))
    return Course(clue_id, tuple(steps)) if steps else None


def until(courses: Courses, day: date) -> list[Course]:
    """The courses as they stood at the end of this day."""
    cut = ((each, tuple(takewhile(lambda step: step.on <= day, each.steps))) for each in courses)
    return [Course(each.clue_id, steps) for each, steps in cut if steps]


def read_courses(transaction: Transaction, ledger: Ledger) -> list[Course]:
    """The courses of all clues of a ledger, by clue id; what is void or waits has taken no effect."""
    clue_ids = sorted(row.clue_id for row in worklist.clues(transaction))
    found = []
    for start in range(0, len(clue_ids), AT_A_TIME):
        folds = ledger.folds(transaction, clue_ids[start : start + AT_A_TIME])
        found += [course(clue_id, folded.placed) for clue_id, folded in folds.items()]
    return sorted((each for each in found if each is not None), key=lambda each: each.clue_id)

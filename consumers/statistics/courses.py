"""
The course of each clue: the events that took effect, in their places, each with the day and the view before and after.

Figures are functions of courses and of nothing else, so whoever holds the same events computes the same figures.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, takewhile
from typing import TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import select

from clue_exchange.ledger import APPLIED
from clue_exchange.store import Transaction
from clue_exchange.tables import EVENT
from clue_exchange.workdays import china_date
from schemas.catalog import BY_NAME
from schemas.clue_events import NewClue
from schemas.codes import Role
from schemas.envelope import role_of
from schemas.event import Event
from schemas.guards import Act
from schemas.lifecycle import judge
from schemas.view import ClueView

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Effect:
    """An event that took effect, and the moment of which its sender says that it occurred."""

    event: Event
    event_id: UUID
    by: Role
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """
    An event that took effect, on a China date, between two views.

    Attributes:
        on: the day of the event, or that of a step before it where a clock was wrong: the days of a course ascend.
    """

    event: Event
    event_id: UUID
    by: Role
    on: date
    before: ClueView
    after: ClueView


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


Courses: TypeAlias = Sequence[Course]


def course(clue_id: UUID, effects: Iterable[Effect]) -> Course | None:
    """The course of a clue from its applied events in their places; None where none took effect."""
    steps: list[Step] = []
    for effect in effects:
        before, day = (steps[-1].after, steps[-1].on) if steps else (ClueView(), date.min)
        after = judge(before, Act(effect.event, effect.event_id, effect.by)).view
        on = max(day, china_date(effect.occurred_at))
        steps.append(Step(effect.event, effect.event_id, effect.by, on, before, after))
    return Course(clue_id, tuple(steps)) if steps else None


def until(courses: Courses, day: date) -> list[Course]:
    """The courses as they stood at the end of this day."""
    cut = ((each, tuple(takewhile(lambda step: step.on <= day, each.steps))) for each in courses)
    return [Course(each.clue_id, steps) for each, steps in cut if steps]


def read_courses(transaction: Transaction) -> list[Course]:
    """The courses of all clues of a ledger, by clue id; what is void or waits has taken no effect."""
    columns = (EVENT.c[name] for name in ("clue_id", "event_id", "event_type", "sender", "occurred_at", "facts"))
    rows = transaction.execute(
        select(*columns).where(EVENT.c.outcome == APPLIED).order_by(EVENT.c.clue_id, EVENT.c.place)
    )
    found = []
    for clue_id, chain in groupby(rows, key=lambda row: row.clue_id):
        effects = (
            Effect(
                BY_NAME[row.event_type].model.model_validate(row.facts),
                row.event_id,
                role_of(row.sender),
                row.occurred_at,
            )
            for row in chain
        )
        if (found_course := course(clue_id, effects)) is not None:
            found.append(found_course)
    return found

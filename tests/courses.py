"""
Courses for tests of figures: clues of the builders, whose events lie on days of 2026.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid5

from consumers.statistics.courses import Course, course
from consumers.statistics.formulas import figures
from consumers.statistics.lines import Line, Terms
from consumers.statistics.periods import Month, Period
from schemas.codes import Role
from schemas.duty import Deadlines
from schemas.event import Event
from schemas.fold import Fold, Placed
from schemas.view import State
from tests.builders import A_UUID, ClueBuilder

BEGINS = date(2026, 3, 2)
MARCH = Period.of_month(Month(2026, 3), date(2026, 6, 1))
ALWAYS = Period.everything(date(2026, 12, 31))


class EveryDayWorks:
    """A calendar without weekends."""

    def is_workday(self, day: date) -> bool:
        return day is not None

    def is_published(self, day: date) -> bool:
        return day is not None


TERMS = Terms(EveryDayWorks(), lambda _: Deadlines())


def told(folded: Fold, clue_id: UUID = A_UUID, days_apart: int = 1) -> Course:
    """The course of a clue whose events follow each other by so many days, the first on 2 March."""
    applied = [place for place in folded.placed if place.void is None]
    days = (BEGINS + timedelta(days=days_apart * index) for index in range(len(applied)))
    found = course(clue_id, [on_day(place, day) for place, day in zip(applied, days, strict=False)])
    assert found is not None
    return found


def on_day(place: Placed, day: date) -> Placed:
    """The same event, on another day."""
    return replace(place, event=replace(place.event, occurred_on=day))


def of_everything(courses: Sequence[Course], key: str, *of: str, period: Period = ALWAYS) -> Line:
    """One line of one figure."""
    found = next(figure for figure in figures(courses, period, TERMS) if figure.formula.key == key)
    return next(line for line in found.lines if line.of == (of or ("all",)))


def a_course(*steps: tuple[Role, Event], state: State = State.transferred, serial: int = 0) -> Course:
    """A federation's clue that was led to a state, and on by these steps; one day apart."""
    told_by = ClueBuilder(str(serial)).at(state)
    for by, event in steps:
        told_by.by(by, event)
    return told(told_by.fold(Role.federation), uuid5(A_UUID, str(serial)))


def day_of(event_hash: bytes) -> date:
    """Some day of a quarter, the same for the same event."""
    return BEGINS + timedelta(days=event_hash[0] % 90)


def courses_at(histories: Sequence[Fold]) -> list[Course]:
    found = [
        course(uuid5(A_UUID, str(index)), [on_day(p, day_of(p.event.hash)) for p in folded.placed])
        for index, folded in enumerate(histories)
    ]
    return [each for each in found if each is not None]

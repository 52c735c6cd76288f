"""The laws of the clocks, on random histories: equal on both sides, and found in another way."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.clock import Clock, steps_of
from schemas.clock_table import TABLE
from schemas.codes import Role
from schemas.deadlines import clocks, owes_anything
from schemas.fold import fold
from tests.builders import History, legal_acts
from tests.cases import (
    CALENDAR,
    VERSIONS,
    Case,
)
from tests.fold_laws import play, random_moves

F = Role.federation


def dated(moves: Sequence[tuple[Role, int, int]], seed: int) -> History:
    """A played history whose days go on between the moves, and whose agreement changes on a day in the middle."""
    rng = Random(seed)  # noqa: S311  # no secret: the point is that it repeats

    def between(history: History) -> None:
        history.today += timedelta(days=rng.choice((0, 0, 1, 3, 20)))
        history.agreement_version = 1 if history.today < date(2026, 6, 1) else 2

    return play(moves, str(seed), between)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_both_sides_see_the_same_clocks(seed: int) -> None:
    """In any order of arrival, with any repetition, on any day of asking."""
    history = dated(random_moves(seed), seed)
    history.deliver_all()
    today = history.today + timedelta(days=seed % 90)
    ours, theirs = (clocks(history.fold(role).placed, VERSIONS.__getitem__, CALENDAR, today) for role in Role)
    again = clocks(fold(history.issued[::-1]).placed, VERSIONS.__getitem__, CALENDAR, today)

    assert ours == theirs == again
    assert all(each.ended_on is None or not each.is_paused for each in ours)
    assert owes_anything(fold(history.issued).view) or not any(each.is_open for each in ours)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_the_due_day_is_found_by_walking_day_by_day(seed: int) -> None:
    """Another way to it: look at each day, and count those that the duty ran through from morning to night."""
    history = Case()
    for role, kind, pick in random_moves(seed, 60):
        if kind < 2 and (acts := legal_acts(history.fold(role).view, role, pick)):
            history.by(role, acts[pick % len(acts)])
        history.today += timedelta(days=pick % 4)
    found = clocks(history.fold(F).placed, VERSIONS.__getitem__, CALENDAR, history.today)

    for each in found:
        if each.duty in {rule.duty for rule in TABLE} and (each.due is not None or each.is_open):
            assert each.due == walked(history, each, VERSIONS[1].of(each.duty).working_days or 0), each


def walked(history: History, clock: Clock, days: int) -> date | None:
    """The due day of a clock, by the states of each morning and of each act of the day; freely on after its end."""
    (rule,) = (each for each in TABLE if each.duty is clock.duty)
    steps = steps_of(history.fold(F).placed)
    today = clock.started_on
    while days and today < date(2030, 1, 1):
        today += timedelta(days=1)
        views = [[step.view for step in steps if step.on < today][-1]]
        views += [step.view for step in steps if step.on == today]
        is_over = clock.ended_on is not None and clock.ended_on <= today
        if is_over or all(clock.about in rule.runs(view) for view in views):
            days -= CALENDAR.is_workday(today)
    return None if days else today

"""Every figure, counted once more by a script that shares nothing with the product, on random delivered histories."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from uuid import uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.statistics.courses import Course, course
from consumers.statistics.formulas import FORMULAS, figures
from consumers.statistics.lines import Terms
from consumers.statistics.periods import Month, Period
from consumers.statistics.time_figures import STAGES
from schemas.case_events import AidDecided, ApplicationFiled, CaseClosed, FundsPaid
from schemas.clue_events import ClueRedirected, ClueWithdrawn, ConsentWithdrawn, ErasureRequested
from schemas.codes import Outcome, Role
from schemas.duty import Duty
from schemas.event import Event
from schemas.fold import Fold, Placed
from tests.builders import A_UUID, History, legal_acts
from tests.cases import CALENDAR, VERSIONS
from tests.courses import day_of, on_day
from tests.exports import lines_of
from tests.recount import recount
from tests.recount_reading import Row

TERMS = Terms(CALENDAR, VERSIONS.__getitem__)
PLAIN = {version: agreed.model_dump(exclude_none=True) for version, agreed in VERSIONS.items()}
PERIODS = (Period.of_month(Month(2026, 4), date(2026, 12, 31)), Period.everything(date(2026, 12, 31)))
SOURCES = ("recount.py", "recount_reading.py", "recount_duties.py")


def rows_of(placed: Mapping[str, Sequence[Placed]]) -> Iterator[Row]:
    """What an export of these clues holds: the events that took effect, in their places."""
    for clue, places in placed.items():
        for number, place in enumerate(each for each in places if each.void is None):
            event = place.event
            yield Row(
                clue,
                number,
                f"{event.by}-110101",
                event.event.event_type,
                f"{event.occurred_on}T09:00:00",
                str(event.event_id),
                event.agreement_version,
                event.event.model_dump(mode="json"),
            )


def histories_of(seed: int) -> list[History]:
    """A few clues of two honest sides whose acts cross; the agreement changes in the middle."""
    return [a_history(Random(f"{seed}:{number}"), str(number)) for number in range(4)]  # noqa: S311  # it repeats


def a_history(rng: Random, salt: str) -> History:
    history = History(salt)
    for _ in range(rng.randint(5, 90)):
        history.today += timedelta(days=rng.choice((0, 0, 1, 1, 2, 5, 20)))
        history.agreement_version = 1 if history.today < date(2026, 4, 15) else 2
        role = rng.choice(list(Role))
        if rng.random() < 0.5:
            history.deliver(role, rng.randrange(9))
            continue
        acts = legal_acts(history.fold(role).view, role, rng.randrange(12))
        if acts:
            history.issue(role, rng.choices(acts, [weight(act) for act in acts])[0])
    history.deliver_all()
    return history


def weight(act: Event) -> float:
    """What ends a clue early is rare, so that most come to a decision."""
    if isinstance(act, CaseClosed) and act.outcome is Outcome.ended_early:
        return 0.1
    return LIKELY.get(type(act), 1.0)


LIKELY: Mapping[type[Event], float] = {
    ClueWithdrawn: 0.1,
    ConsentWithdrawn: 0.1,
    ErasureRequested: 0.2,
    ClueRedirected: 0.3,
    ApplicationFiled: 5.0,
    AidDecided: 4.0,
    FundsPaid: 4.0,
}


def as_told(folded: Fold) -> list[Placed]:
    return list(folded.placed)


def on_any_day(folded: Fold) -> list[Placed]:
    """The same events on days of all orders, as senders with wrong clocks would tell them."""
    return [on_day(place, day_of(place.event.hash)) for place in folded.placed]


@pytest.mark.parametrize("days", [as_told, on_any_day])
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_both_sides_and_the_recount_find_the_same_lines(days: Callable[[Fold], list[Placed]], seed: int) -> None:
    """No line more and none less, whichever side's events are counted, as of a month's end and in all."""
    histories = histories_of(seed)
    for role in Role:
        placed = {str(uuid5(A_UUID, str(n))): days(each.fold(role)) for n, each in enumerate(histories)}
        courses: list[Course] = [
            found
            for number, places in enumerate(placed.values())
            if (found := course(uuid5(A_UUID, str(number)), places)) is not None
        ]
        for period in PERIODS:
            again = recount(rows_of(placed), period.first or date.min, period.last, CALENDAR.is_workday, PLAIN)
            assert lines_of(figures(courses, period, TERMS)) == again


def test_the_histories_of_the_recount_have_every_figure() -> None:
    """A comparison of nothing with nothing would prove nothing: each formula, duty, stage and kind of reason occurs."""
    histories = [history for seed in range(15) for history in histories_of(seed)]
    placed = {str(number): as_told(each.fold(Role.federation)) for number, each in enumerate(histories)}
    lines = recount(rows_of(placed), date.min, date(2026, 12, 31), CALENDAR.is_workday, PLAIN)
    beginnings = [
        *(formula.key for formula in FORMULAS),
        *(f"F2 duty {duty}" for duty in Duty),
        *(f"K4 {stage} net" for stage in STAGES),
        *(f"K6 {kind}" for kind in ("returned", "declined", "redirected", "refused", "withdrawn")),
    ]

    assert [each for each in beginnings if not any(f"{line} ".startswith(f"{each} ") for line in lines)] == []
    assert {"due", "on_time", "late"} <= lines["K5 all"].keys()
    assert any("overturned" in line for line in lines.values())


@pytest.mark.parametrize("source", SOURCES)
def test_the_recount_imports_nothing_of_the_product(source: str) -> None:
    """The standard library and the recount's own files."""
    tree = ast.parse(Path("tests", source).read_text(encoding="utf-8"))
    found = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    found |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    rooms = ("console", "producers", "consumers", "clue_exchange", "schemas")

    assert not [name for name in found if name is None or name.startswith(rooms)]
    assert {name for name in found if name and name.startswith("tests")} <= {f"tests.{s[:-3]}" for s in SOURCES}

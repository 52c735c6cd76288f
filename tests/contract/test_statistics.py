"""
Figures of two real ledgers: equal on both sides, equal to an independent recount, and shown to a proven officer alone.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from consumers.statistics.courses import read_courses, until
from consumers.statistics.formulas import figures
from consumers.statistics.lines import Counted, Figure, working_days_by
from consumers.statistics.periods import Month, Period
from consumers.statistics.publication import month_figures
from schemas.catalog import type_of
from schemas.clue_events import ClueShared, ClueTransferred
from schemas.codes import Role
from schemas.event import Event
from tests.builders import an_event, legal_acts
from tests.recount import Row, recount
from tests.two_sides import HER_PARTICULARS, TwoSides, rows

HER = HER_PARTICULARS[Role.federation, 1]
HERS = {role: {(role, 1): HER} for role in Role}
MARCH = Period.of_month(Month(2026, 3), date(2026, 12, 1))
APRIL = Period.of_month(Month(2026, 4), date(2026, 12, 1))


def is_weekday(day: date) -> bool:
    """A calendar of our own for both counts: which days are working days is not what is tested here."""
    return day.weekday() < 5


def an_opening(role: Role, rng: Random) -> Event:
    categories = rng.sample(["W1", "W2", "W3", "W4", "W5"], rng.randint(1, 3))
    if role is Role.federation:
        return an_event(ClueTransferred, source=rng.choice(["S1", "S2", "S3"]), categories=categories)
    return an_event(ClueShared, source=rng.choice(["S5", "S8"]), categories=categories)


def act_at_random(sides: TwoSides, seed: int, clues: int = 12, acts: int = 110) -> None:
    """Both sides open clues and act on them as the lifecycle allows; the road between them is slow."""
    rng = Random(seed)  # noqa: S311  # no secret: the point is that it repeats
    known: list[UUID] = []
    for turn in range(acts):
        role = rng.choice(list(Role))
        agency = sides.side(role)
        sides.clock.forward(hours=rng.randint(1, 14))
        if len(known) < clues and turn % 8 == 0:
            event = an_opening(role, rng)
            known.append(agency.desk().act(type_of(event).verb)(event, HERS[role]).envelope.clue_id)
            continue
        clue_id = rng.choice(known)
        with agency.store.reading() as transaction:
            folded = agency.ledger.fold(transaction, clue_id)
        possible = legal_acts(folded.view, role, rng.randint(0, 99)) if folded.heads else []
        useful = [event for event in possible if "Erasure" not in event.event_type]
        if useful:
            event = rng.choice(useful)
            agency.desk().act(type_of(event).verb)(clue_id, event)
        if rng.random() < 0.3:
            sides.give(role, sides.sent_by(role.other))
    sides.exchange()
    sides.exchange()


def figures_at(sides: TwoSides, role: Role, period: Period) -> tuple[Figure, ...]:
    with sides.side(role).store.reading() as transaction:
        return figures(read_courses(transaction), period, working_days_by(is_weekday))


def rows_at(sides: TwoSides, role: Role) -> Iterator[Row]:
    """The applied events as the database has them, for the recount."""
    query = (
        "SELECT clue_id, place, sender, event_type, occurred_at, facts FROM event WHERE outcome = 'applied' "
        "ORDER BY clue_id, place"
    )
    with sides.side(role).store.reading() as transaction:
        for clue_id, place, sender, event_type, occurred_at, facts in rows(transaction, query):
            decoded: Mapping[str, Any] = json.loads(facts) if isinstance(facts, str) else facts  # type: ignore[assignment]  # the driver decodes JSON or does not
            yield str(clue_id), int(str(place)), str(sender), str(event_type), str(occurred_at), decoded


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_are_equal_on_both_sides_and_to_an_independent_recount(sides: TwoSides, seed: int) -> None:
    """Every line of every figure on both ledgers; and each number that the recount finds in its own way."""
    act_at_random(sides, seed)

    for period in (MARCH, APRIL):
        ours, theirs = (figures_at(sides, role, period) for role in Role)
        assert ours == theirs
        again = recount(rows_at(sides, Role.procuratorate), period.first or date.min, period.last, is_weekday)
        told = {
            " ".join((figure.formula.key, *filter(None, line.of))): line.values
            for figure in ours
            for line in figure.lines
        }
        assert {name: {key: told[name][key] for key in numbers} for name, numbers in again.items()} == again
    assert sum(line.values["clues"] or 0 for line in ours[1].lines) > 0
    assert told["K6 returned R1 sender"]["count"]


def test_what_leaves_the_agency_is_equal_on_both_sides(sides: TwoSides) -> None:
    """The same counts are withheld, whichever side publishes."""
    act_at_random(sides, seed=3)
    told = []
    for role in Role:
        with sides.side(role).store.reading() as transaction:
            courses = read_courses(transaction)
        told.append(month_figures(Counted(until(courses, MARCH.as_of), MARCH, working_days_by(is_weekday))))

    assert told[0] == told[1]
    assert told[0].counts["clues"]


def test_working_days_between_two_days_leave_out_the_first() -> None:
    """From Friday to Monday is one; from a day to itself, or back, none."""
    between = working_days_by(is_weekday)
    friday = date(2026, 3, 6)

    assert between(friday, friday + timedelta(days=3)) == 1
    assert between(friday, friday) == between(friday, friday - timedelta(days=9)) == 0

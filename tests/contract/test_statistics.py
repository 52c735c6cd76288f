"""
Figures of two real ledgers: equal on both sides, equal to an independent recount, and shown to a proven officer alone.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types
import pytest

from consumers.statistics.courses import read_courses, until
from consumers.statistics.formulas import figures
from consumers.statistics.lines import Counted, Figure, terms_of
from consumers.statistics.periods import Month, Period
from consumers.statistics.publication import month_figures
from schemas.catalog import type_of
from schemas.clue_events import ClueShared, ClueTransferred
from schemas.codes import Role
from schemas.event import Event
from tests.builders import an_event, legal_acts
from tests.desks import both_desks
from tests.people import OFFICER, SUPERVISOR
from tests.recount import Row, recount
from tests.two_sides import HER_PARTICULARS, TwoSides, rows

HER = HER_PARTICULARS[Role.federation, 1]
HERS = {role: {(role, 1): HER} for role in Role}
MARCH = Period.of_month(Month(2026, 3), date(2026, 12, 1))
EVERYTHING = Period.everything(date(2026, 12, 1))


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
        agency = sides.side(role)
        return figures(read_courses(transaction, agency.ledger), period, terms_of(transaction, agency.clock_reader))


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


@pytest.mark.parametrize("seed", [2])
def test_figures_are_equal_on_both_sides_and_to_an_independent_recount(sides: TwoSides, seed: int) -> None:
    """Every line of every figure on both ledgers; and each number that the recount finds in its own way."""
    act_at_random(sides, seed)

    for period in (MARCH, EVERYTHING):
        ours, theirs = (figures_at(sides, role, period) for role in Role)
        assert ours == theirs
        again = recount(
            rows_at(sides, Role.procuratorate), period.first or date.min, period.last, chinese_calendar.is_workday
        )
        told = {
            " ".join((figure.formula.key, *filter(None, line.of))): line.values
            for figure in ours
            for line in figure.lines
        }
        assert {name: {key: told[name][key] for key in numbers} for name, numbers in again.items()} == again
    assert sum(line.values["clues"] or 0 for line in ours[1].lines) > 0
    assert told["K2 all"]["with_outcome"]


def test_what_leaves_the_agency_is_equal_on_both_sides(sides: TwoSides) -> None:
    """The same counts are withheld, whichever side publishes."""
    act_at_random(sides, seed=3)
    told = []
    for role in Role:
        with sides.side(role).store.reading() as transaction:
            courses, terms = (
                read_courses(transaction, sides.side(role).ledger),
                terms_of(transaction, sides.side(role).clock_reader),
            )
        told.append(month_figures(Counted(until(courses, MARCH.as_of), MARCH, terms)))

    assert told[0] == told[1]
    assert told[0].counts["clues"]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # what is tested is the command
def test_the_command_shows_figures_to_a_proven_officer_who_may(sides: TwoSides, tmp_path: Path) -> None:
    """As text and as JSON; the access log holds who looked; an officer's role does not include it."""
    act_at_random(sides, seed=4, clues=4, acts=24)
    ours, theirs = both_desks(sides, tmp_path)

    told = ours.json("statistics", "--month", "2026-03", *ours.by(SUPERVISOR))

    assert told == theirs.json("statistics", "--month", "2026-03", *theirs.by(SUPERVISOR))
    assert [figure["key"] for figure in told["figures"]][:2] == ["K1", "K2"]
    shown = ours.run("statistics", *ours.by(SUPERVISOR), columns=160).output
    assert "移送线索实际救助人数占救助人数比例" in shown
    published = ours.json("statistics", "--month", "2026-03", "--published", *ours.by(SUPERVISOR))
    assert all(count is None or count >= 5 for count in published["counts"].values())
    assert "does not include statistics" in ours.run("statistics", *ours.by(OFFICER), expected=1).output


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_month_is_written_as_a_month(sides: TwoSides, tmp_path: Path) -> None:
    """A day, or a thirteenth month, is refused with how it is written."""
    desk, _ = both_desks(sides, tmp_path)

    assert "YYYY-MM" in desk.run("statistics", "--month", "2026-13", *desk.by(SUPERVISOR), expected=2).output

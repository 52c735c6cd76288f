"""
Figures of two real ledgers: equal on both sides, equal to an independent recount, and shown to a proven officer alone.
"""

from datetime import date
from pathlib import Path
from random import Random
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
from tests.exports import APPLIED, exported, lines_of, terms_in
from tests.people import OFFICER, SUPERVISOR
from tests.recount import recount
from tests.recount_duties import Lines
from tests.two_sides import HER_PARTICULARS, TwoSides, rows

HER = HER_PARTICULARS[Role.federation, 1]
HERS = {role: {(role, 1): HER} for role in Role}
MARCH = Period.of_month(Month(2026, 3), date(2026, 12, 1))
TERMS = terms_in(Path("examples/agreement.yaml").read_text(encoding="utf-8"))
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


def recounted(sides: TwoSides, role: Role, period: Period) -> Lines:
    """What the recount finds in the events that this side has."""
    with sides.side(role).store.reading() as transaction:
        events = list(exported(rows(transaction, APPLIED)))
    return recount(events, period.first or date.min, period.last, chinese_calendar.is_workday, TERMS)


@pytest.mark.parametrize("seed", [2])
def test_figures_are_equal_on_both_sides_and_to_an_independent_recount(sides: TwoSides, seed: int) -> None:
    """Every line of every figure on both ledgers, and none that the recount does not find on either."""
    act_at_random(sides, seed)

    for period in (MARCH, EVERYTHING):
        ours, theirs = (figures_at(sides, role, period) for role in Role)
        assert ours == theirs
        told = lines_of(ours)
        assert told == recounted(sides, Role.federation, period) == recounted(sides, Role.procuratorate, period)
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
    for overlapping in ((), ("--month", "2999-01")):
        refused = ours.run("statistics", "--published", *overlapping, *ours.by(SUPERVISOR), expected=1).output
        assert "one month that is over" in " ".join(refused.split())
    assert "does not include statistics" in ours.run("statistics", *ours.by(OFFICER), expected=1).output


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_month_is_written_as_a_month(sides: TwoSides, tmp_path: Path) -> None:
    """A day, or a thirteenth month, is refused with how it is written."""
    desk, _ = both_desks(sides, tmp_path)

    assert "YYYY-MM" in desk.run("statistics", "--month", "2026-13", *desk.by(SUPERVISOR), expected=2).output

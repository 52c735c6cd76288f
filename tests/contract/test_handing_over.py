"""The day of finding: told by every new clue, from the register where there is one, counted alike on both sides."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from clue_exchange.errors import CommandRefused
from clue_exchange.workdays import china_date
from consumers import worklist
from schemas.clock import Clock
from schemas.clue_events import ClueShared, ClueTransferred
from schemas.codes import Role
from schemas.duty import Duty
from tests.builders import an_event
from tests.desks import Desk, both_desks
from tests.people import REVIEWER
from tests.registers import a_csv, a_row
from tests.two_sides import HER_PARTICULARS, TwoSides

on_one_database = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


def handed_over(sides: TwoSides, role: Role) -> list[Clock]:
    agency = sides.side(role)
    with agency.store.reading() as transaction:
        clue_ids = [row.clue_id for row in worklist.clues(transaction)]
        found = [clocks for _, clocks in agency.clock_reader.clocks(transaction, clue_ids, date(2026, 6, 1))]
    return sorted(
        (clock for clocks in found for clock in clocks if clock.duty is Duty.hand_over), key=lambda c: c.started_on
    )


def test_both_sides_see_whether_either_handed_over_in_time(sides: TwoSides) -> None:
    """One transferred late, one shared in time; it is 2 March."""
    her = HER_PARTICULARS[Role.federation, 1]
    sides.federation.federation().transfer(an_event(ClueTransferred, found_on=date(2026, 2, 13)), HER_PARTICULARS)
    shared = an_event(ClueShared, found_on=date(2026, 2, 27))
    sides.procuratorate.procuratorate().share(shared, {(Role.procuratorate, 1): her})
    sides.exchange()

    ours, theirs = (handed_over(sides, role) for role in Role)

    assert ours == theirs
    assert [(clock.by, clock.due, clock.is_late(date(2026, 6, 1))) for clock in ours] == [
        (Role.federation, date(2026, 2, 27), True),
        (Role.procuratorate, date(2026, 3, 5), False),
    ]


def test_a_clue_is_opened_with_the_day_on_which_it_was_found(sides: TwoSides) -> None:
    """Left out, or yet to come, it is refused with what to do; nothing is saved."""
    desk = sides.federation.federation()

    with pytest.raises(CommandRefused, match=r"--found-on YYYY-MM-DD.* within 5 working days"):
        desk.transfer(an_event(ClueTransferred, found_on=None), HER_PARTICULARS)
    with pytest.raises(CommandRefused, match="found on 2026-03-03: today is 2026-03-02"):
        desk.transfer(an_event(ClueTransferred, found_on=date(2026, 3, 3)), HER_PARTICULARS)
    assert sides.events_of(Role.federation) == []


@on_one_database
def test_the_day_of_registration_is_the_day_of_finding(sides: TwoSides, tmp_path: Path) -> None:
    """The list says by when it is to be handed over; the clue bears the day, and the mark that it came late."""
    desk, _ = both_desks(sides, tmp_path)
    desk.look("intake", str(a_csv(tmp_path / "register.csv", a_row(登记日期="2026-02-13"))))
    (candidate,) = desk.seen("candidates")

    clue = handed(desk, candidate["candidate_id"])

    assert candidate["hand_over_by"] == "2026-02-27"
    assert re.search(r"hand_over 移送线索 .* 2026-02-13 .* 2026-02-27 .* late 逾期完成", clue)


@on_one_database
def test_the_reviewer_says_the_day_where_the_register_does_not(sides: TwoSides, tmp_path: Path) -> None:
    """Without it the clue is not opened, and the candidate goes on waiting."""
    desk, _ = both_desks(sides, tmp_path)
    desk.look("intake", str(a_csv(tmp_path / "register.csv", a_row(登记日期=""))))
    (candidate,) = desk.seen("candidates")
    words = ("hand-over", candidate["candidate_id"], "--legal-basis", "consent", *desk.by(REVIEWER))

    assert "--found-on" in desk.run(*words, expected=1).output
    assert candidate["hand_over_by"] is None
    today = str(china_date(datetime.now(UTC)))
    assert "逾期" not in handed(desk, candidate["candidate_id"], "--found-on", today)


def handed(desk: Desk, candidate: str, *more: str) -> str:
    """What `clue` shows of the clue that was opened from a candidate."""
    words = ("hand-over", candidate, "--legal-basis", "consent", *more, *desk.by(REVIEWER))
    return desk.look("clue", desk.run(*words).output.split()[2].rstrip(","), columns=200).output

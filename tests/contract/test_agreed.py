"""A new signed version changes what both nodes do on its first day, without code; an ended one opens no clue."""

from datetime import UTC, date, datetime

import pytest

from clue_exchange.errors import CommandRefused
from schemas.case_events import CaseClosed, ProgressReported
from schemas.clue_events import ClueAccepted, ClueRedirected, ClueTransferred
from schemas.codes import Role
from schemas.duty import Duty
from schemas.particulars import Particulars
from tests.builders import an_event
from tests.two_sides import HER_PARTICULARS, TwoSides
from tests.versions import adopt_version

APRIL = date(2026, 4, 1)


def due(sides: TwoSides, role: Role, duty: Duty) -> list[date]:
    """The due days of this duty on all clues of a side, the oldest clue first."""
    agency = sides.side(role)
    with agency.store.reading() as transaction:
        duties = agency.clock_reader.open_duties(transaction, date(2026, 12, 1))
    return sorted(each.clock.due for each in duties if each.clock.duty is duty and each.clock.due)


def test_a_new_deadline_holds_from_its_day_on_and_not_for_the_clock_that_runs(sides: TwoSides) -> None:
    """Adopted in March, it begins on the first of April; both sides reckon alike."""
    adopt_version(sides, 2, valid_from=APRIL, deadlines={"take_up": {"working_days": 2}})
    for now in (datetime(2026, 3, 31, 15, 59, tzinfo=UTC), datetime(2026, 3, 31, 16, 1, tzinfo=UTC)):
        sides.clock.now = now
        sides.transfer()
    sides.exchange()
    for role in Role:
        assert due(sides, role, Duty.take_up) == [date(2026, 4, 3), date(2026, 4, 10)]


def test_a_field_that_a_new_version_leaves_out_is_refused_from_its_day_on(sides: TwoSides) -> None:
    """The same words are sent on the day before; on the day itself the refusal names the field and the way out."""
    narrow = {"federation": ["name", "narrative", "explanation"], "procuratorate": ["name"]}
    adopt_version(sides, 2, valid_from=APRIL, sharing=narrow, categories=["W1"])
    told = {(Role.federation, 1): Particulars(name="甲某", phone="13800000000")}
    desk = sides.federation.federation()
    sides.clock.now = datetime(2026, 3, 31, 15, 59, tzinfo=UTC)
    desk.transfer(an_event(ClueTransferred), told)
    sides.clock.now = datetime(2026, 3, 31, 16, 1, tzinfo=UTC)

    with pytest.raises(CommandRefused, match="phone: leave it out"):
        desk.transfer(an_event(ClueTransferred, categories=["W1"]), told)
    with pytest.raises(CommandRefused, match="category W2"):
        desk.transfer(an_event(ClueTransferred), HER_PARTICULARS)
    desk.transfer(an_event(ClueTransferred, categories=["W1"]), HER_PARTICULARS)


def test_an_ended_agreement_opens_no_clue_and_lets_running_cases_finish(sides: TwoSides) -> None:
    """The reason says what both sides must do; the case that runs is closed and told."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.clock.now = datetime(2027, 2, 1, tzinfo=UTC)
    answer = an_event(ProgressReported, stage="other_body_answered", body_answer="taken_up")
    desk = sides.procuratorate.procuratorate()
    with pytest.raises(CommandRefused, match="signed a new version; running cases go on"):
        sides.transfer()
    desk.accept(clue_id, an_event(ClueAccepted))
    desk.redirect(clue_id, an_event(ClueRedirected))
    desk.report_progress(clue_id, answer)
    desk.close(clue_id, an_event(CaseClosed, outcome="handled_elsewhere"))
    sides.exchange()

    assert len(sides.digests(clue_id)) == 1
    adopt_version(sides, 2, valid_from=date(2027, 1, 15), valid_until=date(2028, 1, 15))
    sides.transfer()

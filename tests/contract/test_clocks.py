"""The clocks of the clues in the ledgers of both sides."""

from datetime import date, timedelta

from schemas.clue_events import ClueAccepted, ClueReturned
from schemas.codes import Role
from schemas.duty import Duty
from tests.builders import an_event
from tests.two_sides import TwoSides


def test_both_ledgers_give_the_same_clocks(sides: TwoSides) -> None:
    """Kept by the database or read from it anew, on the day of asking and later."""
    signed = sides.transfer()
    sides.exchange()
    sides.clock.forward(days=2)
    clue_id = signed.envelope.clue_id
    sides.procuratorate.procuratorate().return_(clue_id, an_event(ClueReturned))
    sides.exchange()
    found = []
    for role in Role:
        agency = sides.side(role)
        with agency.store.reading() as transaction:
            found.append(dict(agency.clock_reader.clocks(transaction, [clue_id], date(2026, 6, 1))))

    assert found[0] == found[1]
    assert {each.duty: each.due for each in found[0][clue_id]} == {
        Duty.hand_over: date(2026, 3, 3),
        Duty.take_up: None,
        Duty.complete: date(2026, 3, 18),
        Duty.first_progress: None,
    }


def test_a_day_begins_at_midnight_in_china(sides: TwoSides) -> None:
    """An act at 01:00 in Beijing is of that day, though it is the day before in UTC."""
    sides.clock.now = sides.clock.now.replace(hour=17)
    signed = sides.transfer()
    sides.exchange()
    sides.clock.forward(days=1)
    sides.procuratorate.procuratorate().accept(signed.envelope.clue_id, an_event(ClueAccepted))
    agency = sides.procuratorate
    with agency.store.reading() as transaction:
        ((_, clocks),) = agency.clock_reader.clocks(transaction, [signed.envelope.clue_id], date(2026, 3, 9))
    taken_up = next(each for each in clocks if each.duty is Duty.take_up)

    assert taken_up.started_on == date(2026, 3, 3)
    assert taken_up.ended_on == taken_up.started_on + timedelta(days=1)

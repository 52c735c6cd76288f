"""
A clue told by days, for tests of clocks and figures.
"""

from datetime import date
from typing import Self

from clue_exchange.workdays import PublishedCalendar
from schemas import case_events as case
from schemas import clue_events as clue
from schemas.clock import Clock
from schemas.codes import Role
from schemas.deadlines import clocks
from schemas.duty import Deadlines, Duty, Term
from schemas.event import Event
from tests.builders import ClueBuilder, an_event

CALENDAR = PublishedCalendar()
VERSIONS = {
    1: Deadlines(),
    2: Deadlines(hand_over=Term(months=1), take_up=Term(working_days=3), first_progress=Term(months=1)),
}


def day(text: str) -> date:
    """A day of 2026 as month and day, or one with its year."""
    return date.fromisoformat(text if len(text) > len("02-09") else f"2026-{text}")


class Case(ClueBuilder):
    """A clue told by days: each step is issued on its day, by whoever may."""

    def on(self, when: str, *events: Event, by: Role = Role.procuratorate) -> Self:
        self.today = day(when)
        return self.by(by, *events)

    def clocks(self, today: str, *duties: Duty) -> list[Clock]:
        found = clocks(self.fold(Role.federation).placed, VERSIONS.__getitem__, CALENDAR, day(today))
        return [each for each in found if each.duty in duties or not duties]

    def clock(self, duty: Duty, today: str = "12-01") -> Clock:
        (only,) = self.clocks(today, duty)
        return only


def transferred(when: str, found_on: str | None = None) -> Case:
    """A clue of the federation; found on the day on which it is handed over, unless another day is given."""
    opening = an_event(clue.ClueTransferred, found_on=day(found_on or when))
    return Case().on(when, opening, by=Role.federation)


ACCEPT = an_event(clue.ClueAccepted)
APPLY = an_event(case.ApplicationFiled)
DECIDE = an_event(case.AidDecided)
PAY = an_event(case.FundsPaid)
CLOSE = an_event(case.CaseClosed)
RETURN = an_event(clue.ClueReturned)
SUPPLEMENT = an_event(clue.ClueSupplemented)
ACKNOWLEDGE = an_event(case.FeedbackAcknowledged)

"""Alarms of what is missing, waits or is unacknowledged: by the limits that the agreement of the day sets."""

import io
import json
from datetime import date
from typing import Any

from clue_exchange.logs import json_log
from console.cli.receipts import JournalStanding
from consumers.receipt_rounds import ReceiptRounds
from schemas.clue_events import ClueAccepted
from schemas.codes import Role
from tests.builders import an_event
from tests.receipt_steps import CLUES, receipts_of
from tests.two_sides import TwoSides
from tests.versions import adopt_version

F, P = Role.federation, Role.procuratorate
TODAY, TOMORROW = date(2026, 3, 2), date(2026, 3, 3)
SHORT = {"gap_alarm_minutes": 30, "waiting_alarm_minutes": 50}


class Rounds:
    """The rounds of one side, and what they have alarmed."""

    def __init__(self, sides: TwoSides, role: Role) -> None:
        self._text = io.StringIO()
        self._sides = sides
        self.rounds: ReceiptRounds = sides.side(role).receipt_rounds(json_log(self._text, agency="test"))

    def after(self, minutes: int) -> list[tuple[str, Any]]:
        """The alarms so far, when these minutes have passed and a round has gone."""
        self._sides.clock.forward(minutes=minutes)
        self.rounds.go_round()
        lines = map(json.loads, self._text.getvalue().splitlines())
        return [
            (each["event"], each.get("first", each.get("number")))
            for each in lines
            if each["event"] in ("journal.gap_overdue", "event.overdue")
        ]


GAP, WAITING = ("journal.gap_overdue", 2), ("event.overdue", 1)


def leave_a_gap(sides: TwoSides) -> None:
    """The procuratorate lacks number 2 of three."""
    for _ in range(3):
        sides.transfer()
    sides.give(P, [each for each in sides.sent_by(F) if each.topic != CLUES or each.offset != 1])


def test_a_gap_that_lasts_alarms_once(sides: TwoSides) -> None:
    """After an hour the operators are told, and not again every quarter of a minute; after a new start they are."""
    rounds = Rounds(sides, P)
    leave_a_gap(sides)

    assert [rounds.after(40), rounds.after(40), rounds.after(40)] == [[], [GAP], [GAP]]
    assert Rounds(sides, P).after(0) == [GAP]


def test_a_gap_alarms_by_the_agreement_that_is_in_force(sides: TwoSides) -> None:
    """A version that was signed to alarm after half an hour does so, and without a new start."""
    rounds = Rounds(sides, P)
    leave_a_gap(sides)
    before = rounds.after(40)
    adopt_version(sides, 2, valid_from=TODAY, limits=SHORT)

    assert (before, rounds.after(0)) == ([], [GAP])


def test_a_shorter_limit_acts_on_its_first_day(sides: TwoSides) -> None:
    """Waiting since the evening before, a day is allowed; at midnight in China it is less than an hour."""
    adopt_version(sides, 2, valid_from=TOMORROW, limits=SHORT)
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.clock.forward(hours=13)  # ten in the evening
    sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted))
    sides.give(F, sides.events_of(P))  # without its keys
    rounds = Rounds(sides, F)

    assert (rounds.after(100), rounds.after(30)) == ([], [WAITING])


def test_what_is_unacknowledged_needs_a_person_by_the_same_limit(sides: TwoSides) -> None:
    """The sender's side of a gap, as `receipts` tells it."""
    leave_a_gap(sides)
    sides.give(F, receipts_of(sides, P))
    needing = []
    for _ in range(2):
        sides.clock.forward(minutes=40)
        needing.append([each.needs_a_person for each in JournalStanding.all_of(sides.federation)])

    assert needing == [[False, False], [True, False]]

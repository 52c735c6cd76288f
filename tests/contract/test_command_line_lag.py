"""
`clue-exchange lag`: what is here of the counterpart's journals, what is missing, and what waits to be sent.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from clue_exchange.clock import system_clock
from schemas.codes import Role
from tests.desks import Desk, both_desks
from tests.two_sides import TwoSides


@pytest.fixture
def desks(sides: TwoSides, tmp_path: Path) -> tuple[Desk, Desk]:
    """The command lines of both sides, whose outboxes are of this moment."""
    sides.clock.now = system_clock()
    return both_desks(sides, tmp_path)


def test_all_is_well_where_nothing_is_missing(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """Exit 0; the federation's journal is held up to its last number."""
    sides.transfer()
    sides.exchange()

    told = desks[1].json("lag")
    clues, progress, keys = told["journals"]

    assert (clues["topic"], clues["next_offset"], clues["held_up_to"]) == ("federation-110101.clues", 1, 1)
    assert (progress["next_offset"], progress["held_up_to"]) == (0, 0)
    assert keys["held_up_to"] is None
    assert told["needs_a_person"] is False
    assert desks[0].json("lag")["outbox"]["records"] > 0
    assert "federation-110101.clues" in desks[1].run("lag").output


def test_missing_numbers_are_named_and_are_an_exit_code(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """With the moment since when they are missing."""
    for _ in range(4):
        sides.transfer()
    sent = sides.sent_by(Role.federation)
    events = [record for record in sent if record.topic.endswith(".clues")]
    sides.give(Role.procuratorate, [each for each in sent if each not in events] + [events[0], events[3]])

    shown = desks[1].run("lag", expected=1)

    assert "2–3 since" in shown.output


def test_an_outbox_that_waits_for_a_minute_is_an_exit_code(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """The node does not run, or Kafka does not answer."""
    sides.clock.now = system_clock() - timedelta(seconds=61)
    sides.transfer()

    assert "the oldest since 61." in desks[0].run("lag", expected=1).output

"""
`clue-exchange lag`: what is here of the counterpart's journals, what is missing, and what waits to be sent.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

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


def told_by(desk: Desk) -> dict[str, Any]:
    """What is told while Kafka is away, which is an exit code."""
    told: dict[str, Any] = json.loads(desk.run("lag", "--json", expected=1).stdout)
    return told


def test_the_database_answers_while_kafka_is_away(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """What is held and what waits to be sent; that nobody knows where the journals end is said."""
    sides.transfer()
    sides.exchange()

    told = told_by(desks[1])
    clues, progress, keys, receipts = told["journals"]

    assert (clues["topic"], clues["next_offset"], clues["held_up_to"]) == ("federation-110101.clues", 1, 1)
    assert (progress["next_offset"], progress["held_up_to"]) == (0, 0)
    assert keys["held_up_to"] is receipts["held_up_to"] is None
    assert (clues["state"], clues["end_offset"], clues["records_behind"]) == (None, None, None)
    assert told["kafka"].startswith("Kafka does not answer")
    assert told["needs_a_person"] is True
    assert told_by(desks[0])["outbox"]["records"] > 0
    shown = desks[1].run("lag", expected=1).output
    assert "federation-110101.clues" in shown
    assert "Kafka does not say where the journals end" in shown


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

    assert told_by(desks[0])["outbox"]["age_seconds"] > 60
    assert "the oldest since 6" in desks[0].run("lag", expected=1).output

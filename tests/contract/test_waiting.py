"""
Events that wait are listed with what they wait for, place themselves when it arrives, and alarm when it takes too long.
"""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from clue_exchange.logs import json_log
from consumers.waiting import WaitingRow, waiting
from schemas.agreement_terms import Limits
from schemas.clue_events import ClueAccepted
from schemas.codes import Role
from tests.builders import an_event
from tests.desks import both_desks
from tests.forge import Forge, Judged
from tests.two_sides import TwoSides

PATIENCE = timedelta(minutes=Limits().waiting_alarm_minutes)


@pytest.fixture
def forge(sides: TwoSides) -> Forge:
    """A federation whose events the test makes."""
    return Forge(sides)


def listed(sides: TwoSides) -> list[WaitingRow]:
    with sides.procuratorate.store.reading() as transaction:
        return waiting(transaction)


def test_what_it_waits_for_is_named(sides: TwoSides, forge: Forge) -> None:
    """A predecessor by its hash; a key, a version of the agreement, a schema by their names."""
    without_key = forge.record(forge.envelope())
    assert forge.judged(without_key) == Judged("waiting")
    ((key_wanted,),) = (row.waits_for for row in listed(sides))
    forge.deliver_keys()
    for changes in (
        {"seen": bytes(32)},
        {"agreement_version": 7},
        {"facts_schema": b"tomorrow"},
    ):
        record = forge.record(forge.envelope(**changes))
        forge.deliver_keys()
        assert forge.judged(record) == Judged("waiting")

    named = [row.waits_for for row in listed(sides)]

    assert key_wanted.startswith("key facts-")
    assert named == [
        (f"event {bytes(6).hex()}…",),
        ("agreement version 7",),
        (f"a newer version of this program, for schema {b'tomorrow'.hex()}",),
    ]


def test_it_takes_its_place_by_itself(sides: TwoSides, forge: Forge) -> None:
    """The one that waited for its key is listed no more, and nobody had to ask."""
    forge.judged(forge.record(forge.envelope()))
    before = len(listed(sides))

    forge.deliver_keys()

    assert (before, listed(sides)) == (1, [])


def test_the_list_needs_a_person_when_one_has_waited_too_long(sides: TwoSides, tmp_path: Path) -> None:
    """As long as the agreement allows, exit 0; then 1, with a mark."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted))
    sides.give(Role.federation, sides.events_of(Role.procuratorate))  # without its keys
    desk, _ = both_desks(sides, tmp_path)
    with sides.federation.store.transaction() as transaction:
        transaction.exec_driver_sql("UPDATE event SET recorded_at = '2026-01-01 00:00:00' WHERE outcome = 'waiting'")

    shown = desk.look("waiting", expected=1, columns=200).output

    assert "! 超时" in shown
    assert "key facts-" in shown


def test_each_event_alarms_once(sides: TwoSides, forge: Forge) -> None:
    """In the round in which it outlasts the agreement's limit; with what it waits for."""
    text = io.StringIO()
    rounds = sides.procuratorate.receipt_rounds(json_log(text))
    forge.judged(forge.record(forge.envelope(seen=bytes(32))))
    forge.deliver_keys()
    for step in (PATIENCE - timedelta(minutes=1), timedelta(minutes=2), timedelta(days=1)):
        sides.clock.forward(seconds=step.total_seconds())
        rounds.go_round()

    alarms = [json.loads(line) for line in text.getvalue().splitlines() if "event.overdue" in line]

    assert [(alarm["number"], alarm["waits_for"]) for alarm in alarms] == [(1, [f"event {bytes(6).hex()}…"])]

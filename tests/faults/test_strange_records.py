"""
Rows 23 and 26: poison among good records, and records of a generation that the reader does not know yet.

Row 24 is tests/broker/test_stopped_journals.py, row 25 tests/contract/test_journal_stops.py; each kind of poison is a
row of the hostile inputs.
"""

from functools import partial

import pytest

from clue_exchange.kafka_clients import JournalProducer
from clue_exchange.kafka_records import OutgoingRecord
from schemas.codes import Role
from tests.faults import plants
from tests.faults.county import County
from tests.faults.nodes import Start

pytestmark = [pytest.mark.broker, pytest.mark.slow]

F, P = Role.federation, Role.procuratorate
GOOD_BETWEEN = 10


def test_row_23_poison_among_good_records_is_parked_and_the_good_go_on(here: County) -> None:
    """Of every class one: nothing, rubbish, an unknown frame, a good record cut short, changed in one bit, and null."""
    here.start()
    here.transfer()
    here.drain()
    good = next(iter(here.log_of(here.topic(F)).values())) or b""
    changed = bytes([*good[:-1], good[-1] ^ 1])
    poison = [b"", b"rubbish", b"\xc3\x01" + bytes(8) + good[10:], good[:-7], changed, None]
    with JournalProducer(here.bootstrap) as producer:
        for value in poison:
            producer.send_all([OutgoingRecord(here.topic(F), b"key", value)], 60)
            here.transfer(GOOD_BETWEEN)

    verdict = here.require_nothing_lost()

    assert verdict.total("applied") == 1 + GOOD_BETWEEN * len(poison)
    assert len(here.side(P).tables["dead_letter"]) == len(poison)
    assert len(here.log_of(here.topic(P, "dead-letter"))) == len(poison)


def test_row_26_an_event_of_a_newer_generation_waits_for_the_upgrade(here: County) -> None:
    """A reader that does not know the schema of the facts keeps the event, and what builds on it; both apply later."""
    here.nodes[F].start_ready()
    here.nodes[P].start_ready(Start(plant=partial(plants.forget_the_schema, "ClueTransferred")))
    here.transfer(2)
    here.wait_until(lambda: len(here.side(P).events) == 2)
    outcomes = {event.outcome for found in here.side(P).events.values() for event in found}
    here.nodes[P].stop()

    verdict = here.require_nothing_lost()

    assert outcomes == {"waiting"}
    assert verdict.total("applied") == 2

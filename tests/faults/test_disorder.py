"""
Rows 20, 21, 22, 30, 31: repetitions, disorder, acts that cross, lost records, offsets set by hand.
"""

import random
from functools import partial

import pytest

from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.kafka_clients import JournalProducer
from clue_exchange.kafka_records import OutgoingRecord
from console.demo.stories import ACCEPT, APPLY, AWARD, CROSSING, INFORM, PAY
from schemas.codes import Role
from tests.faults import plants
from tests.faults.county import County
from tests.faults.injuries import Field, offsets_reset, records_deleted, records_repeated
from tests.faults.nodes import Start

pytestmark = [pytest.mark.broker, pytest.mark.slow]

F, P = Role.federation, Role.procuratorate


@pytest.fixture
def field(here: County, fault_kafka: EmbeddedKafka) -> Field:
    """The county and its broker."""
    return Field(here, fault_kafka)


def test_row_20_records_that_are_repeated_take_effect_once(field: Field) -> None:
    """Row 20: every record of a journal stands in its topic twice, then all of those again."""
    here = field.county
    here.start()
    here.transfer(10)
    here.drain()
    for seed in range(4):
        with records_repeated(field, F, random.Random(seed)):  # noqa: S311  # no secret
            here.transfer()

    verdict = here.require_nothing_lost()

    assert verdict.sent == verdict.total("applied") == 14
    assert verdict.log_duplicates >= 10


def test_row_21_the_order_of_arrival_does_not_matter(here: County) -> None:
    """Row 21: events of both journals of an agency arrive shuffled; they wait for each other and all take effect."""
    here.start()
    here.transfer(8)
    here.drain()
    here.nodes[P].stop()
    for clue_id in here.clues:
        for step in (ACCEPT, INFORM, APPLY, AWARD, PAY):
            here.do(clue_id, step)
    with here.agencies[P].store.reading() as transaction:
        pending = here.agencies[P].outbox.pending(transaction, 1_000)
    events = [each for each in pending if each.topic in (here.topic(P), here.topic(P, "case-progress"))]
    random.Random(21).shuffle(events)  # noqa: S311  # a schedule, no secret
    with JournalProducer(here.bootstrap) as producer:
        for each in events:
            producer.send_all([OutgoingRecord(each.topic, each.key, each.value, each.headers)], 60)
    here.wait_until(lambda: len(here.side(F).events) == 8 * 6)
    waited = {line["event_id"] for line in here.nodes[F].said("record.placed") if line["outcome"] == "waiting"}

    verdict = here.require_nothing_lost()

    assert len(waited) > 8
    assert (verdict.total("applied"), verdict.total("void"), verdict.total("waiting")) == (8 * 6, 0, 0)


def test_row_22_acts_that_cross_end_the_same_on_both_sides(here: County) -> None:
    """Row 22: a withdrawal against an acceptance, a decision with payment, a redirection; neither saw the other."""
    here.start()
    here.transfer(len(CROSSING))
    here.drain()
    for clue_id, crossing in zip(here.clues, CROSSING, strict=True):
        for step in crossing.before:
            here.do(clue_id, step)
    here.drain()
    for node in here.nodes.values():
        node.stop()
    for clue_id, crossing in zip(here.clues, CROSSING, strict=True):
        for step in (*crossing.federation, *crossing.procuratorate):
            here.do(clue_id, step)

    verdict = here.require_nothing_lost()

    assert verdict.total("void") == sum(crossing.void for crossing in CROSSING) > 0


def test_row_30_records_that_were_deleted_unread_are_sent_again(field: Field) -> None:
    """Row 30: the receipt names what is missing, the sender sends it again, other clues do not wait for that."""
    here = field.county
    here.start()
    here.transfer(4)
    here.drain()

    with records_deleted(field, P, random.Random(20)):  # noqa: S311  # no secret
        here.transfer(10)
        here.wait_until(lambda: here.has_relayed(F))
        here.nodes[F].stop()
    here.wait_until(lambda: len(here.side(P).events) >= 9)
    missed = here.side(P).tables["gap"]
    here.nodes[F].start_ready(Start(plant=partial(plants.set_clock_ahead, minutes=1)))
    verdict = here.require_nothing_lost()

    assert missed
    assert verdict.total("applied") == 14
    assert sum(line["records"] for line in here.nodes[F].said("records.sent_again")) > 0


def test_row_28_a_clock_that_is_days_off_changes_nothing(here: County) -> None:
    """Row 28: three days ahead at one side, three behind at the other; order and repetitions know no clock."""
    for role, days in ((F, 3), (P, -3)):
        here.open_desk(role, days)
        here.nodes[role].start_ready(Start(plant=partial(plants.set_clock_ahead, days=days)))
    choice = random.Random(28)  # noqa: S311  # a schedule, no secret
    here.act(choice, 15)
    here.drain()
    here.act(choice, 15)

    verdict = here.require_nothing_lost()

    assert verdict.sent >= 20


def test_row_31_offsets_that_were_set_by_hand_have_no_effect(field: Field) -> None:
    """Row 31: to the beginning and to the end, while the node is down; it starts where its ledger says."""
    here = field.county
    here.start()
    here.transfer(3)
    here.drain()
    here.nodes[P].stop()
    here.transfer(3)
    here.wait_until(lambda: here.has_relayed(F))
    for seed in range(4):
        with offsets_reset(field, P, random.Random(seed)):  # noqa: S311  # no secret
            pass

    verdict = here.require_nothing_lost()

    assert verdict.total("applied") == 6
    assert sum(line["repeated"] for line in here.nodes[P].said("batch.taken_in")) == 0

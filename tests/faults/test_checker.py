"""
The checker finds what it is there for: faults planted into one node process, each caught by its name.
"""

import random
from functools import partial

import pytest

from clue_exchange.embedded_kafka import EmbeddedKafka
from schemas.clue_events import ClueSupplemented, ClueWithdrawn
from schemas.codes import Role
from tests.builders import an_event
from tests.faults import plants
from tests.faults.county import County
from tests.faults.injuries import Field, records_repeated
from tests.faults.nodes import Start
from tests.faults.verdict import Verdict

pytestmark = [pytest.mark.broker, pytest.mark.slow]

F, P = Role.federation, Role.procuratorate
PATIENCE = 3
"""Seconds to wait for what will not come."""


def judged(here: County) -> Verdict:
    """What the checker says after both nodes ran again without a plant."""
    for node in here.nodes.values():
        if node.pid is None:
            node.start_ready()
    here.drain(PATIENCE)
    return here.check()


def test_a_run_without_faults_balances(here: County) -> None:
    """Or the checker would find something everywhere."""
    here.start()
    here.transfer(3)

    verdict = here.require_nothing_lost()

    assert (verdict.sent, verdict.total("applied")) == (3, 3)
    assert verdict.in_one_line() == (
        "sent=3 = applied=3 void=0 waiting=0 dead_lettered=0 in_flight=0; "
        "lost 0, doubled 0, order violations 0, views equal"
    )


def test_a_position_that_is_committed_before_the_effect_is_found(here: County) -> None:
    """A death between the two: in the log, behind the reader, without a trace."""
    here.transfer(3)
    here.nodes[F].start_ready()
    here.wait_until(lambda: here.has_relayed(F))
    here.nodes[P].start(Start("loop.before_commit", plant=plants.commit_the_position_before_the_effect))
    assert here.nodes[P].wait_for_end() == -9

    verdict = judged(here)

    assert not verdict.is_good
    assert {"unseen", "poll-skip", "views-differ"} <= verdict.failures.keys()


def test_a_dropped_duplicate_check_is_found(here: County, fault_kafka: EmbeddedKafka) -> None:
    """Records that stand in the topic twice; a reader that does not compare takes them in again."""
    here.nodes[P].start_ready(Start(plant=plants.drop_the_duplicate_check))
    here.nodes[F].start_ready()
    here.transfer()
    here.wait_until(lambda: len(here.side(P).events) == 1)
    with records_repeated(Field(here, fault_kafka), F, random.Random(20)):  # noqa: S311  # no secret
        here.transfer()
    here.wait_until(lambda: len(here.side(P).events) == 2)

    verdict = judged(here)

    assert verdict.failures.keys() == {"duplicate"}


def test_an_acknowledgement_before_the_record_is_safe_is_found(here: County) -> None:
    """Marked as sent, and dead before it was: acknowledged, not in the log."""
    here.transfer()
    here.nodes[F].start(Start("relay.before_send", plant=plants.mark_as_sent_before_kafka_has_it))
    assert here.nodes[F].wait_for_end() == -9

    verdict = judged(here)

    assert {"lost-write", "views-differ"} <= verdict.failures.keys()


def test_rejected_events_balance_and_an_untold_rejection_is_found(here: County) -> None:
    """One side never held them: no view has them; what is built on them is void; both sides know which they are."""
    here.nodes[F].start_ready()
    here.nodes[P].start_ready(Start(plant=partial(plants.refuse, "ClueSupplemented")))
    here.transfer()
    federation, (clue_id,) = here.agencies[F].federation(), here.clues
    for _ in range(2):
        federation.supplement(clue_id, an_event(ClueSupplemented))
    here.wait_until(lambda: len(here.side(F).rejections()) == 2)
    federation.withdraw(clue_id, an_event(ClueWithdrawn))
    verdict = here.require_nothing_lost()
    assert (verdict.total("applied"), verdict.total("dead_lettered")) == (2, 2)

    with here.agencies[F].store.transaction() as transaction:
        transaction.exec_driver_sql("DELETE FROM rejection")

    assert here.check().failures.keys() == {"rejections-differ"}


def test_a_receipt_before_the_event_is_durable_is_found(here: County) -> None:
    """Told to the sender, and dead before it was true."""
    here.transfer()
    here.nodes[F].start_ready()
    here.wait_until(lambda: here.has_relayed(F))
    here.nodes[P].start(Start("loop.before_commit:after-1", plant=plants.acknowledge_before_it_is_durable))
    assert here.nodes[P].wait_for_end() == -9

    verdict = here.check()

    assert "false-receipt" in verdict.failures
    assert here.require_nothing_lost().total("applied") == 1

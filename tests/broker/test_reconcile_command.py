"""
`clue-exchange reconcile` between two running nodes on a real Kafka: planted losses are named by clue and healed.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clue_exchange.logs import json_log
from console import restoring
from schemas.clue_events import ClueAccepted
from schemas.codes import Role
from tests.builders import an_event
from tests.desks import Desk
from tests.kafka_steps import delete_records, journals, relay_once
from tests.restoring import Exchange, exchange_of
from tests.two_sides import TwoSides

pytestmark = pytest.mark.broker


@pytest.fixture
def exchange(on_kafka: TwoSides, tmp_path: Path) -> Iterator[Exchange]:
    """Two agencies that agree on three clues."""
    on_kafka.write_files(tmp_path)
    with exchange_of(on_kafka, tmp_path) as exchange:
        accepted = exchange.sides.transfer().envelope.clue_id
        for _ in range(2):
            exchange.sides.transfer()
        exchange.settle()
        exchange.sides.procuratorate.procuratorate().accept(accepted, an_event(ClueAccepted))
        exchange.settle()
        exchange.sides.clock.forward(hours=1)
        yield exchange


def harm(exchange: Exchange, role: Role, *statements: str) -> None:
    with exchange.sides.side(role).store.transaction() as transaction:
        for statement in statements:
            transaction.exec_driver_sql(statement)


def test_a_planted_loss_is_named_by_clue_and_healed(exchange: Exchange) -> None:
    """The counterpart lost an event of ours, we one of theirs, and a view is another: one round finds all of it."""
    desk = Desk.of(exchange.sides.federation, exchange.folder)
    before = exchange.digests()
    lost = "DELETE FROM event WHERE event_type = '{}' AND number = {}"
    harm(exchange, Role.procuratorate, lost.format("ClueTransferred", 2), "UPDATE clue SET digest = 'x'")
    harm(exchange, Role.federation, lost.format("ClueAccepted", 1))

    with exchange.running():
        first = desk.run("reconcile", *desk.by("wang"), "--json", expected=1)
    told = json.loads(first.stdout)

    kinds = sorted(kind for each in told["differences"] for kind in each["kinds"])
    assert kinds == ["lacking_here", "lacking_there", "view_differs"]
    assert len(restoring.rebuild(exchange.sides.procuratorate).run(lambda *_: None).differing) == 2
    assert exchange.digests() == before


def test_records_that_kafka_lost_before_they_were_read_are_named_and_sent_again(exchange: Exchange) -> None:
    """The tail of a topic is gone: no gap shows it, and nobody waits for the timer."""
    federation = exchange.sides.federation
    desk = Desk.of(federation, exchange.folder)
    topic = journals(federation)[0]
    exchange.sides.transfer()
    with federation.producer() as producer:
        relay_once(federation, producer, json_log(exchange.told))
    delete_records(federation.settings.bootstrap, topic, before=-1)  # to the end
    exchange.sides.clock.forward(seconds=40)  # sent just now: not sent again; after a minute: probed

    with exchange.running():
        first = json.loads(desk.run("reconcile", *desk.by("wang"), "--json", expected=1).stdout)

    assert [each["kinds"] for each in first["differences"]] == [["lacking_there"]]
    assert len(exchange.digests()[1]) == 4


def test_a_counterpart_that_does_not_answer_is_told_as_such(exchange: Exchange) -> None:
    """Its node does not run: a sentence and an exit code, no stack trace."""
    desk = Desk.of(exchange.sides.federation, exchange.folder)

    refused = desk.run("reconcile", "--wait", "1", *desk.by("wang"), expected=1)

    assert "no answer within 1 s" in refused.output


def test_an_own_event_that_was_lost_is_read_back_when_the_node_starts_again(exchange: Exchange) -> None:
    """The other side names it, and cannot send it: our own topic holds it."""
    desk = Desk.of(exchange.sides.federation, exchange.folder)
    before = exchange.digests()
    with exchange.nodes():
        harm(exchange, Role.federation, "DELETE FROM event WHERE event_type = 'ClueTransferred' AND number = 2")
        told = json.loads(desk.run("reconcile", *desk.by("wang"), "--json", expected=1).stdout)

    exchange.settle()

    assert [each["kinds"] for each in told["differences"]] == [["own_lacking_here"]]
    assert exchange.digests() == before

"""
`clue-exchange lag` on a real Kafka: it says what Kafka's own tool says, and judges by what the loop did.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from clue_exchange.clock import system_clock
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.logs import Log
from clue_exchange.topics import topic_name
from console.wiring import RECEIVED
from consumers.lag.journal_lag import JournalLag, journal_lag
from consumers.lag.rules import EVERY, WINDOW, LagState
from consumers.lag.samples import LagSamples, lag_samples
from tests.desks import Desk
from tests.kafka_steps import delete_records, relay_once
from tests.kafka_tools import described_group
from tests.two_sides import TwoSides

pytestmark = pytest.mark.broker


@pytest.fixture
def topics(on_kafka: TwoSides) -> list[str]:
    """What the procuratorate takes in."""
    return [topic_name(on_kafka.federation.settings.agency, family) for family in RECEIVED]


def send(on_kafka: TwoSides, log: Log, clues: int = 1) -> None:
    """The federation transfers clues, and Kafka has them."""
    for _ in range(clues):
        on_kafka.transfer()
    with on_kafka.federation.producer() as producer:
        relay_once(on_kafka.federation, producer, log)


def take_in(on_kafka: TwoSides, log: Log) -> None:
    """All that the topics hold, as the node does it: with the hint that it leaves in its group."""
    on_kafka.procuratorate.loop(log).take_in_to_ends(lambda _done, _of: None)


def told(desk: Desk, expected: int) -> dict[str, Any]:
    """What the command says, by topic."""
    said = json.loads(desk.run("lag", "--json", expected=expected).stdout)
    assert said["kafka"] == "answers"
    return {journal["topic"]: journal for journal in said["journals"]}


def test_lag_is_what_kafkas_own_tool_says(
    on_kafka: TwoSides, topics: list[str], log: Log, tmp_path: Path, bootstrap: str
) -> None:
    """Position, end and difference of each journal of which anything was taken in."""
    on_kafka.write_files(tmp_path)
    desk = Desk.of(on_kafka.procuratorate, tmp_path)
    send(on_kafka, log, clues=3)
    take_in(on_kafka, log)
    send(on_kafka, log, clues=4)

    ours = told(desk, expected=1)
    kafkas = described_group(bootstrap, f"{on_kafka.procuratorate.settings.agency}.exchange")

    assert {row.topic: (row.current_offset, row.log_end_offset, row.lag) for row in kafkas} == {
        topic: (said["next_offset"], said["end_offset"], said["records_behind"])
        for topic, said in ours.items()
        if said["next_offset"] > 0
    }
    assert sorted(row.lag for row in kafkas) == [4, 4]
    assert all((said["seconds_behind"] > 0) is (said["records_behind"] > 0) for said in ours.values())


def test_a_node_that_never_ran_has_stopped(on_kafka: TwoSides, topics: list[str], log: Log, tmp_path: Path) -> None:
    """There are records, and nobody takes them in; where there are none all is well."""
    on_kafka.write_files(tmp_path)
    desk = Desk.of(on_kafka.procuratorate, tmp_path)
    before = told(desk, expected=0)
    send(on_kafka, log)
    after = told(desk, expected=1)

    assert {said["state"] for said in before.values()} == {"OK"}
    assert {topic.rpartition(".")[2]: said["state"] for topic, said in after.items()} == {
        "clues": "STOP",
        "case-progress": "OK",
        "keys": "STOP",
        "receipts": "OK",
    }


def test_a_position_that_the_topic_does_not_hold_is_named(
    on_kafka: TwoSides, topics: list[str], log: Log, tmp_path: Path, bootstrap: str
) -> None:
    """A retention that was too short: the other journals are judged all the same."""
    on_kafka.write_files(tmp_path)
    send(on_kafka, log, clues=2)
    delete_records(bootstrap, topics[0], 2)

    shown = Desk.of(on_kafka.procuratorate, tmp_path).run("lag", expected=1, columns=200).output

    assert shown.count("OUT OF RANGE") == 1
    assert shown.count("STOP") == 1


def test_the_states_of_a_loop(on_kafka: TwoSides, topics: list[str], log: Log) -> None:
    """A loop that works, one that stands, one that is silent; the history does not grow beyond its window."""
    agency, clock = on_kafka.procuratorate, on_kafka.clock
    clock.now = system_clock()
    samples = LagSamples(agency.store, clock)

    def noted(times: int) -> JournalLag:
        with JournalConsumer(agency.settings.bootstrap, dict.fromkeys(topics, 0), group_id="looks") as consumer:
            for _ in range(times):
                samples.take_when_due(consumer, topics)
                samples.take_when_due(consumer, topics)
                clock.forward(seconds=EVERY.total_seconds())
        return judged()

    def judged() -> JournalLag:
        with agency.store.reading() as transaction:
            return journal_lag(transaction, topics[0], {}, clock())

    idle = noted(3)
    send(on_kafka, log, clues=2)
    stands = noted(WINDOW)
    clock.forward(seconds=(EVERY * WINDOW).total_seconds())
    silent = judged()
    take_in(on_kafka, log)
    works = noted(1)

    assert [each.state for each in (idle, stands, silent, works)] == [
        LagState.OK,
        LagState.STALL,
        LagState.STOP,
        LagState.OK,
    ]
    assert [each.records_behind for each in (idle, stands, silent, works)] == [0, 2, 2, 0]
    with agency.store.reading() as transaction:
        assert [len(lag_samples(transaction, topic)) for topic in topics] == [WINDOW] * len(topics)

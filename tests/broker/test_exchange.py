"""
The whole way of an event, on a real Kafka: desk, ledger, outbox, relay, topic, loop, ledger of the other side.
"""

import io
import json
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from clue_exchange.errors import BrokerRefused
from clue_exchange.journals import Gap, read_position
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.logs import Log
from console.node import Node
from consumers import worklist
from schemas.case_events import AidDecided, ApplicationFiled, FundsPaid
from schemas.clue_events import ClueAccepted
from schemas.codes import Role
from tests.builders import an_event
from tests.kafka_steps import (
    DEADLINE_SECONDS,
    delete_records,
    delete_topic,
    journals,
    relay_once,
    states,
    take_in,
    wait_until,
)
from tests.two_sides import TwoSides, rows

pytestmark = pytest.mark.broker


@pytest.fixture
def running(on_kafka: TwoSides, log: Log) -> Iterator[TwoSides]:
    """The same, with both nodes running."""
    nodes = [Node(on_kafka.side(role), log) for role in Role]
    threads = [Thread(target=node.run) for node in nodes]
    for thread in threads:
        thread.start()
    yield on_kafka
    for node in nodes:
        node.stop()
    for thread in threads:
        thread.join(DEADLINE_SECONDS)
        assert not thread.is_alive()


def test_a_clue_goes_from_one_desk_to_the_other_and_back(running: TwoSides) -> None:
    """Transfer, acceptance, application, award and payment; both sides see the same at the end."""
    clue_id = running.transfer().envelope.clue_id
    wait_until(running.procuratorate, lambda: states(running.procuratorate) == {"transferred": 1})
    desk = running.procuratorate.procuratorate()
    desk.accept(clue_id, an_event(ClueAccepted))
    desk.file_application(clue_id, an_event(ApplicationFiled))
    desk.decide(clue_id, an_event(AidDecided))
    desk.pay(clue_id, an_event(FundsPaid))
    wait_until(running.federation, lambda: states(running.federation) == {"paid": 1})

    assert len(running.digests(clue_id)) == 1


def test_each_record_has_one_log_line_and_no_line_has_a_payload(running: TwoSides, log_text: io.StringIO) -> None:
    """Topic, number, event id, type, outcome; never who she is or what happened. Waiting for a key is told, too."""
    event_id = str(running.transfer().envelope.event_id)
    wait_until(running.procuratorate, lambda: '"applied"' in log_text.getvalue())

    lines = [json.loads(line) for line in log_text.getvalue().splitlines()]
    placed = [line for line in lines if line.get("event_id") == event_id]

    assert [line["outcome"] for line in placed] in (["applied"], ["waiting", "applied"])
    assert (placed[-1]["event"], placed[-1]["number"]) == ("record.placed", 1)
    assert "欧阳金丝雀" not in log_text.getvalue()
    assert "殴打" not in log_text.getvalue()


def test_a_record_that_was_sent_but_not_marked_is_sent_again_and_taken_in_once(on_kafka: TwoSides, log: Log) -> None:
    """What a kill between acknowledgement and mark leaves: twice in the log, once in the ledger."""
    federation, procuratorate = on_kafka.federation, on_kafka.procuratorate
    on_kafka.transfer()
    on_kafka.give(Role.procuratorate, on_kafka.keys_of(Role.federation))
    with federation.producer() as producer:
        relay_once(federation, producer, log)
        with federation.store.transaction() as transaction:
            transaction.exec_driver_sql("UPDATE outbox SET sent_at = NULL")
        relay_once(federation, producer, log)

    taken = take_in(procuratorate, dict.fromkeys(journals(federation), 0), log)

    assert taken == 2
    assert states(procuratorate) == {"transferred": 1}
    with procuratorate.store.reading() as transaction:
        position = "SELECT next_offset, next_number FROM journal_position WHERE topic LIKE '%.clues'"
        assert rows(transaction, position) == [(2, 2)]


def test_the_start_position_comes_from_the_ledger_not_from_kafka(on_kafka: TwoSides, log: Log) -> None:
    """Offsets that were reset by hand have no effect."""
    federation, procuratorate = on_kafka.federation, on_kafka.procuratorate
    start = dict.fromkeys(journals(federation), 0)
    on_kafka.transfer()
    with federation.producer() as producer:
        relay_once(federation, producer, log)
        take_in(procuratorate, start, log)
        on_kafka.transfer()
        relay_once(federation, producer, log)
    with JournalConsumer(procuratorate.settings.bootstrap, start, group_id="tool") as tool:
        assert tool.commit(start) is None

    stop = Event()
    loop = Thread(target=procuratorate.loop(log).run, args=(stop,))
    loop.start()
    wait_until(procuratorate, lambda: states(procuratorate) == {"transferred": 2})
    stop.set()
    loop.join(DEADLINE_SECONDS)

    with procuratorate.store.reading() as transaction:
        assert worklist.outcomes(transaction) == {"applied": 2}


def test_records_that_were_deleted_are_missing_and_the_rest_is_taken_in(on_kafka: TwoSides, log: Log) -> None:
    """Retention shorter than an outage: go on at the first record that exists; the numbers before it are a gap."""
    federation, procuratorate = on_kafka.federation, on_kafka.procuratorate
    clues = journals(federation)[0]
    for _ in range(3):
        on_kafka.transfer()
    with federation.producer() as producer:
        relay_once(federation, producer, log)
    delete_records(federation.settings.bootstrap, clues, before=2)

    stop = Event()
    loop = Thread(target=procuratorate.loop(log).run, args=(stop,))
    loop.start()
    wait_until(procuratorate, lambda: states(procuratorate) == {"transferred": 1})
    stop.set()
    loop.join(DEADLINE_SECONDS)

    with procuratorate.store.reading() as transaction:
        assert read_position(transaction, clues).gaps == (Gap(1, 2),)


def test_a_node_whose_loop_must_stop_stops_as_a_whole(on_kafka: TwoSides, log: Log, log_text: io.StringIO) -> None:
    """Half a node would look alive; the reason is raised and stands in the log."""
    delete_topic(on_kafka.procuratorate.settings.bootstrap, journals(on_kafka.federation)[0])

    with pytest.raises(BrokerRefused):
        Node(on_kafka.procuratorate, log).run()

    events = [json.loads(line)["event"] for line in log_text.getvalue().splitlines()]
    assert events.count("node.failed") == 1
    assert events[-1] == "node.stopped"

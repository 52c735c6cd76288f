"""
The whole way of an event, on a real Kafka: desk, ledger, outbox, relay, topic, loop, ledger of the other side.
"""

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import avro.io
import avro.schema
import pytest

from clue_exchange.errors import JournalStopped, PositionOutOfRange
from clue_exchange.kafka_clients import JournalConsumer, JournalProducer
from clue_exchange.kafka_records import OutgoingRecord
from clue_exchange.logs import Log, json_log
from clue_exchange.settings import Settings
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics, topic_name
from clue_exchange.wake import watch
from console.node import Node
from console.wiring import Agency
from consumers import worklist
from schemas.case_events import AidDecided, ApplicationFiled, FundsPaid
from schemas.catalog import EVENT_FAMILIES
from schemas.clue_events import ClueAccepted
from schemas.codes import Role
from tests.avro_spec import rabin
from tests.builders import an_event
from tests.two_sides import SetClock, TwoSides, rows

pytestmark = pytest.mark.broker

DEADLINE_SECONDS = 30
SCHEMAS = Path("schemas/avro")


@pytest.fixture
def log_text() -> io.StringIO:
    """What the nodes log."""
    return io.StringIO()


@pytest.fixture
def log(log_text: io.StringIO) -> Log:
    """The log of the nodes under test."""
    return json_log(log_text)


@pytest.fixture
def on_kafka(bootstrap: str, tmp_path: Path) -> Iterator[TwoSides]:
    """Two agencies of a region of their own, with their topics on the broker."""
    region = f"{uuid4().int % 1_000_000:06d}"
    names = {role: f"{role}-{region}" for role in Role}
    with TopicAdmin(bootstrap) as admin:
        ensure_topics(admin, names.values(), replicas=1)

    with ExitStack() as opened:
        agencies = {}
        for role, name in names.items():
            settings = Settings(
                agency=name,
                counterpart=names[role.other],
                database=f"sqlite:///{tmp_path}/{role}.db",
                bootstrap=bootstrap,
            )
            agencies[role] = opened.enter_context(closing(Agency.open(settings)))
        yield TwoSides(agencies[Role.federation], agencies[Role.procuratorate], SetClock())


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


def wait_until(agency: Agency, condition: Callable[[], bool]) -> None:
    """Wait, woken by each commit to the agency's database, until the condition holds."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    with closing(watch(agency.store)) as commits:
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in time"
            commits.wait(Event(), 0.2)


def states(agency: Agency) -> dict[str, int]:
    with agency.store.reading() as transaction:
        return dict(worklist.by_state(transaction))


def relay_once(agency: Agency, producer: JournalProducer, log: Log) -> int:
    with closing(watch(agency.store)) as commits:
        return agency.relay(producer, commits, log).relay_once()


def take_in(agency: Agency, next_offsets: dict[str, int], log: Log) -> int:
    """One batch of what the topics hold, read from these offsets."""
    with JournalConsumer(
        agency.settings.bootstrap, next_offsets, group_id=f"{agency.settings.agency}.test"
    ) as consumer:
        return agency.loop(log).take_in_once(consumer, 5_000)


def journals(agency: Agency) -> list[str]:
    return [topic_name(agency.settings.agency, family) for family in EVENT_FAMILIES]


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
    """Topic, number, event id, type, outcome; never who she is or what happened."""
    event_id = str(running.transfer().envelope.event_id)
    wait_until(running.procuratorate, lambda: event_id in log_text.getvalue())

    lines = [json.loads(line) for line in log_text.getvalue().splitlines()]
    placed = [line for line in lines if line.get("event_id") == event_id]

    assert len(placed) == 1
    assert (placed[0]["event"], placed[0]["outcome"], placed[0]["number"]) == ("record.placed", "applied", 1)
    assert "甲某" not in log_text.getvalue()
    assert "殴打" not in log_text.getvalue()


def test_a_record_that_was_sent_but_not_marked_is_sent_again_and_taken_in_once(on_kafka: TwoSides, log: Log) -> None:
    """What a kill between acknowledgement and mark leaves: twice in the log, once in the ledger."""
    federation, procuratorate = on_kafka.federation, on_kafka.procuratorate
    on_kafka.transfer()
    with federation.producer() as producer:
        relay_once(federation, producer, log)
        with federation.store.transaction() as transaction:
            transaction.exec_driver_sql("UPDATE outbox SET sent_at = NULL")
        relay_once(federation, producer, log)

    taken = take_in(procuratorate, dict.fromkeys(journals(federation), 0), log)

    assert taken == 2
    assert states(procuratorate) == {"transferred": 1}
    with procuratorate.store.reading() as transaction:
        assert rows(transaction, "SELECT next_offset, next_number FROM journal_position") == [(2, 2)]


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


def test_a_position_that_the_topic_does_not_hold_stops_the_loop(on_kafka: TwoSides, log: Log) -> None:
    """Never a silent jump to the earliest or latest record."""
    procuratorate = on_kafka.procuratorate
    on_kafka.transfer()
    on_kafka.give(Role.procuratorate, on_kafka.sent_by(Role.federation))

    with pytest.raises(PositionOutOfRange):
        procuratorate.loop(log).run(Event())


def test_twenty_poison_records_in_a_row_stop_the_loop_loudly(on_kafka: TwoSides, log: Log) -> None:
    """All twenty are dead-lettered and committed; then a person must look."""
    federation, procuratorate = on_kafka.federation, on_kafka.procuratorate
    clues = journals(federation)[0]
    with federation.producer() as producer:
        producer.send_all([OutgoingRecord(clues, b"key", b"junk") for _ in range(21)], DEADLINE_SECONDS)

    with pytest.raises(JournalStopped):
        procuratorate.loop(log).run(Event())

    with procuratorate.store.reading() as transaction:
        assert procuratorate.dead_letters.count(transaction) == 20
        assert rows(transaction, "SELECT next_offset FROM journal_position") == [(20,)]


def test_a_node_whose_loop_must_stop_stops_as_a_whole(on_kafka: TwoSides, log: Log, log_text: io.StringIO) -> None:
    """Half a node would look alive; the reason is raised and stands in the log."""
    on_kafka.transfer()
    on_kafka.give(Role.procuratorate, on_kafka.sent_by(Role.federation))

    with pytest.raises(PositionOutOfRange):
        Node(on_kafka.procuratorate, log).run()

    events = [json.loads(line)["event"] for line in log_text.getvalue().splitlines()]
    assert events.count("node.failed") == 1
    assert events[-1] == "node.stopped"


def read_with_avro(data: bytes, schemas: dict[bytes, avro.schema.Schema]) -> dict[str, Any]:
    """Read a single-object encoding with Apache's library."""
    assert data[:2] == b"\xc3\x01"
    value = avro.io.DatumReader(schemas[data[2:10]]).read(avro.io.BinaryDecoder(io.BytesIO(data[10:])))
    assert isinstance(value, dict)
    return value


def test_an_independent_reader_decodes_every_record_from_the_schema_files_alone(on_kafka: TwoSides, log: Log) -> None:
    """Apache avro, not the library that wrote, reads record and envelope of what stands in the topics."""
    federation = on_kafka.federation
    sent = [on_kafka.transfer() for _ in range(3)]
    with federation.producer() as producer:
        relay_once(federation, producer, log)
    texts = [path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.avsc")]
    schemas = {rabin(json.loads(text)): avro.schema.parse(text) for text in texts}
    start = {journals(federation)[0]: 0}

    with JournalConsumer(federation.settings.bootstrap, start, group_id="independent") as consumer:
        received = consumer.poll(5_000)
    records = [read_with_avro(record.value or b"", schemas) for record in received]
    envelopes = [read_with_avro(record["body"], schemas) for record in records]

    assert [record["number"] for record in records] == [1, 2, 3]
    assert [envelope["event_type"] for envelope in envelopes] == ["ClueTransferred"] * 3
    assert [envelope["clue_id"] for envelope in envelopes] == [str(event.envelope.clue_id) for event in sent]
    assert all(envelope["facts_schema"] in schemas for envelope in envelopes)

"""
What stands in the topics can be read without our code: Apache avro and the schema files are enough.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.logs import Log
from tests.independent_reader import known_schemas, read_framed
from tests.kafka_steps import journals, relay_once
from tests.two_sides import NAMES, TwoSides

pytestmark = pytest.mark.broker


def test_an_independent_reader_decodes_every_record_from_the_schema_files_alone(on_kafka: TwoSides, log: Log) -> None:
    """Apache avro, not the library that wrote, reads record and envelope of what stands in the topics."""
    federation = on_kafka.federation
    sent = [on_kafka.transfer() for _ in range(3)]
    with federation.producer() as producer:
        relay_once(federation, producer, log)
    start = {journals(federation)[0]: 0}

    with JournalConsumer(federation.settings.bootstrap, start, group_id="independent") as consumer:
        received = consumer.poll(30_000)
    records = [read_framed(record.value or b"") for record in received]
    envelopes = [read_framed(record["body"]) for record in records]

    assert [record["number"] for record in records] == [1, 2, 3]
    assert [envelope["event_type"] for envelope in envelopes] == ["ClueTransferred"] * 3
    assert [envelope["clue_id"] for envelope in envelopes] == [str(event.envelope.clue_id) for event in sent]
    assert all(envelope["facts_schema"] in known_schemas() for envelope in envelopes)


def test_every_record_of_a_demonstration_is_read_record_and_body(demo_folder: Path) -> None:
    """All that both nodes sent, keys and receipts too: the bytes of the outboxes are those that Kafka acknowledged."""
    sent: list[tuple[str, bytes]] = []
    for database in (demo_folder / "county").glob("*-110101.db"):
        with closing(sqlite3.connect(database)) as outbox:
            sent += outbox.execute("SELECT topic, value FROM outbox WHERE sent_at IS NOT NULL AND value IS NOT NULL")
    bodies = [(topic, read_framed(read_framed(value)["body"])) for topic, value in sent]

    events = [body for topic, body in bodies if topic.endswith((".clues", ".case-progress"))]
    assert len(events) > 700
    assert all(body["facts_schema"] in known_schemas() for body in events)
    assert {body["kind"] for topic, body in bodies if topic.endswith(".keys")} == {"facts", "person"}
    assert {body["recipient"] for topic, body in bodies if topic.endswith(".receipts")} == {*NAMES.values()}

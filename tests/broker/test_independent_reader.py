"""
What stands in the topics can be read without our code: Apache avro and the schema files are enough.
"""

import io
import json
from pathlib import Path
from typing import Any

import avro.io
import avro.schema
import pytest

from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.logs import Log
from tests.avro_spec import rabin
from tests.kafka_steps import journals, relay_once
from tests.two_sides import TwoSides

pytestmark = pytest.mark.broker

SCHEMAS = Path("schemas/avro")


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

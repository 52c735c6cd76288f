"""
Records and events as their bytes tell them: fastavro, the .avsc files and SHA-256, and nothing of the rooms under test.

Fingerprints are computed from the specification (tests/independent_reader.py).
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import fastavro

from tests.independent_reader import AVSC_FOLDER, canonical, crc_64_avro

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """
    One event as its bytes tell it.

    Attributes:
        hash: SHA-256 of the record's body.
        previous, seen: what its sender named; hex, or None.
        outcome, place, void: what the database that it was read from says of it; None for one read from Kafka.
    """

    topic: str
    number: int
    hash: str
    event_id: str
    clue_id: str
    sender: str
    previous: str | None
    seen: str | None
    record: bytes = field(repr=False)
    outcome: str | None = None
    place: int | None = None
    void: str | None = None


@cache
def _schemas() -> Mapping[bytes, Any]:
    found = {}
    for path in sorted(AVSC_FOLDER.glob("*.avsc")):
        text = json.loads(path.read_text(encoding="utf-8"))
        spelled = json.dumps(canonical(text), separators=(",", ":"), ensure_ascii=False)
        found[crc_64_avro(spelled.encode())] = fastavro.parse_schema(text)
    return found


def decode(data: bytes) -> dict[str, Any]:
    """
    The value of a single-object encoding.

    Raises:
        ValueError: it is none, or of no schema of ours.
    """
    if data[:2] != b"\xc3\x01" or data[2:10] not in _schemas():
        raise ValueError("not framed")
    try:
        value = fastavro.schemaless_reader(io.BytesIO(data[10:]), _schemas()[data[2:10]], None)
    except (EOFError, IndexError, UnicodeDecodeError, OverflowError) as error:
        raise ValueError("not readable") from error
    return dict(value) if isinstance(value, dict) else {}


def read_record(value: bytes | None) -> dict[str, Any] | None:
    """The record in a value of Kafka; None where there is none."""
    try:
        read = decode(value or b"")
    except ValueError:
        return None
    return read if "body" in read else None


def hash_of(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(record["body"]).hexdigest()


def as_event(topic: str, value: bytes, row: Row) -> Event:
    """The event in a stored record, with what its row says of it."""
    record = decode(value)
    envelope = decode(record["body"])
    previous, seen = (each.hex() if each is not None else None for each in (envelope["previous"], envelope["seen"]))
    return Event(
        topic=topic,
        number=record["number"],
        hash=hash_of(record),
        event_id=str(envelope["event_id"]).replace("-", ""),
        clue_id=str(envelope["clue_id"]).replace("-", ""),
        sender=envelope["sender"],
        previous=previous,
        seen=seen,
        record=value,
        outcome=row["outcome"],
        place=row["place"],
        void=row["void"],
    )

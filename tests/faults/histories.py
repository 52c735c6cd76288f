"""
What a run left behind, read as plain data: the tables of both databases as rows, the topics by a consumer of its own.

Nothing here or in the checker imports the software under test: a fault that it would not see in itself is seen here.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from kafka import KafkaConsumer, TopicPartition

from tests.faults.plain_records import Event, Row, as_event, hash_of, read_record

JOURNALS = ("clues", "case-progress")
"""The families of topics whose records are events, numbered without gaps."""
Batch: TypeAlias = list[tuple[str, str]]
"""What a log says of one batch: event ids, each with the outcome that it was placed with."""
END_OF_BATCH = ("batch.taken_in", "node.started")
QUIET_POLLS = 3
TABLES = {
    "event": "SELECT topic, number, record, outcome, place, void FROM event",
    "clue": "SELECT clue_id, state, turn, origin, urgent, applied, void, waiting, is_frozen, digest FROM clue",
    "aid_branch": "SELECT branch_id, clue_id, kind, asked_by, answer FROM aid_branch",
    "outbox": "SELECT topic, number, value, sent_at FROM outbox WHERE value IS NOT NULL",
    "position": "SELECT topic, next_offset, next_number FROM journal_position",
    "gap": "SELECT topic, first, last FROM journal_gap",
    "dead_letter": 'SELECT topic, "offset", number, sha256, reason FROM dead_letter',
    "rejection": "SELECT hash, topic, number, reason FROM rejection",
    "public_key": "SELECT topic, key_id, public, first, last FROM public_key",
}


@dataclass(frozen=True, slots=True)
class Side:
    """What one agency's database holds, and what its node has said in its log."""

    agency: str
    events: Mapping[str, Sequence[Event]]
    tables: Mapping[str, Sequence[Row]]
    told: Sequence[Batch]

    def positions(self) -> dict[str, int]:
        """Of the journals of the counterpart; those of the own ones say how far these were read back."""
        theirs = (row for row in self.tables["position"] if not row["topic"].startswith(f"{self.agency}."))
        return {row["topic"]: row["next_offset"] for row in theirs}

    def rejections(self) -> dict[str, str]:
        """Events of either party that can never be taken in, as this side knows them: reasons by their hashes."""
        return {row["hash"].hex(): row["reason"] for row in self.tables["rejection"]}

    def misses(self, topic: str, number: int) -> bool:
        """Whether this side knows that it lacks this number."""
        return any(r["topic"] == topic and r["first"] <= number <= r["last"] for r in self.tables["gap"])


@dataclass(frozen=True, slots=True)
class Log:
    """What a topic holds: `first` is the offset of its oldest record, `records` are its values by offset."""

    topic: str
    first: int
    records: Mapping[int, bytes | None]

    def offsets(self) -> dict[str, list[int]]:
        """Where each event stands, by its hash; what is no record of ours is left out."""
        found: dict[str, list[int]] = {}
        for offset, value in self.records.items():
            if (read := read_record(value)) is not None:
                found.setdefault(hash_of(read), []).append(offset)
        return found


@dataclass(frozen=True, slots=True)
class Histories:
    """Both sides and all journals of a county."""

    sides: tuple[Side, Side]
    logs: Mapping[str, Log]

    def ways(self) -> Iterable[tuple[Side, Side]]:
        """Sender and receiver, both ways round."""
        return (self.sides, self.sides[::-1])


def read_histories(databases: Mapping[str, str], bootstrap: str, node_logs: Iterable[Path] = ()) -> Histories:
    """Read everything, now: the databases by agency, the topics of these agencies, the logs of their nodes."""
    told = _told(node_logs)
    sides = [read_side(agency, url, told.get(agency, [])) for agency, url in databases.items()]
    topics = [f"{agency}.{family}" for agency in databases for family in (*JOURNALS, "receipts")]
    return Histories((sides[0], sides[1]), read_logs(bootstrap, topics))


def read_side(agency: str, url: str, told: Sequence[Batch] = ()) -> Side:
    """One agency's database, in one look."""
    tables = rows_of(url, TABLES)
    events: dict[str, list[Event]] = {}
    for row in tables["event"]:
        found = as_event(row["topic"], row["record"], row)
        events.setdefault(found.hash, []).append(found)
    return Side(agency, events, tables, told)


def rows_of(url: str, queries: Mapping[str, str]) -> dict[str, list[Row]]:
    """What these queries give, without the drivers' own ideas of ids and bytes."""
    if url.startswith("sqlite:///"):
        opened: Any = sqlite3.connect(url.removeprefix("sqlite:///"))
    else:
        opened = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))
    with closing(opened) as connection:
        cursor = connection.cursor()
        found: dict[str, list[Row]] = {}
        cursor.execute("BEGIN")
        for name, query in queries.items():
            cursor.execute(query)
            columns = [column[0] for column in cursor.description]
            found[name] = [dict(zip(columns, map(_plain, row), strict=True)) for row in cursor.fetchall()]
        connection.rollback()
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if type(value).__name__ == "UUID" or (isinstance(value, str) and len(value) == 36 and value.count("-") == 4):
        return str(value).replace("-", "")
    return value


def read_logs(bootstrap: str, topics: Sequence[str]) -> dict[str, Log]:
    """Read the only partition of each topic from its first record to its end."""
    parts = [TopicPartition(topic, 0) for topic in topics]
    consumer = KafkaConsumer(bootstrap_servers=bootstrap.split(","), enable_auto_commit=False, group_id=None)
    with closing(consumer):
        consumer.assign(parts)
        firsts, ends = consumer.beginning_offsets(parts), consumer.end_offsets(parts)
        for part in parts:
            consumer.seek(part, firsts[part])
        records: dict[str, dict[int, bytes | None]] = {topic: {} for topic in topics}
        quiet = 0
        while quiet < QUIET_POLLS and any((consumer.position(part) or 0) < ends[part] for part in parts):
            polled = consumer.poll(timeout_ms=1_000)
            quiet = 0 if polled else quiet + 1
            for batch in polled.values():
                for record in batch:
                    records[record.topic][record.offset] = record.value
    return {part.topic: Log(part.topic, firsts[part], records[part.topic]) for part in parts}


def _told(node_logs: Iterable[Path]) -> dict[str, list[Batch]]:
    """By agency, what its node has told in its log of each batch."""
    told: dict[str, list[Batch]] = {}
    for path in node_logs:
        batch: Batch = []
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            said: dict[str, Any] = json.loads(line) if line.startswith("{") and line.endswith("}") else {"event": ""}
            if said["event"] == "record.placed":
                batch.append((str(said["event_id"]).replace("-", ""), said["outcome"]))
            elif said["event"] in END_OF_BATCH and batch:
                told.setdefault(said["agency"], []).append(batch)
                batch = []
    return told


def count_by_hash(log: Log) -> Counter[str]:
    """How often each event stands in the log."""
    return Counter({event: len(offsets) for event, offsets in log.offsets().items()})

"""
How long a tombstoned key stays in the broker's files.

One embedded broker, one compacted topic with the settings of a `keys` topic but for the times, which are shortened so
that the answer comes in minutes: what is measured is what comes on top of `max.compaction.lag.ms`. The bytes of the
record are searched in every file of the broker, once with another record written afterwards, once without: Kafka looks
at the age of its active segment only when it writes.

Run: python -m benchmarks.erasure
"""

import json
import secrets
import sys
import tempfile
import time
from pathlib import Path

from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.kafka_clients import JournalProducer
from clue_exchange.kafka_records import OutgoingRecord, TopicSpec
from clue_exchange.topic_admin import TopicAdmin

LAG_MS = 2_000
PATIENCE_SECONDS = 90
LOOK_EVERY_SECONDS = 0.5

CONFIGS = {"cleanup.policy": "compact", "max.compaction.lag.ms": str(LAG_MS), "delete.retention.ms": "1000"}


def seconds_until_gone(folder: Path, bootstrap: str, topic: str, writes_on: bool) -> float | None:
    """Seconds from the acknowledged tombstone until no file of the broker has the key; None if it outlasts patience."""
    key, value = secrets.token_hex(16).encode(), secrets.token_bytes(300)
    with TopicAdmin(bootstrap) as admin:
        admin.create([TopicSpec(topic, 1, 1, CONFIGS)])
    with JournalProducer(bootstrap) as producer:
        producer.send_all([OutgoingRecord(topic, key, value), OutgoingRecord(topic, key, None)], 10)
        started = time.monotonic()
        if writes_on:
            time.sleep(LAG_MS / 1000)
            producer.send_all([OutgoingRecord(topic, b"another", b"record")], 10)
    while holds(folder, value):
        if time.monotonic() - started > PATIENCE_SECONDS:
            return None
        time.sleep(LOOK_EVERY_SECONDS)
    return round(time.monotonic() - started, 1)


def holds(folder: Path, value: bytes) -> bool:
    return any(value in path.read_bytes() for path in folder.rglob("*.log") if path.is_file())


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with EmbeddedKafka(folder, progress=lambda line: print(line, file=sys.stderr)) as kafka:
            figures = {
                "max_compaction_lag_seconds": LAG_MS / 1000,
                "gone_after_seconds_with_a_later_write": seconds_until_gone(folder, kafka.bootstrap, "a.keys", True),
                "gone_after_seconds_without_a_later_write": seconds_until_gone(
                    folder, kafka.bootstrap, "b.keys", False
                ),
            }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()

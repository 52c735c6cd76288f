"""
Steps of tests on a real Kafka: relay once, take in once, wait for a view.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from threading import Event

from kafka import KafkaAdminClient, TopicPartition

from clue_exchange.kafka_clients import JournalConsumer, JournalProducer
from clue_exchange.logs import Log
from clue_exchange.topics import topic_name
from clue_exchange.wake import watch
from console.wiring import Agency
from consumers import worklist
from schemas.catalog import EVENT_FAMILIES

DEADLINE_SECONDS = 90
"""For what takes a second on an idle machine."""
POLL_MS = 30_000
"""For records that are there: a poll returns as soon as it has one."""
DEMO_SECONDS = 270


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
    return agency.relay(producer, log).relay_once()


def take_in(agency: Agency, next_offsets: dict[str, int], log: Log) -> int:
    """One batch of what the topics hold, read from these offsets."""
    with JournalConsumer(
        agency.settings.bootstrap, next_offsets, group_id=f"{agency.settings.agency}.test"
    ) as consumer:
        return agency.loop(log).take_in_once(consumer, POLL_MS)


def journals(agency: Agency) -> list[str]:
    return [topic_name(agency.settings.agency, family) for family in EVENT_FAMILIES]


def clue_exchange(*words: str, expected: int = 0) -> str:
    """Run the command line in a process of its own; its standard output."""
    return clue_exchange_done(*words, expected=expected).stdout


def clue_exchange_done(*words: str, expected: int = 0) -> subprocess.CompletedProcess[str]:
    """The same, with all that the process said."""
    command = [sys.executable, "-m", "console", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEMO_SECONDS, check=False)
    assert done.returncode == expected, done.stdout + done.stderr
    return done


def delete_records(bootstrap: str, topic: str, before: int) -> None:
    """What an operator, or a short retention, does: the records before this offset are gone."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.delete_records({TopicPartition(topic, 0): before})
    admin.close()


def delete_topic(bootstrap: str, topic: str) -> None:
    """What an operator does by mistake."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.delete_topics([topic])
    admin.close()

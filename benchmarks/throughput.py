"""
How many events a second one node takes in, with everything on, when a backlog waits on an embedded Kafka.

Both agencies play the demonstration's stories at their desks, with real keys, sealing and signing; what the
procuratorate says of all clues is relayed to Kafka. The federation's node is then measured from a ledger that holds
its own events alone, as after a restore: a real consumer, SQLite with synchronous=FULL, log lines to a file. Key records
are taken in too, and counted extra.

Run: python -m benchmarks.throughput [events] [runs]
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.stages import Stages
from benchmarks.two_desks import Played, play
from clue_exchange.ceremony import hold_ceremony
from clue_exchange.clock import system_clock
from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.journals import read_position
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.keystore import PrivateKeys
from clue_exchange.logs import json_log
from clue_exchange.settings import Settings
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics, topic_name
from clue_exchange.wake import watch
from clue_exchange.workdays import china_date
from console.wiring import Agency
from consumers import loop, worklist
from schemas.catalog import EVENT_FAMILIES, Family
from schemas.codes import Role

EVENTS, RUNS = 10_000, 5
NAMES = {role: f"{role}-110101" for role in Role}
JOURNALS = [topic_name(NAMES[Role.procuratorate], family) for family in (*EVENT_FAMILIES, Family.KEYS)]


@dataclass(frozen=True, slots=True)
class Run:
    """What one run came to: `seconds` from the first poll to the last commit."""

    seconds: float
    processor_seconds: float
    largest_batch: int
    stages: dict[str, float]


def main() -> None:
    events, runs = (int(given) for given in [*sys.argv[1:], str(EVENTS), str(RUNS)][:2])
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        kafka = running.enter_context(EmbeddedKafka(folder / "kafka"))
        played = prepared(folder, kafka.bootstrap, events, running)
        print(f"{played.told[Role.procuratorate]} events of {len(played.clues)} clues wait", file=sys.stderr)
        taken = []
        for number in range(runs + 1):
            run = taken_in(folder / f"run-{number}", played, kafka.bootstrap)
            print(f"{played.told[Role.procuratorate] / run.seconds:.0f} events/s", file=sys.stderr)
            taken.append(run)
    print(json.dumps(report(played, taken[1:]), indent=2))  # the first one warms up

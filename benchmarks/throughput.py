"""
How many events a second one node takes in, with everything on, when a backlog waits on an embedded Kafka.

Both agencies play the demonstration's stories at their desks, with real keys, sealing and signing; what one side says
is relayed to Kafka. The other side's node is then measured from a ledger that holds its own events alone, as after a
restore: a real consumer, SQLite with synchronous=FULL, log lines to a file. Key records are taken in too, and not
counted as events. What the stages cost is sampled in a run of its own.

Run: python -m benchmarks.throughput [events] [runs]
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from statistics import median
from typing import Any

from benchmarks.stages import Stages
from benchmarks.two_desks import TwoDesks
from clue_exchange.clock import system_clock
from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.journal_counters import last_numbers
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.keys.ceremony import Ceremony, hold_ceremony
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.logs import json_log
from clue_exchange.settings import Settings
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics, topic_name
from clue_exchange.workdays import china_date
from console.node import settle_memory
from console.wiring import Agency
from consumers import worklist
from consumers.loop import MAX_RECORDS
from schemas.catalog import EVENT_FAMILIES, Family
from schemas.codes import Role

EVENTS, RUNS = 10_000, 5
NAMES = {role: f"{role}-110101" for role in Role}
SENDER = Role.procuratorate
RECEIVER = SENDER.other
JOURNALS = [topic_name(NAMES[SENDER], family) for family in (*EVENT_FAMILIES, Family.KEYS)]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, and the databases from which the receiver begins each run."""

    bootstrap: str
    ceremony: Ceremony
    events: int
    keys: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Run:
    """What one run came to: `seconds` from the first poll to the last commit."""

    seconds: float
    processor_seconds: float
    batches: int


def settings(role: Role, folder: Path, bootstrap: str) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    return Settings(
        agency=NAMES[role],
        counterpart=NAMES[role.other],
        database=f"sqlite:///{folder}/{role}.db",
        bootstrap=bootstrap,
        keys=folder,
        passphrase_file=folder / "passphrase",
        agreement=folder / "agreement.yaml",
    )


def opened(role: Role, folder: Path, bootstrap: str, ceremony: Ceremony) -> Agency:
    return Agency.assemble(settings(role, folder, bootstrap), ceremony.keys[role], ceremony.signed, system_clock)


def backlog(folder: Path, bootstrap: str, events: int) -> Backlog:
    """Play the stories, relay what the sender says, and give a fresh receiver its own events."""
    ceremony = hold_ceremony(NAMES, {role: PrivateKeys.generate() for role in Role}, china_date(system_clock()))
    with TopicAdmin(bootstrap) as admin:
        ensure_topics(admin, NAMES.values(), 1)
    with ExitStack() as opening:
        agencies = {r: opening.enter_context(closing(opened(r, folder / "played", bootstrap, ceremony))) for r in Role}
        desks = TwoDesks(agencies)
        desks.play(SENDER, events)
        relay(agencies[SENDER])
        keys_topic = topic_name(NAMES[SENDER], Family.KEYS)
        with agencies[SENDER].store.reading() as transaction:
            keys = last_numbers(transaction, [keys_topic])[keys_topic]
        receiver = opening.enter_context(closing(opened(RECEIVER, folder / "restored", bootstrap, ceremony)))
        with receiver.store.transaction() as transaction:
            receiver.ledger.append(transaction, desks.signed[RECEIVER])
    said = len(desks.signed[SENDER])
    return Backlog(bootstrap, ceremony, said, keys, folder)


def relay(agency: Agency) -> int:
    """Relay all that waits in the outbox; answers how many records that was."""
    with agency.producer() as producer, Path("/dev/null").open("w") as nowhere:
        relay = agency.relay(producer, json_log(nowhere))
        relayed = 0
        while sent := relay.relay_once():
            relayed += sent
    return relayed


def take_in(waiting: Backlog, folder: Path, stages: Stages | None = None) -> Run:
    """The whole backlog, through the receiver's own loop."""
    folder.mkdir()
    for file in (waiting.folder / "restored").glob("*.db"):
        copy(file, folder)
    with (
        closing(opened(RECEIVER, folder, waiting.bootstrap, waiting.ceremony)) as agency,
        (folder / "log").open("w") as log_file,
        JournalConsumer(waiting.bootstrap, dict.fromkeys(JOURNALS, 0), group_id="throughput") as consumer,
    ):
        loop = agency.loop(json_log(log_file, agency=NAMES[RECEIVER]))
        left, batches = waiting.events + waiting.keys, 0
        used, started = processor_seconds(), time.perf_counter()
        with stages.sampling() if stages else nullcontext():
            while left:
                left -= loop.take_in_once(consumer, 1_000)
                batches += 1
        run = Run(time.perf_counter() - started, processor_seconds() - used, batches)
        with agency.store.reading() as transaction:
            outcomes = worklist.outcomes(transaction)
    assert outcomes["waiting"] == 0
    return run


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def report(waiting: Backlog, runs: list[Run], stages: Mapping[str, float]) -> dict[str, Any]:
    rates = sorted(waiting.events / run.seconds for run in runs)
    sampled = sum(stages.values())
    middle = median(run.seconds for run in runs)
    return {
        "events": waiting.events,
        "key_records": waiting.keys,
        "events_a_second": {"median": round(median(rates)), "lowest": round(rates[0]), "highest": round(rates[-1])},
        "cores_used": round(median(run.processor_seconds / run.seconds for run in runs), 2),
        "most_records_a_batch": MAX_RECORDS,
        "batches": runs[0].batches,
        "microseconds_an_event": {
            stage: round(seconds / sampled * middle / waiting.events * 1e6, 1)
            for stage, seconds in sorted(stages.items(), key=lambda item: -item[1])
        },
    }


def main() -> None:
    given = [int(argument) for argument in sys.argv[1:]]
    events, runs = given + [EVENTS, RUNS][len(given) :]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with EmbeddedKafka(folder / "kafka") as kafka:
            waiting = backlog(folder, kafka.bootstrap, events)
            print(f"{waiting.events} events and {waiting.keys} key records wait", file=sys.stderr)
            settle_memory()
            stages = Stages()
            take_in(waiting, folder / "sampled", stages)
            taken = [take_in(waiting, folder / f"run-{number}") for number in range(runs)]
    print(json.dumps(report(waiting, taken, stages.seconds), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()

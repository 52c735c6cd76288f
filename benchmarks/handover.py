"""
How long an event takes from the commit at its sender to its visibility at the receiver, and an idle node's cost.

Two node processes on one embedded Kafka, SQLite, events one after the other; in the same run, on the same broker, the
raw way of a record of the same size through the same client and doors, without ledger, relay or loop, on a topic of its
own. The two take turns, some events each, so that both meet the same machine, whatever else it does.

Run: python -m benchmarks.handover
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from threading import Event

from clue_exchange.doors.local_security import local_security
from clue_exchange.kafka_clients import JournalConsumer, JournalProducer
from clue_exchange.kafka_records import OutgoingRecord, TopicSpec
from clue_exchange.store import Store
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.wake import watch
from console.demo.county import County, county
from console.demo.figures import handovers, percentiles
from console.demo.officers import Officers
from consumers import worklist
from schemas.clue_events import ClueTransferred
from schemas.codes import Role
from schemas.particulars import Particulars

EVENTS = 500
TURNS = 20
RECORD_BYTES = 700
IDLE_SECONDS = 10

FACTS = ClueTransferred.read(
    {
        "officer": "officer-1",
        "source": "S2",
        "categories": ["W2"],
        "urgent": True,
        "legal_basis": "consent",
        "found_on": date(2022, 3, 5),
        "persons": [{"number": 1, "role": "applicant", "age_band": "from_18_to_59", "id_number": "none"}],
    }
)
TOLD = {(Role.federation, 1): Particulars(name="甲某", narrative="来电人称被丈夫殴打,无处可去,求助。" * 4)}


def measured(running: County) -> tuple[list[float], list[float]]:
    """The raw way and the handover by turns: milliseconds from send to polled, and from commit to visible."""
    raw: list[float] = []
    with raw_way(running) as round_trip:
        for _ in range(TURNS):
            raw += [round_trip() for _ in range(EVENTS // TURNS)]
            exchange(running, EVENTS // TURNS)
    agency = running.agencies[Role.federation]
    with agency.store.reading() as transaction:
        sent = worklist.recorded_at(transaction, agency.settings.agency)
    taken = handovers(sent, running.nodes[Role.procuratorate].log_lines())
    assert len(taken) == len(raw)
    return raw, [milliseconds for _, milliseconds in taken.values()]


def exchange(running: County, events: int) -> None:
    """Transfers, each after the one before it has arrived; at the end both sides have heard of all of it."""
    officers = Officers(running.agencies)
    for _ in range(events):
        signed = running.agencies[Role.federation].federation().transfer(FACTS, TOLD)
        officers.wait_until_seen(Role.procuratorate, signed.envelope.clue_id, 1)
    officers.wait_until_acknowledged(Role.federation)


@contextmanager
def raw_way(running: County) -> Iterator[Callable[[], float]]:
    """What sends a record and answers the milliseconds until it is polled; nothing of ours beside the client."""
    settings = running.agencies[Role.procuratorate].settings
    topic, doors = f"{settings.agency}.raw", settings.security
    names = [agency.settings.agency for agency in running.agencies.values()]
    superuser = local_security(running.folder / "certificates", names).superuser
    with TopicAdmin(running.bootstrap, security=superuser) as admin:
        admin.create([TopicSpec(topic, 1, 1, {})])
    with (
        JournalProducer(running.bootstrap, security=doors) as producer,
        JournalConsumer(running.bootstrap, {topic: 0}, group_id=f"{settings.agency}.raw", security=doors) as consumer,
    ):

        def round_trip() -> float:
            started = time.perf_counter()
            producer.send_all([OutgoingRecord(topic, b"key", bytes(RECORD_BYTES))], 10)
            while not consumer.poll(1_000):
                pass
            return (time.perf_counter() - started) * 1_000

        round_trip()  # the first one waits for what is not asked for again
        yield round_trip


def idle_share(folder: Path) -> float:
    """The share of one core that a relay costs which only waits for a commit."""
    store = Store.open(f"sqlite:///{folder}/idle.db")
    commits = watch(store)
    before = resource.getrusage(resource.RUSAGE_SELF)
    commits.wait(Event(), IDLE_SECONDS)
    after = resource.getrusage(resource.RUSAGE_SELF)
    commits.close()
    store.close()
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used / IDLE_SECONDS


def rounded(milliseconds: Sequence[float]) -> dict[str, float]:
    return {**percentiles(milliseconds), "median": round(median(milliseconds), 2), "n": len(milliseconds)}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        share = idle_share(folder)
        with county(folder / "county", "110101", None, lambda line: print(line, file=sys.stderr)) as running:
            raw, handed_over = (rounded(each) for each in measured(running))
            figures = {
                "raw_round_trip_ms": raw,
                "handover_ms": handed_over,
                "times_raw": {p: round(handed_over[p] / raw[p], 2) for p in ("p50", "p95", "p99")},
                "idle_relay_share_of_a_core": round(share, 4),
            }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()

"""
How long an event takes from the commit at its sender to its visibility at the receiver, and an idle node's cost.

Two node processes on one embedded Kafka, SQLite, events one after the other; in the same run, on the same broker, the
raw way of a record of the same size through the same client, without ledger, relay or loop.

Run: python -m benchmarks.handover
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median
from threading import Event

from clue_exchange.kafka_clients import JournalConsumer, JournalProducer
from clue_exchange.kafka_records import OutgoingRecord
from clue_exchange.store import Store
from clue_exchange.topics import topic_name
from clue_exchange.wake import watch
from console.demo.county import County, county
from console.demo.figures import handovers, percentiles
from console.demo.officers import Officers
from consumers import worklist
from schemas.catalog import Family
from schemas.clue_events import ClueTransferred
from schemas.codes import Role
from schemas.particulars import Particulars

EVENTS = 500
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


def exchange(running: County) -> list[float]:
    """Transfers, each after the one before it has arrived: milliseconds from commit to visible."""
    agency = running.agencies[Role.federation]
    officers = Officers(running.agencies)
    for _ in range(EVENTS):
        signed = agency.federation().transfer(FACTS, TOLD)
        officers.wait_until_seen(Role.procuratorate, signed.envelope.clue_id, 1)
    with agency.store.reading() as transaction:
        sent = worklist.recorded_at(transaction, agency.settings.agency)
    taken = handovers(sent, running.nodes[Role.procuratorate].log_lines())
    return [milliseconds for _, milliseconds in taken.values()]


def raw_round_trip(running: County) -> list[float]:
    """The same client, broker and size, without anything of ours: milliseconds from send to polled."""
    settings = running.agencies[Role.procuratorate].settings
    topic, doors = topic_name(settings.agency, Family.RECEIPTS), settings.security
    taken = []
    with (
        JournalProducer(running.bootstrap, security=doors) as producer,
        JournalConsumer(running.bootstrap, {topic: 0}, group_id=f"{settings.agency}.raw", security=doors) as consumer,
    ):
        for _ in range(EVENTS):
            started = time.perf_counter()
            producer.send_all([OutgoingRecord(topic, b"key", bytes(RECORD_BYTES))], 10)
            while not consumer.poll(1_000):
                pass
            taken.append((time.perf_counter() - started) * 1_000)
    return taken


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
            figures = {
                "raw_round_trip_ms": rounded(raw_round_trip(running)),
                "handover_ms": rounded(exchange(running)),
                "idle_relay_share_of_a_core": round(share, 4),
            }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()

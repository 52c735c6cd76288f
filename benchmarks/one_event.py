"""
What one event costs of a processor on its way, without Kafka: a command, taking it in, taking in the receipt.

Wall time means little on a shared machine; processor time and the number of statements do. Two agencies on SQLite;
each transfer, with the key of its person, is a batch of its own, as at a node that has nothing else to do.

Run: python -m benchmarks.one_event [events]
"""

import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from sqlalchemy import event

from benchmarks.handover import FACTS, TOLD
from benchmarks.throughput import NAMES, opened
from clue_exchange.clock import system_clock
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.ceremony import hold_ceremony
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.workdays import china_date
from console.wiring import Agency
from schemas.codes import Role

EVENTS, WARM_UP = 200, 10
NOWHERE = "127.0.0.1:1"

T = TypeVar("T")


@dataclass(slots=True)
class Meter:
    """Processor milliseconds and statements, by the name of the step."""

    milliseconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statements: Counter[str] = field(default_factory=Counter)
    _step: str = ""

    def watch(self, agency: Agency) -> None:
        event.listen(agency.store.engine, "before_cursor_execute", self._count)

    def _count(self, *_: Any) -> None:
        self.statements[self._step] += 1

    def measure(self, step: str, run: Callable[[], T]) -> T:
        self._step, began = step, time.process_time()
        try:
            return run()
        finally:
            self.milliseconds[step].append((time.process_time() - began) * 1_000)
            self._step = ""

    def report(self) -> dict[str, Any]:
        return {
            step: {
                "processor_ms": round(median(each[WARM_UP:]), 2),
                "statements": round(self.statements[step] / len(each), 1),
            }
            for step, each in self.milliseconds.items()
        }


@dataclass(slots=True)
class Way:
    """The way from one agency to the other; offsets as Kafka would give them."""

    offsets: Counter[str] = field(default_factory=Counter)

    def said_by(self, agency: Agency) -> list[ReceivedRecord]:
        """What it has said since the last time, marked as sent."""
        with agency.store.transaction() as transaction:
            records = agency.outbox.pending(transaction, 100)
            agency.outbox.mark_sent(transaction, records)
        received = []
        for each in records:
            offset = self.offsets[each.topic]
            received.append(ReceivedRecord(each.topic, 0, offset, each.key, each.value, each.headers, 0))
            self.offsets[each.topic] += 1
        return received


def take_in(agency: Agency, records: Sequence[ReceivedRecord]) -> None:
    with agency.store.transaction() as transaction:
        taken = agency.batches().take_in(transaction, records)
    assert not taken.dead_letters


def measured(folder: Path, events: int) -> dict[str, Any]:
    ceremony = hold_ceremony(NAMES, {role: PrivateKeys.generate() for role in Role}, china_date(system_clock()))
    meter, way = Meter(), Way()
    with ExitStack() as opening:
        agencies = {role: opening.enter_context(closing(opened(role, folder, NOWHERE, ceremony))) for role in Role}
        sender, receiver = agencies[Role.federation], agencies[Role.procuratorate]
        for agency in agencies.values():
            meter.watch(agency)
        for _ in range(events):
            meter.measure("command", partial(sender.federation().transfer, FACTS, TOLD))
            meter.measure("taking in", partial(take_in, receiver, way.said_by(sender)))
            meter.measure("taking in the receipt", partial(take_in, sender, way.said_by(receiver)))
    return meter.report()


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measured(Path(name), events), indent=2))


if __name__ == "__main__":
    main()

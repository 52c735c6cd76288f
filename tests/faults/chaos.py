"""
The long random run: two nodes under load, faults that rotate, then healing, draining, and the checker.

The last line, and the only one on standard output:

    sent=812 = applied=800 void=12 waiting=0 dead_lettered=0 in_flight=0; lost 0, doubled 0, order violations 0, …

Run: make chaos SECONDS=180 SEED=7
"""

import argparse
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.errors import StoreBusy
from tests.faults.county import County, county
from tests.faults.injuries import INJURIES, Field, inflict
from tests.faults.schedule import Period, schedule

DRAIN_SECONDS = 200
SECONDS_BETWEEN_ACTS = 0.15
LOOK_EVERY_SECONDS = 0.25
KILLED = -9


def tell(line: str) -> None:
    """Progress is for a person who watches: the figures are the last line on standard output."""
    sys.stderr.write(f"{line}\n")


@dataclass(slots=True)
class Load:
    """Officers of both sides who go on acting, whatever breaks."""

    county: County
    choice: random.Random
    refused: Counter[str] = field(default_factory=Counter)
    _stop: Event = field(default_factory=Event)

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                self.county.act(self.choice)
            except StoreBusy as error:
                self.refused[type(error).__name__] += 1  # the officer was told that nothing was saved
            self._stop.wait(SECONDS_BETWEEN_ACTS)

    def stop(self) -> None:
        self._stop.set()


@dataclass(slots=True)
class Watch:
    """Looks at both sides while the run lasts; starts a node that ended by itself, and remembers that it did."""

    county: County
    ended: list[str] = field(default_factory=list)

    def until(self, moment: float) -> None:
        while (left := moment - time.monotonic()) > 0:
            time.sleep(min(left, LOOK_EVERY_SECONDS))  # the schedule is made of moments: passing them is the point
            self.county.look()
            self.notice()

    def notice(self) -> None:
        for node in self.county.nodes.values():
            if node.exit_code not in (None, 0, KILLED):
                why = [line.get("detail") for line in node.said("node.failed")][-1:]
                self.ended.append(f"{node.settings.agency} ended with {node.exit_code}: {why}")
                tell(f"  {self.ended[-1]}")
                node.start_again()


def play(field_: Field, periods: list[Period], seconds: float, watch: Watch) -> None:
    """Inject, hold, heal, and leave in peace for a while; again and again."""
    began = time.monotonic()
    for period in periods:
        watch.until(began + period.begins)
        tell(str(period))
        with ExitStack() as faults:
            for chosen in period.faults:
                faults.enter_context(inflict(field_, chosen))
            watch.until(time.monotonic() + period.holds)
        watch.notice()
    watch.until(began + seconds)


def heal(field_: Field) -> None:
    """Everything runs again, with no crash point armed."""
    for node in field_.county.nodes.values():
        node.stop()
        node.start_ready()


def run(seconds: float, seed: int, brokers: int, folder: Path) -> bool:
    """One run; whether all is well."""
    with EmbeddedKafka(folder / "kafka", brokers=brokers) as kafka, county(folder / "county", kafka.bootstrap) as here:
        here.start()
        load = Load(here, random.Random(seed + 1))  # noqa: S311  # a schedule, no secret
        watch = Watch(here)
        thread = Thread(target=load.run)
        thread.start()
        try:
            play(Field(here, kafka), schedule(seed, seconds, list(INJURIES)), seconds, watch)
        finally:
            load.stop()
            thread.join()
        tell(f"healing; refused to officers: {dict(load.refused) or 'nothing'}")
        heal(Field(here, kafka))
        tell(f"drained in {here.drain(DRAIN_SECONDS):.1f} s")
        verdict = here.check()
        tell(f"{verdict} seed={seed}")
        sys.stdout.write(f"{verdict.in_one_line()}\n")
        return verdict.is_good and not watch.ended


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    parser.add_argument("--brokers", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="keep databases and logs here")
    asked = parser.parse_args()
    tell(f"seed {asked.seed}")
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="clue-exchange-chaos-"))
    is_good = run(asked.seconds, asked.seed, asked.brokers, folder)
    if is_good and asked.folder is None:
        shutil.rmtree(folder)
    else:
        tell(f"databases and logs are in {folder}")
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()

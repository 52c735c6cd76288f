"""
Whether a partner that floods the broker is felt by another one (row 38): handover of a quiet county, before and during.

Counties with topics, databases and node processes of their own share one embedded Kafka, and all of them this machine.
The quiet one's federation transfers at an even pace all the time; the other's ten times as often, from a process of its
own. Nodes of real partners run on machines of their own; so a third county floods a second broker in between: what that
costs the quiet one is the price of the shared machine, and only what comes on top of it is that of the shared broker.

Run: python -m benchmarks.flood [seconds]
"""

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

from benchmarks.handover import FACTS, TOLD
from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.settings import Settings
from console.demo.county import County, county
from console.demo.figures import handovers, percentiles
from console.demo.officers import Officers
from console.wiring import Agency
from consumers import worklist
from schemas.codes import Role

SECONDS = 25.0
MORE_SECONDS = 5
"""A flood lasts for so much longer than the measurement in it."""
QUIET_A_SECOND, FLOOD_TIMES = 4.0, 10
STOP_SECONDS = 30


def transfer_evenly(agency: Agency, a_second: float, seconds: float) -> list[tuple[UUID, UUID]]:
    """Transfer at this pace for so long; the ids of each event and its clue. What is late is not made up for."""
    made = []
    began = time.monotonic()
    while (now := time.monotonic()) < began + seconds:
        envelope = agency.federation().transfer(FACTS, TOLD).envelope
        made.append((envelope.event_id, envelope.clue_id))
        time.sleep(max(0.0, now + 1 / a_second - time.monotonic()))
    return made


def flood(settings: Settings, seconds: float) -> None:
    """In a process of its own: the desk of the partner that floods."""
    agency = Agency.open(settings)
    transfer_evenly(agency, QUIET_A_SECOND * FLOOD_TIMES, seconds)
    agency.close()


@contextmanager
def flooded(loud: County, seconds: float) -> Iterator[None]:
    """Within the block this county floods its broker; it has begun when the block is entered."""
    settings = loud.agencies[Role.federation].settings
    process = multiprocessing.get_context("spawn").Process(target=flood, args=(settings, seconds + MORE_SECONDS))
    process.start()
    while process.is_alive() and not handovers_of(loud):
        time.sleep(0.1)
    yield
    process.join(STOP_SECONDS)


def handovers_of(running: County) -> Mapping[UUID, float]:
    """Milliseconds from commit to visible, for each event of the federation that has arrived."""
    agency = running.agencies[Role.federation]
    with agency.store.reading() as transaction:
        sent = worklist.recorded_at(transaction, agency.settings.agency)
    taken = handovers(sent, running.nodes[Role.procuratorate].log_lines())
    return {event_id: milliseconds for event_id, (_, milliseconds) in taken.items()}


def measured(quiet: County, seconds: float) -> list[float]:
    """Milliseconds of what the quiet county transfers in so many seconds, all of it."""
    made = transfer_evenly(quiet.agencies[Role.federation], QUIET_A_SECOND, seconds)
    officers = Officers(quiet.agencies)
    for _, clue_id in made:
        officers.wait_until_seen(Role.procuratorate, clue_id, 1)
    time.sleep(1)  # the log line follows the commit
    taken = handovers_of(quiet)
    return [taken[event_id] for event_id, _ in made]


def row(name: str, seconds: float, milliseconds: Sequence[float]) -> str:
    found = percentiles(milliseconds)
    rate = len(milliseconds) / seconds
    return f"| {name} | {len(milliseconds)} | {rate:.1f} | {found['p50']} | {found['p95']} | {found['p99']} |"


def rows(folder: Path, seconds: float) -> Iterator[str]:
    """The table's rows, each when it is measured."""
    with ExitStack() as running:
        here, elsewhere = (
            running.enter_context(EmbeddedKafka(folder / name, progress=tell)).bootstrap
            for name in ("here", "elsewhere")
        )
        quiet = running.enter_context(county(folder / "quiet", "110101", here, tell))
        loud = running.enter_context(county(folder / "loud", "110102", here, tell))
        far = running.enter_context(county(folder / "far", "110103", elsewhere, tell))
        measured(quiet, MORE_SECONDS)  # not counted: everything warms up
        yield row("quiet, before", seconds, measured(quiet, seconds))
        with flooded(far, seconds):
            yield row("quiet, while another broker is flooded", seconds, measured(quiet, seconds))
        with flooded(loud, seconds):
            yield row("quiet, while its broker is flooded", seconds, measured(quiet, seconds))
        yield row("quiet, afterwards", seconds, measured(quiet, seconds))
        yield row("the flood of its broker", seconds + MORE_SECONDS, list(handovers_of(loud).values()))


def tell(line: str) -> None:
    print(line, file=sys.stderr)


def main(seconds: float = SECONDS) -> None:
    print("| county | events | a second | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for line in rows(Path(name), seconds):
            print(line, flush=True)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))

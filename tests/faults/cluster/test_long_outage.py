"""Row 12: the brokers are away for long, and an officer goes on working."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.codes import Role
from tests.cluster_steps import County, unsent, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.long]

CLUES = 1_000
COMPLAINTS = 4
MOST_GROWTH_BYTES = 64 * 1024 * 1024


@contextmanager
def node_process(county: County, role: Role) -> Iterator[subprocess.Popen[bytes]]:
    """An agency's node in a process of its own, so that its memory can be looked at."""
    log = county.folder / f"{role}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "console", "node", str(county.config(role))], stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        os.kill(process.pid, signal.SIGTERM)
        code = process.wait(60)
    assert code == 0, log.read_text(encoding="utf-8")[-2_000:]


def resident_bytes(process: subprocess.Popen[bytes]) -> int:
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def complaints(county: County, role: Role) -> int:
    return (county.folder / f"{role}.log").read_text(encoding="utf-8").count('"relay.retried"')


def test_row_12_a_long_outage_fills_the_outbox_and_no_memory(county: County) -> None:
    """The outbox grows on disk, the node stays as large as it was and says what is wrong; then all of it arrives."""
    with node_process(county, Role.federation) as node, county.running(Role.procuratorate):
        county.transfer(1)
        county.drain()
        before = resident_bytes(node)
        county.cluster.kill(3)
        county.transfer(CLUES)
        wait_for(lambda: complaints(county, Role.federation) >= COMPLAINTS, 180)
        waiting, growth = unsent(county.sides.federation), resident_bytes(node) - before
        lines = complaints(county, Role.federation)
        county.cluster.heal()
        seconds = county.drain(180)

    assert waiting >= 2 * CLUES
    assert growth < MOST_GROWTH_BYTES
    assert lines < 10 * COMPLAINTS, "it spins"
    assert seconds < 120
    county.require_nothing_lost_and_nothing_doubled(1 + CLUES)

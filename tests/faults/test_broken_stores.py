"""
Rows 16, 17, 19, and a broker that is away: one clear line to the operator, no stack trace, and nothing spins.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from clue_exchange.embedded_kafka import EmbeddedKafka
from schemas.codes import Role
from tests.faults.county import County, county
from tests.faults.full_stores import (
    SAVED,
    desk_of,
    file_of,
    is_sound,
    require_clear_end,
    require_one_line,
    transfer_in_process,
)
from tests.faults.histories import rows_of
from tests.faults.nodes import FaultyNode, Start

pytestmark = [pytest.mark.broker, pytest.mark.slow]

F, P = Role.federation, Role.procuratorate
QUIET_SHARE = 0.5
"""Of one core, at most, for a node that waits for what is away."""


def largest(here: County, role: Role) -> int:
    """The size of the largest file of a side's database."""
    return max(path.stat().st_size for path in here.folder.glob(f"{file_of(here, role).stem}*"))


@contextmanager
def quiet(node: FaultyNode) -> Iterator[None]:
    """
    Require of what happens meanwhile that the node does not spin, and writes no stack trace.

    Raises:
        AssertionError: it used more than half a core, or it says `Traceback`.
    """
    began, used = time.monotonic(), node.cpu_seconds()
    yield
    share = (node.cpu_seconds() - used) / (time.monotonic() - began)
    assert share < QUIET_SHARE
    assert "Traceback" not in node.log.read_text(encoding="utf-8")


def test_row_16_a_command_on_a_full_disk_is_refused_and_saves_nothing(here: County) -> None:
    """Row 16: the officer reads one line; the database is sound, and the same command works when there is room."""
    desk = desk_of(here)
    before = rows_of(here.agencies[F].settings.database, SAVED)
    refused = transfer_in_process(desk, file_bytes=largest(here, F) // 2)

    require_one_line(refused)
    assert rows_of(here.agencies[F].settings.database, SAVED) == before
    assert is_sound(here, F)
    assert transfer_in_process(desk).returncode == 0


def test_row_17_a_receiver_on_a_full_disk_stops_and_goes_on_when_there_is_room(here: County) -> None:
    """Row 17: the node says why and ends; what it had taken in stays, and the rest comes when it starts again."""
    here.nodes[F].start_ready()
    here.nodes[P].start_ready()
    here.transfer()
    here.drain()
    here.nodes[P].stop()
    here.agencies[
        P
    ].close()  # the last connection empties the log into the file; a new one begins, and may not grow far
    here.nodes[P].start(Start(file_bytes=largest(here, P) // 2))
    here.transfer(60)
    assert here.nodes[P].wait_for_end(60) == 1

    require_clear_end(here.nodes[P])
    assert is_sound(here, P)
    assert here.require_nothing_lost().total("applied") == 61


def test_row_19_a_locked_database_is_waited_out(here: County) -> None:
    """Row 19: another program holds the lock for longer than SQLite waits; everything goes on afterwards."""
    here.start()
    with closing(sqlite3.connect(file_of(here, P), isolation_level=None)) as other, quiet(here.nodes[P]):
        other.execute("BEGIN IMMEDIATE")
        here.transfer(3)
        here.wait_until(lambda: any(line["error"] == "StoreBusy" for line in here.nodes[P].said("loop.retried")))
        other.execute("ROLLBACK")

    assert here.require_nothing_lost().total("applied") == 3


def test_row_19_a_node_that_starts_while_the_database_is_locked_waits(here: County) -> None:
    """It says so, and starts when the lock is gone."""
    with closing(sqlite3.connect(file_of(here, P), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        here.nodes[P].start()
        here.wait_until(lambda: here.nodes[P].said("store.awaited") != [])
        other.execute("ROLLBACK")
    here.transfer()

    assert here.require_nothing_lost().total("applied") == 1


def test_row_12_a_broker_that_is_away_is_waited_out(tmp_path: Path) -> None:
    """Row 12 in small (rows 10 and 11 have three brokers): officers go on, nothing spins, nothing is lost."""
    with EmbeddedKafka(tmp_path / "kafka") as kafka, county(tmp_path / "county", kafka.bootstrap) as here:
        here.start()
        here.transfer(2)
        here.drain()
        kafka.nodes[0].kill()
        with quiet(here.nodes[F]), quiet(here.nodes[P]):
            here.transfer(5)
            here.wait_until(lambda: here.nodes[F].said("relay.retried") != [])
        kafka.start()

        assert here.require_nothing_lost().total("applied") == 7

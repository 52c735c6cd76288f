"""
Rows 16, 17, 19, and a broker that is away: one clear line to the operator, no stack trace, and nothing spins.
"""

import json
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from clue_exchange.embedded_kafka import EmbeddedKafka
from schemas.codes import Role
from tests.desks import TRANSFER, Desk
from tests.faults.county import County, county
from tests.faults.histories import rows_of
from tests.faults.nodes import FaultyNode, Start

pytestmark = [pytest.mark.broker, pytest.mark.slow]

F, P = Role.federation, Role.procuratorate
SAVED = {table: f"SELECT * FROM {table}" for table in ("event", "clue", "outbox", "journal_counter", "data_key")}
QUIET_SHARE = 0.5
"""Of one core, at most, for a node that waits for what is away."""


def file_of(here: County, role: Role) -> Path:
    return Path(here.agencies[role].settings.database.removeprefix("sqlite:///"))


def is_sound(here: County, role: Role) -> bool:
    """Whether the database says so of itself."""
    with closing(sqlite3.connect(file_of(here, role))) as connection:
        return list(connection.execute("PRAGMA integrity_check")) == [("ok",)]


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
    desk = Desk.of(here.agencies[F], here.folder)
    words = [*TRANSFER, *desk.by("zhao"), "--particulars", "-", "--config", str(here.folder / f"{here.name(F)}.toml")]
    told = json.dumps({"federation:1": {"name": "欧阳金丝雀", "narrative": "来电人称被丈夫殴打。"}})

    def transfer(file_bytes: int) -> subprocess.CompletedProcess[str]:
        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, resource.RLIM_INFINITY))

        command = [sys.executable, "-m", "console", *words]
        return subprocess.run(  # the limit is the child's alone
            command, input=told, capture_output=True, text=True, preexec_fn=limit, check=False
        )

    before = rows_of(here.agencies[F].settings.database, SAVED)
    refused = transfer(file_bytes=largest(here, F) // 2)

    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: the database cannot be used: ")
    assert refused.stderr.count("\n") == 1
    assert rows_of(here.agencies[F].settings.database, SAVED) == before
    assert is_sound(here, F)
    assert transfer(file_bytes=resource.RLIM_INFINITY).returncode == 0


def test_row_17_a_receiver_on_a_full_disk_stops_and_goes_on_when_there_is_room(here: County) -> None:
    """Row 17: the node says why and ends; what it had taken in stays, and the rest comes when it starts again."""
    here.nodes[F].start_ready()
    here.nodes[P].start_ready()
    here.transfer()
    here.drain()
    here.nodes[P].stop()
    here.agencies[
        P
    ].close()  # the last connection empties the log into the file; a new log begins, and may not grow far
    here.nodes[P].start(Start(file_bytes=largest(here, P) // 2))
    here.transfer(60)
    assert here.nodes[P].wait_for_end(60) == 1
    log = here.nodes[P].log.read_text(encoding="utf-8")
    said = {line["error"] for line in here.nodes[P].said("node.failed")}

    assert said == {"StoreFailed"}
    assert "Traceback" not in log
    assert log.splitlines()[-1].startswith("Error: the database cannot be used: ")
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

"""
What the database promises whatever happens to its server, on SQLite and on PostgreSQL.
"""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from clue_exchange.errors import StoreBusy, StoreFailed
from clue_exchange.store import Store
from clue_exchange.wake import watch
from tests.two_sides import TwoSides, rows

OTHERS = "pid <> pg_backend_pid() AND datname = current_database()"
CUT = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OTHERS}"


def test_several_processes_may_open_an_empty_database_at_once(store_url: str) -> None:
    """Each finds all tables; none stumbles over another that creates them."""
    program = f"from clue_exchange.store import Store; Store.open({store_url!r}).close()"
    started = [subprocess.Popen([sys.executable, "-W", "ignore", "-c", program]) for _ in range(4)]

    assert [process.wait(60) for process in started] == [0, 0, 0, 0]


def test_a_statement_that_the_database_refuses_shows_no_parameters(sides: TwoSides) -> None:
    """An error of the driver never leaves with what was written."""
    sides.transfer()

    def write_twice() -> None:
        with sides.federation.store.transaction() as transaction:
            copy = text("INSERT INTO journal_counter (topic, last_number) VALUES (:topic, 1)")
            transaction.execute(copy, {"topic": "federation-110101.clues"})

    with pytest.raises(StoreFailed) as refused:
        write_twice()

    assert "federation-110101" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)  # SQLite has no server, and no connection to cut
def test_connections_that_the_server_cut_are_replaced(sides: TwoSides) -> None:
    """A restart of the server costs an attempt, not the node."""
    store = sides.federation.store
    other = Store.open(store.engine.url.render_as_string(hide_password=False))
    with closing(watch(store)) as commits:
        with other.reading() as transaction:
            rows(transaction, CUT)
        with pytest.raises(StoreBusy):
            commits.wait(Event(), 60)
    other.close()

    sides.transfer()

    with closing(watch(store)) as commits:
        commits.wait(Event(), 0.1)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # PostgreSQL's files are its server's
def test_a_new_database_is_its_owners_alone(sides: TwoSides) -> None:
    """Coded facts, names of officers, hashes of passphrases: whatever the umask says, no other account reads them."""
    sides.transfer()
    path = Path(sides.federation.store.engine.url.database or "")

    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.glob(f"{path.name}*")}

    assert set(modes) >= {path.name, f"{path.name}-wal"}
    assert set(modes.values()) == {0o600}


def test_a_file_that_is_no_database_is_told_as_such(tmp_path: Path) -> None:
    """Whoever is on call learns what is wrong with it."""
    path = tmp_path / "agency.db"
    path.write_bytes(b"nonsense" * 1_000)

    with pytest.raises(StoreFailed, match="not a database"):
        Store.open(f"sqlite:///{path}")


def test_a_look_is_one_moment(sides: TwoSides) -> None:
    """What others commit meanwhile is not seen by a look that has begun."""
    with sides.federation.store.reading() as transaction:
        before = rows(transaction, "SELECT count(*) FROM event")
        sides.transfer()
        during = rows(transaction, "SELECT count(*) FROM event")

    assert before == during == [(0,)]

"""The schedule of the long random run, and faults that meet."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults import injuries
from tests.faults.injuries import INJURIES, locked
from tests.faults.schedule import schedule

NAMES = list(INJURIES)


def test_the_same_seed_gives_the_same_schedule() -> None:
    """What a seed found can be looked at again."""
    assert schedule(7, 180, NAMES) == schedule(7, 180, NAMES) != schedule(8, 180, NAMES)


def test_every_fault_comes_and_so_does_peace() -> None:
    """In three minutes, for seeds that nobody chose: each fault, none at all, and more than one at once."""
    for seed in range(50):
        periods = schedule(seed, 180, NAMES)

        assert {chosen.name for period in periods for chosen in period.faults} == set(NAMES)
        assert {len(period.faults) for period in periods} >= {0, 1, 2}
        assert all(period.quiet > 0 for period in periods)


def test_a_run_begins_and_ends_in_time() -> None:
    """No fault is injected that could not be healed before the end."""
    assert all(period.begins + period.holds <= 60 for period in schedule(3, 60, NAMES))


def test_a_database_that_a_frozen_node_has_locked_stays_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frozen in the middle of writing, it keeps its lock: the run goes on, and nobody else writes."""
    monkeypatch.setattr(injuries, "LOCK_SECONDS", 0)
    database = tmp_path / "agency.db"
    with closing(sqlite3.connect(database, isolation_level=None, timeout=0)) as frozen:
        frozen.execute("CREATE TABLE event (id)")
        frozen.execute("BEGIN IMMEDIATE")
        with locked(database):
            pass
        frozen.execute("ROLLBACK")

        with locked(database), pytest.raises(sqlite3.OperationalError, match="locked"):
            frozen.execute("BEGIN IMMEDIATE")
        frozen.execute("BEGIN IMMEDIATE")

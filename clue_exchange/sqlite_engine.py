"""
SQLite as the exchange uses it: write-ahead log, one writer at a time who does not wait long, commits that survive.
"""

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError

BUSY_SECONDS = 5
RETRY_SECONDS = 0.01
LOOK_AGAIN_SECONDS = 0.001
_LOCKED = ("database is locked", "database table is locked")


def sqlite_engine(url: str) -> Engine:
    """An engine whose transactions begin as `Store` promises, on a file that is its owner's alone."""
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
        _make_own(Path(database))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: see _begin
        cursor = connection.cursor()
        _write_ahead(cursor)
        # FULL: a commit survives a power cut. secure_delete: what is deleted is overwritten.
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock at once, so that two commands on one clue queue up instead of failing at commit.
        if connection.get_execution_options().get("reading", False):
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection)

    return engine


def _begin_writing(connection: Connection) -> None:
    """
    Begin as the one writer, at most a millisecond after the one before has ended.

    SQLite itself would look again after 1, 2, 5, 10, 15 … milliseconds: longer than most transactions here take.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    _wait_for_locks(connection, 0)
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                if not is_locked(error.orig) or time.monotonic() > deadline:
                    raise
                time.sleep(LOOK_AGAIN_SECONDS)
            else:
                return
    finally:
        _wait_for_locks(connection, BUSY_SECONDS)


def _wait_for_locks(connection: Connection, seconds: int) -> None:
    """How long SQLite itself waits for a lock, by its own steps."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA busy_timeout={seconds * 1_000}").close()


def _make_own(path: Path) -> None:
    """A new database is its owner's alone, and so are the log and the index that SQLite keeps beside it."""
    with suppress(OSError):  # it is there already, or SQLite says what is wrong with the place
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Turn on the write-ahead log. Two that do it at once to a new database lock each other out, without a time-out."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return


def is_locked(error: BaseException | None) -> bool:
    """Whether SQLite says that somebody else has the lock: a reason to try again."""
    return isinstance(error, sqlite3.Error) and str(error).startswith(_LOCKED)

"""
Waking the relay: it waits here until somebody, in this process or another, has committed to the database.
"""

import sqlite3
import time
from threading import Event
from typing import Protocol

from clue_exchange.errors import StoreBusy
from clue_exchange.outbox import WAKE_CHANNEL
from clue_exchange.store import Store

LOOK_SECONDS, LOOK_OFTEN_SECONDS, OFTEN_FOR_SECONDS = 0.005, 0.001, 1.0
"""SQLite is asked every 5 ms, and every one for a second after a commit: docs/decisions/0005-waking-the-relay.md."""


class CommitWatch(Protocol):
    """Notices commits to the database."""

    def wait(self, stop: Event, seconds: float) -> None:
        """
        Return when something was committed since the last call returned, when `stop` is set, or after this time.

        No commit is missed: one that came between two calls ends the second at once.

        Raises:
            StoreBusy: the connection was cut; make a new watch.
        """

    def close(self) -> None: ...


def watch(store: Store) -> CommitWatch:
    """The watch that fits the database."""
    return SqliteWatch(store) if store.is_sqlite else PostgresqlWatch(store)


class SqliteWatch:
    """Looks at `PRAGMA data_version`, which changes when another connection commits, of whichever process."""

    def __init__(self, store: Store) -> None:
        self._connection = store.engine.raw_connection()
        self._cursor = self._connection.cursor()
        self._version = self._look()
        self._often_until = 0.0

    def wait(self, stop: Event, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (version := self._look()) == self._version:
            now = time.monotonic()
            if now > deadline or stop.wait(LOOK_OFTEN_SECONDS if now < self._often_until else LOOK_SECONDS):
                return
        self._version = version
        self._often_until = time.monotonic() + OFTEN_FOR_SECONDS

    def close(self) -> None:
        self._connection.close()

    def _look(self) -> int:
        try:
            self._cursor.execute("PRAGMA data_version")
        except sqlite3.Error:
            raise StoreBusy("the database to watch cannot be read") from None
        (version,) = self._cursor.fetchone() or (0,)
        return int(version)


class PostgresqlWatch:
    """Listens for the NOTIFY that the outbox sends with each commit."""

    def __init__(self, store: Store) -> None:
        import psycopg  # comes with the extra `postgres`

        self._cut = psycopg.OperationalError
        with store.translating():
            self._connection = store.engine.raw_connection()
            self._driver = self._connection.driver_connection
            if self._driver is None:
                raise StoreBusy("the connection to listen on was cut")
            self._driver.autocommit = True
            self._driver.execute(f"LISTEN {WAKE_CHANNEL}")

    def wait(self, stop: Event, seconds: float) -> None:
        if stop.is_set() or self._driver is None:
            return
        try:
            for _ in self._driver.notifies(timeout=seconds, stop_after=1):
                return
        except self._cut:
            raise StoreBusy("the connection to listen on was cut") from None

    def close(self) -> None:
        self._connection.invalidate()  # it must not go back into the pool: it still listens

"""
The database of one agency: SQLite by default, PostgreSQL where an agency runs more than one process.

Everything that belongs together is written in one `transaction`; what only looks uses `reading`.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, inspect, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from clue_exchange import (  # noqa: F401  # their tables join METADATA
    journal_tables,
    key_tables,
    node_tables,
    register_tables,
)
from clue_exchange.errors import StoreBusy, StoreFailed
from clue_exchange.sqlite_engine import is_locked, sqlite_engine
from clue_exchange.tables import METADATA

Transaction: TypeAlias = Connection
Upsert: TypeAlias = sqlite.Insert | postgresql.Insert

SQLITE = "sqlite"
_POSTGRESQL_TRANSIENT = ("40001", "40P01", "55P03", "57P01", "57P02", "57P03", "08")
"""Serialisation, deadlock, lock not available, shut-down of the server, connection lost."""
_CREATION_LOCK = 19_950_904
"""Any number, the same in every process."""


class Store:
    """
    An open database with all tables of the exchange.

    Thread-safe: each transaction has a connection of its own.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, url: str, tables: MetaData = METADATA) -> "Store":
        """
        Connect and create the tables that are missing.

        Raises:
            StoreFailed: no such server, no such folder, or not a database.
        """
        engine = sqlite_engine(url) if make_url(url).get_backend_name() == SQLITE else _postgresql_engine(url)
        with _translated():
            _create_missing(engine, tables)
        return cls(engine)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == SQLITE

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """
        All or nothing: commits at the end, rolls back on any exception.

        Raises:
            StoreBusy: locked, or the connection was cut: try again. Nothing was written, unless the connection was
                cut during the commit itself, when nobody can know: look first.
            StoreFailed: disk full, damaged, or refused by the database; nothing was written.
        """
        with _translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One consistent look that blocks no writer and writes nothing."""
        options: dict[str, Any] = {"reading": True}
        if not self.is_sqlite:  # SQLite's transaction is such a look by itself
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _translated(), self.engine.connect().execution_options(**options) as connection:
            yield connection

    def settle(self) -> bool:
        """
        Let nothing that was deleted linger: SQLite's log is emptied into the file, where deleted bytes are zeros.

        False where another connection still reads the old state; the next call, or the next start, does it then.
        PostgreSQL frees the rows by VACUUM; its own write-ahead log ages out by its settings.
        """
        if not self.is_sqlite:
            with _translated(), self.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
            return True
        with _translated(), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, *_ = cursor.fetchone() or (1,)
            return not is_busy

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Let the errors of a raw connection out as ours."""
        with _translated():
            yield

    def close(self) -> None:
        self.engine.dispose()


def insert_new(
    transaction: Transaction, table: Table, rows: Sequence[Mapping[str, Any]], key: str | None = None
) -> None:
    """Insert the rows whose key (the primary key, if none is named) is not there yet; the others stay as they are."""
    if rows:
        transaction.execute(_insert_new(transaction.dialect.name, table, key), list(rows))


def replace_rows(transaction: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows, all of the same columns, or write them over those with the same primary keys."""
    if rows:
        transaction.execute(_replace_rows(transaction.dialect.name, table, tuple(rows[0])), list(rows))


def is_sqlite(transaction: Transaction) -> bool:
    """SQLite has one writer at a time, so its transactions need no row locks; and it has no NOTIFY."""
    return transaction.dialect.name == SQLITE


@cache  # to put a statement together costs more than to run it
def _insert_new(dialect: str, table: Table, key: str | None) -> Upsert:
    columns = [table.c[key]] if key else list(table.primary_key)
    return _upsert(dialect, table).on_conflict_do_nothing(index_elements=columns)


@cache
def _replace_rows(dialect: str, table: Table, names: Sequence[str]) -> Upsert:
    keys = [column.name for column in table.primary_key]
    insert = _upsert(dialect, table)
    changed = {name: insert.excluded[name] for name in names if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=changed)


def _upsert(dialect: str, table: Table) -> Upsert:
    """An INSERT that can say ON CONFLICT, in the words of this database."""
    return sqlite.insert(table) if dialect == SQLITE else postgresql.insert(table)


def _postgresql_engine(url: str) -> Engine:
    # a connection that the server has closed meanwhile is found out before it is used
    return create_engine(url, pool_pre_ping=True, hide_parameters=True)


def _create_missing(engine: Engine, tables: MetaData) -> None:
    """Create what is missing; where nothing is, no lock is taken. Several processes may do this at once."""
    if set(tables.tables) <= set(inspect(engine).get_table_names()):
        return
    with engine.begin() as connection:
        if not is_sqlite(connection):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CREATION_LOCK})")
        tables.create_all(connection)


@contextmanager
def _translated() -> Iterator[None]:
    """SQLAlchemy's errors carry statements and parameters: only their class goes on."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or _is_transient(error):
            raise StoreBusy("the database is locked, does not answer, or its connection was cut") from None
        if isinstance(error, OperationalError) or type(error.orig) is sqlite3.DatabaseError:  # damaged, or none at all
            raise StoreFailed(f"the database cannot be used: {str(error.orig).splitlines()[0]}") from None
        raise StoreFailed(f"the database refused: {type(error).__name__}") from None
    except SQLAlchemyError as error:
        raise StoreFailed(f"the database cannot be used: {type(error).__name__}") from None


def _is_transient(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return is_locked(error.orig)
    # without a state no server answered: it is away, or starting
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, OperationalError) if state is None else state.startswith(_POSTGRESQL_TRANSIENT)

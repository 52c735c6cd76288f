"""
The promises of the storage, run on SQLite and on a real PostgreSQL.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clue_exchange.store import Store
from schemas.codes import Role
from tests.key_steps import Restart, restarted
from tests.postgresql import create_database
from tests.two_sides import SetClock, TwoSides, settings_for


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

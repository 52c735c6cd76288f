"""
A broker of its own for the rows of faults, a county for each, and how often a row kills: CLUE_EXCHANGE_FAULT_ROUNDS.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from clue_exchange.embedded_kafka import EmbeddedKafka
from schemas.codes import Role
from tests.faults.county import County, county
from tests.postgresql import create_database

ROUNDS_AT_HAND = 3
"""How often a row kills where nobody asks for more; .ci/run asks for 25."""


@pytest.fixture(scope="session")
def rounds() -> int:
    """How often a process is killed at each crash point."""
    return int(os.environ.get("CLUE_EXCHANGE_FAULT_ROUNDS", ROUNDS_AT_HAND))


@pytest.fixture(scope="session")
def fault_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """A broker for the rows that leave it alone."""
    with EmbeddedKafka(tmp_path_factory.mktemp("kafka")) as kafka:
        yield kafka


@pytest.fixture
def here(fault_kafka: EmbeddedKafka, tmp_path: Path) -> Iterator[County]:
    """A county on SQLite, with no node running yet."""
    with county(tmp_path, fault_kafka.bootstrap) as made:
        yield made


@pytest.fixture
def here_on_postgresql(fault_kafka: EmbeddedKafka, tmp_path: Path, postgresql_url: str) -> Iterator[County]:
    """The same on PostgreSQL."""
    databases = {role: create_database(postgresql_url, f"clue_exchange_{role}_faults") for role in Role}
    with county(tmp_path, fault_kafka.bootstrap, databases) as made:
        yield made

"""
What every tier of tests shares: hypothesis' settings, which tests stay together, a PostgreSQL for those that ask.
"""

import os
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, settings

from tests.postgresql import running_server

# A shared machine is slow at times: an example that takes long is no failure. The same examples in CI each time.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

DEAR_FIXTURES = ("session_cluster", "demo_folder", "doors", "fault_kafka")
"""What takes long to make: the tests that use one of these run in the same worker, so that it is made once."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Keep together, in one worker, the tests that share a dear fixture; the others by their file."""
    for item in items:
        used = [name for name in DEAR_FIXTURES if name in getattr(item, "fixturenames", ())]
        item.add_marker(pytest.mark.xdist_group(used[0] if used else str(item.path)))


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL server, until the last test is done."""
    with running_server() as url:
        yield url

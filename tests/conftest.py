"""
What every tier of tests shares: hypothesis' settings, which tests stay together, a PostgreSQL for those that ask, and
the search for persons in clear in all that the tests of a session leave behind and let out.
"""

import os
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, settings

from tests.canaries import HER_NAME, HER_WORDS, leaks
from tests.postgresql import running_server

# A shared machine is slow at times: an example that takes long is no failure. The same examples in CI each time.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

CANARIES = (HER_NAME, HER_WORDS)
SAID: list[str] = []

DEAR_FIXTURES = ("session_cluster", "demo_folder", "doors", "fault_kafka")
"""What takes long to make: the tests that use one of these run in the same worker, so that it is made once."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Keep together, in one worker, the tests that share a dear fixture; the others by their file."""
    for item in items:
        used = [name for name in DEAR_FIXTURES if name in getattr(item, "fixturenames", ())]
        item.add_marker(pytest.mark.xdist_group(used[0] if used else str(item.path)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what a test that passed let out: standard output, standard error, and what libraries logged."""
    if report.passed:
        SAID.extend(text for _, text in report.sections if any(word in text for word in CANARIES))


@pytest.fixture(scope="session", autouse=True)
def nobody_leaks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """When the last test is done, search all that this session has left and said for the canaries of the tests."""
    yield
    found = leaks(tmp_path_factory.getbasetemp(), CANARIES)
    assert found == [], "persons in clear in what the tests left"
    assert SAID == [], "persons in clear in what the tests let out"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL server, until the last test is done."""
    with running_server() as url:
        yield url

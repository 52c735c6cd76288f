"""One cluster of three brokers for the session; each test finds it whole, with a county of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster_steps import Cluster, County


@pytest.fixture(scope="session")
def session_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Runs until the last test of the cluster is done."""
    with Cluster.opened(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def cluster(session_cluster: Cluster) -> Iterator[Cluster]:
    """The session's cluster, whole before the test and after it."""
    session_cluster.heal()
    yield session_cluster
    session_cluster.heal()


@pytest.fixture
def county(cluster: Cluster, tmp_path: Path) -> Iterator[County]:
    """Two agencies straight on the brokers."""
    with County.founded(cluster, tmp_path, cluster.bootstrap) as county:
        yield county


@pytest.fixture
def linked_county(cluster: Cluster, tmp_path: Path) -> Iterator[County]:
    """Two agencies with a link between them and each broker."""
    with County.founded(cluster, tmp_path, cluster.through_links) as county:
        yield county

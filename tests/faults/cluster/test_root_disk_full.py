"""Row 18: the disk of a broker is full, a small file system of its own; as root."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.codes import Role
from tests.cluster_steps import Cluster, County, sent, wait_for
from tests.faults.small_disks import fill, make_room, mounted

pytestmark = [pytest.mark.broker, pytest.mark.root]

CLUES = 30
SIZE = "64m"


@pytest.fixture
def small_disks(tmp_path: Path) -> Iterator[list[Path]]:
    """Where the three brokers will keep their data: file systems of 64 MB."""
    folders = [tmp_path / "cluster" / f"node-{number}" / "data" for number in (1, 2, 3)]
    with mounted(folders, SIZE):
        yield folders


@pytest.fixture
def county(small_disks: list[Path], tmp_path: Path) -> Iterator[County]:
    """A county on a cluster of its own with these disks, after its first clues."""
    with (
        Cluster.opened(tmp_path / "cluster") as cluster,
        County.founded(cluster, tmp_path, cluster.bootstrap) as county,
    ):
        with county.running():
            county.transfer(CLUES)
            county.drain()
        yield county


def give_room(county: County, folders: list[Path]) -> None:
    """Delete what filled the disks, and start the brokers anew, as an operator would."""
    for node in county.cluster.kafka.nodes[: len(folders)]:
        node.kill()
    for folder in folders:
        make_room(folder)
    county.cluster.heal()


def test_row_18_a_full_disk_at_one_broker_stops_nothing(county: County, small_disks: list[Path]) -> None:
    """Its broker ends or loses its place; the two others hold every record."""
    with county.running():
        fill(small_disks[0])
        county.transfer(CLUES)
        county.drain()
        give_room(county, small_disks[:1])
        county.transfer(CLUES)
        county.drain()

    county.require_nothing_lost_and_nothing_doubled(3 * CLUES)


def test_row_18_full_disks_at_all_brokers_keep_everything_in_the_outbox(
    county: County, small_disks: list[Path]
) -> None:
    """Nothing is acknowledged that is not held; when there is room again all of it arrives."""
    topic = county.topic(Role.federation)
    with county.running():
        for folder in small_disks:
            fill(folder)
        county.transfer(CLUES)
        wait_for(lambda: bool(county.logged("relay.retried")))
        accepted = sent(county.sides.federation, topic)
        give_room(county, small_disks)
        county.require_acknowledged_is_held()
        county.drain()

    assert accepted < 2 * CLUES
    county.require_nothing_lost_and_nothing_doubled(2 * CLUES)

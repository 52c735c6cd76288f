"""Row 18: the disk of a broker is full, a small file system of its own; as root."""

import contextlib
import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.codes import Role
from tests.cluster_steps import Cluster, County, sent, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.root]

CLUES = 30
SIZE = "64m"
FILLER = "filler"


def run(*command: str) -> None:
    subprocess.run(command, check=True)


@pytest.fixture
def small_disks(tmp_path: Path) -> Iterator[list[Path]]:
    """Where the three brokers will keep their data: file systems of 64 MB."""
    folders = [tmp_path / "cluster" / f"node-{number}" / "data" for number in (1, 2, 3)]
    for folder in folders:
        folder.mkdir(parents=True)
        run("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder))
    yield folders
    for folder in folders:
        run("umount", "--lazy", str(folder))


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


def fill(folder: Path) -> None:
    """Leave no byte free."""
    with (folder / FILLER).open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    filler.write(b"\0" * size)
    with pytest.raises(OSError) as full:  # noqa: PT011  # the number is asked below
        (folder / "one more").write_bytes(b"\0" * 8192)
    assert full.value.errno == errno.ENOSPC


def make_room(county: County, folders: list[Path]) -> None:
    """Delete what filled the disks, and start the brokers anew, as an operator would."""
    for node in county.cluster.kafka.nodes[: len(folders)]:
        node.kill()
    for folder in folders:
        for name in (FILLER, "one more"):
            (folder / name).unlink(missing_ok=True)
    county.cluster.heal()


def test_row_18_a_full_disk_at_one_broker_stops_nothing(county: County, small_disks: list[Path]) -> None:
    """Its broker ends or loses its place; the two others hold every record."""
    with county.running():
        fill(small_disks[0])
        county.transfer(CLUES)
        county.drain()
        make_room(county, small_disks[:1])
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
        make_room(county, small_disks)
        county.require_acknowledged_is_held()
        county.drain()

    assert accepted < 2 * CLUES
    county.require_nothing_lost_and_nothing_doubled(2 * CLUES)

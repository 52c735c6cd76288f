"""
Rows 16 and 17 on file systems that are full to the last byte; as root. Files that may not grow: test_broken_stores.py.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from clue_exchange.embedded_kafka import EmbeddedKafka
from schemas.codes import Role
from tests.faults.county import County, county
from tests.faults.full_stores import (
    SAVED,
    desk_of,
    is_sound,
    require_clear_end,
    require_one_line,
    transfer_in_process,
)
from tests.faults.histories import rows_of
from tests.faults.small_disks import fill, make_room, mounted

pytestmark = [pytest.mark.broker, pytest.mark.root]

F, P = Role.federation, Role.procuratorate
SIZE = "8m"
"""Room for a database and for a log that SQLite lets grow to 4 MB before it empties it."""


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[Mapping[Role, Path]]:
    """Where each side keeps its database: a file system of 8 MB."""
    folders = {role: tmp_path / f"disk-of-{role}" for role in Role}
    with mounted(list(folders.values()), SIZE):
        yield folders


@pytest.fixture
def here(fault_kafka: EmbeddedKafka, disks: Mapping[Role, Path], tmp_path: Path) -> Iterator[County]:
    """A county with these disks."""
    databases = {role: f"sqlite:///{disks[role]}/{role}.db" for role in Role}
    with county(tmp_path / "county", fault_kafka.bootstrap, databases) as made:
        yield made


def position_and_events(here: County) -> tuple[int, int]:
    """Where the procuratorate's node reads on in the federation's clues, and how many of them it holds."""
    side = here.side(P)
    return side.positions()[here.topic(F)], len(side.events)


def test_row_16_a_command_on_a_full_file_system_is_refused_and_saves_nothing(
    here: County, disks: Mapping[Role, Path]
) -> None:
    """Row 16: the officer reads one line; the database is sound, and the same command works when there is room."""
    desk = desk_of(here)
    before = rows_of(here.agencies[F].settings.database, SAVED)
    fill(disks[F])
    refused = transfer_in_process(desk)

    require_one_line(refused)
    assert rows_of(here.agencies[F].settings.database, SAVED) == before
    assert is_sound(here, F)
    make_room(disks[F])
    assert transfer_in_process(desk).returncode == 0
    assert here.require_nothing_lost().total("applied") == 1


def test_row_17_a_receiver_on_a_full_file_system_stops_and_goes_on_when_there_is_room(
    here: County, disks: Mapping[Role, Path]
) -> None:
    """Row 17: the node says why and ends; its position names what it holds, and the rest comes when it starts again."""
    here.start()
    here.transfer(2)
    here.drain()
    fill(disks[P])
    here.transfer(20)
    ended = here.nodes[P].wait_for_end(60)
    position, held = position_and_events(here)

    assert ended == 1
    require_clear_end(here.nodes[P])
    assert position == held < 22
    assert is_sound(here, P)
    make_room(disks[P])
    assert here.require_nothing_lost().total("applied") == 22

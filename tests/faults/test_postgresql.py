"""
One pass of the faults on PostgreSQL: kills at the crash points, and connections that the server cuts.
"""

import random

import psycopg
import pytest

from clue_exchange.crash_points import CrashPoint
from schemas.codes import Role
from tests.faults.county import County
from tests.faults.nodes import dies_at

pytestmark = [pytest.mark.broker, pytest.mark.slow]

F, P = Role.federation, Role.procuratorate
POINTS: dict[CrashPoint, Role] = {
    "relay.before_mark": F,
    "loop.before_commit": P,
    "loop.before_offsets": P,
    "loop.in_receipt": P,
}


def cut_connections(here: County, role: Role) -> int:
    """End every connection to a side's database, as a failover does; answers how many there were."""
    database = here.agencies[role].settings.database.replace("postgresql+psycopg://", "postgresql://")
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with psycopg.connect(database) as connection:
        return len(connection.execute(f"{others} AND pid <> pg_backend_pid()").fetchall())


def test_rows_4_7_8_9_nodes_on_postgresql_that_die_at_crash_points_lose_nothing(
    here_on_postgresql: County, rounds: int
) -> None:
    """Rows 4, 7, 8, 9: the same promises, by the same checker."""
    here, choice = here_on_postgresql, random.Random(4)  # noqa: S311  # a schedule, no secret
    here.start()
    for _ in range(max(1, rounds // 3)):
        for point, role in POINTS.items():
            here.nodes[role].kill()
            here.transfer()
            here.act(choice, 3)
            here.nodes[role].start(dies_at(point))
            assert here.nodes[role].wait_for_end() == -9
            here.nodes[role].start()

    verdict = here.require_nothing_lost()

    assert verdict.sent >= len(POINTS)


def test_row_19_connections_that_are_cut_under_load_lose_nothing(here_on_postgresql: County) -> None:
    """Row 19: pg_terminate_backend in the middle of transactions; the nodes live on and try again (I2, I6)."""
    here = here_on_postgresql
    here.start()
    for _ in range(3):
        here.transfer(5)
        here.wait_until(lambda: cut_connections(here, P) > 0)  # those that were cut before are made anew first
        here.transfer(5)

    verdict = here.require_nothing_lost()

    assert verdict.total("applied") == 30
    assert {node.exit_code for node in here.nodes.values()} == {None}

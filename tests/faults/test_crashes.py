"""
Rows 2 to 8: a process killed at each crash point, again and again, and at random moments; the checker afterwards.
"""

import random
import time

import pytest

from clue_exchange.crash_points import CrashPoint
from schemas.codes import Role
from tests.faults.county import County
from tests.faults.nodes import dies_at

pytestmark = [pytest.mark.broker, pytest.mark.slow]

EVENTS_A_ROUND = 4
F, P = Role.federation, Role.procuratorate


SENDING: tuple[CrashPoint, ...] = ("relay.before_send", "relay.after_send", "relay.before_mark")


def kill_again_and_again(here: County, role: Role, point: CrashPoint, rounds: int) -> None:
    """So many lives of one node, each ended at this point, while the officers of both sides go on."""
    choice, node = random.Random(point), here.nodes[role]  # noqa: S311  # a schedule, no secret
    here.nodes[role.other].start_ready()
    for _ in range(rounds):
        here.transfer()
        here.act(choice, EVENTS_A_ROUND)
        node.start(dies_at(point))
        assert node.wait_for_end() == -9


def positions(here: County, role: Role) -> dict[str, int]:
    return here.side(role).positions()


@pytest.mark.parametrize("point", SENDING)
def test_rows_2_3_4_a_relay_that_dies_on_the_way_loses_nothing(here: County, point: CrashPoint, rounds: int) -> None:
    """
    Rows 2, 3, 4: before the send, between send and acknowledgement, between acknowledgement and mark.

    A node reads back its own journals before it sends, so what a dead one had sent and not marked does not even stand
    twice in the log, unless it reached the broker after that (docs/decisions/0015-read-back-before-work.md).
    """
    kill_again_and_again(here, F, point, rounds)

    verdict = here.require_nothing_lost()

    assert verdict.log_duplicates == 0 or point == "relay.after_send"


def test_row_6_a_receiver_that_dies_after_the_poll_takes_in_everything_once(here: County, rounds: int) -> None:
    """Row 6: nothing was taken in, so nothing is counted as taken."""
    here.transfer()
    before = positions(here, P)
    kill_again_and_again(here, P, "loop.before_receive", rounds)

    assert positions(here, P) == {**dict.fromkeys(positions(here, P), 0), **before}
    here.require_nothing_lost()


def test_row_7_a_receiver_that_dies_before_its_commit_leaves_nothing(here: County, rounds: int) -> None:
    """Row 7: events, position and what they make this side send commit together, or none of them does (I6)."""
    kill_again_and_again(here, P, "loop.before_commit", rounds)

    left = here.side(P)
    assert set(left.positions().values()) <= {0}
    assert {event.sender for found in left.events.values() for event in found} <= {left.agency}
    here.require_nothing_lost()


def test_row_8_a_receiver_that_dies_before_the_offset_commit_takes_in_nothing_twice(here: County, rounds: int) -> None:
    """Row 8: the window in which a consumer that commits after processing doubles an event each time."""
    kill_again_and_again(here, P, "loop.before_offsets", rounds)

    assert max(positions(here, P).values()) > 0
    here.require_nothing_lost()


def test_row_5_nodes_that_are_killed_at_random_moments_lose_nothing(here: County, rounds: int) -> None:
    """Row 5: `kill -9` of either node every 150 to 600 ms, under load."""
    choice = random.Random(5)  # noqa: S311  # a schedule, no secret
    here.start()
    for _ in range(rounds * 2):
        node = here.nodes[choice.choice(list(Role))]
        until = time.monotonic() + choice.uniform(0.15, 0.6)
        while time.monotonic() < until:
            here.act(choice)
        node.kill()
        node.start()

    here.require_nothing_lost()

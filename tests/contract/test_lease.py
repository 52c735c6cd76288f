"""
One node of an agency works at a time: the lease, on SQLite and on PostgreSQL.
"""

from collections.abc import Callable

import pytest

from clue_exchange.lease import Lease
from clue_exchange.store import Store
from tests.two_sides import SetClock


def lives(_: str) -> bool:
    """Nobody can see that the other process has ended."""
    return False


@pytest.fixture
def clock() -> SetClock:
    """A clock that both nodes go by."""
    return SetClock()


@pytest.fixture
def a_node(store: Store, clock: SetClock) -> Callable[[], Lease]:
    """The lease as another node of the agency sees it."""
    return lambda: Lease(store, clock, lives)


def test_the_first_node_works_and_the_second_stands_by(a_node: Callable[[], Lease]) -> None:
    """And the first may renew it as often as it likes."""
    first, second = a_node(), a_node()

    assert [first.take(), second.take(), first.take(), second.take()] == [True, False, True, False]


def test_a_node_that_stops_cleanly_lets_the_next_one_work_at_once(a_node: Callable[[], Lease]) -> None:
    """What is given back by somebody else has no effect."""
    first, second = a_node(), a_node()
    first.take()
    second.give_back()

    assert not second.take()
    first.give_back()
    assert second.take()
    assert not first.take()


def test_a_lease_that_is_not_renewed_is_lost_after_fifteen_seconds(
    a_node: Callable[[], Lease], clock: SetClock
) -> None:
    """Counted from when the second node saw it last, by the second node's clock."""
    first, second = a_node(), a_node()
    first.take()
    clock.forward(days=3)
    assert not second.take()
    clock.forward(seconds=14)
    assert not second.take()
    clock.forward(seconds=1)

    assert second.take()
    assert not first.take()


def test_a_lease_that_is_renewed_is_never_lost_to_a_clock(a_node: Callable[[], Lease], clock: SetClock) -> None:
    """A clock that is days ahead takes nothing from a node that lives."""
    first, second = a_node(), a_node()
    for _ in range(5):
        assert first.take()
        assert not second.take()
        clock.forward(days=1)


def test_a_process_that_is_gone_from_this_machine_loses_it_at_once(store: Store, clock: SetClock) -> None:
    """A node that is started again after a kill need not wait."""
    Lease(store, clock).take()

    assert Lease(store, clock, lambda _: True).take()

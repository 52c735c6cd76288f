"""Rows 14 and 15: the network between the nodes and the brokers is cut, slow and torn; the brokers never stop."""

import pytest

from clue_exchange.errors import BrokerUnavailable
from tests.cluster_steps import County, wait_for
from tests.links import BOTH_WAYS, Quality, Way

pytestmark = pytest.mark.broker

CLUES = 30
CRAWLING_SECONDS = 240
SLOW = Quality(delay_seconds=0.15, jitter_seconds=0.1, bytes_per_second=64_000, piece_bytes=700)
CRAWLING = Quality(delay_seconds=1.0, jitter_seconds=0.5, bytes_per_second=8_000, piece_bytes=4_096)


def cut_and_heal(county: County, ways: frozenset[Way]) -> None:
    """Cut while clues are handed over, until the sender has noticed."""
    with county.running():
        county.transfer(CLUES)
        county.drain()
        for link in county.cluster.links:
            link.cut(ways)
        county.transfer(CLUES)
        wait_for(lambda: bool(county.logged("relay.retried")))
        for link in county.cluster.links:
            link.heal()
        county.drain()


def test_row_14_the_network_is_cut_both_ways(linked_county: County) -> None:
    """Silence, and no connection that breaks: the sender notices by itself, keeps all, and goes on."""
    cut_and_heal(linked_county, BOTH_WAYS)

    assert {line["error"] for line in linked_county.logged("relay.retried")} == {BrokerUnavailable.__name__}
    linked_county.require_nothing_lost_and_nothing_doubled(2 * CLUES)


@pytest.mark.long
@pytest.mark.parametrize("way", Way, ids=lambda way: way.value)
def test_row_14_the_network_is_cut_one_way(linked_county: County, way: Way) -> None:
    """What was sent may be in the log and unacknowledged: it is sent again, and taken in once."""
    cut_and_heal(linked_county, frozenset({way}))

    linked_county.require_nothing_lost_and_nothing_doubled(2 * CLUES)


def test_row_14_every_connection_is_reset_again_and_again(linked_county: County) -> None:
    """Broken connections are made anew; nothing is skipped."""
    with linked_county.running():
        for _ in range(6):
            linked_county.transfer(10)
            for link in linked_county.cluster.links:
                link.reset()
        linked_county.drain()

    linked_county.require_nothing_lost_and_nothing_doubled(60)


def test_row_15_a_slow_and_torn_link_delays_and_loses_nothing(linked_county: County) -> None:
    """Pieces of 700 bytes, each some 150 ms late: nothing worse than an attempt more, and mostly none."""
    with linked_county.running():
        linked_county.transfer(1)
        linked_county.drain()
        for link in linked_county.cluster.links:
            link.quality = SLOW
        linked_county.transfer(CLUES)
        linked_county.drain()

    assert {line["error"] for line in linked_county.logged("relay.retried")} <= {BrokerUnavailable.__name__}
    linked_county.require_nothing_lost_and_nothing_doubled(1 + CLUES)


@pytest.mark.long
def test_row_15_a_link_that_crawls_carries_everything_all_the_same(linked_county: County) -> None:
    """An answer takes two seconds, give or take one, at 8 KB a second: slower than the clients wait for at first."""
    with linked_county.running():
        linked_county.transfer(1)
        linked_county.drain()
        for link in linked_county.cluster.links:
            link.quality = CRAWLING
        linked_county.transfer(CLUES)
        linked_county.drain(CRAWLING_SECONDS)

    linked_county.require_nothing_lost_and_nothing_doubled(1 + CLUES)

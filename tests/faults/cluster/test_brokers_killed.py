"""Rows 10, 11 and 13: brokers killed with SIGKILL while both nodes run. A killed process is not a power cut."""

import json

import pytest

from clue_exchange.errors import BrokerUnavailable
from schemas.codes import Role
from tests.cluster_steps import County, sent, wait_for
from tests.kafka_steps import clue_exchange

pytestmark = pytest.mark.broker

CLUES = 60


def test_row_10_the_leader_dies_under_load(county: County) -> None:
    """One of three killed: nothing acknowledged is missing, and the exchange goes on before the broker is back."""
    with county.running():
        county.transfer(CLUES)
        county.cluster.kill_leader_of(county.topic(Role.federation))
        county.transfer(CLUES)
        county.drain()

    assert len(county.cluster.kafka.pids) == 2
    county.require_nothing_lost_and_nothing_doubled(2 * CLUES)


def test_row_11_all_brokers_die_under_load_and_come_back(county: County) -> None:
    """What was acknowledged is there again; what was not waits in the outbox and arrives."""
    with county.running():
        county.transfer(CLUES)
        county.cluster.kill(3)
        county.transfer(CLUES)
        county.cluster.heal()
        county.drain()

    county.require_nothing_lost_and_nothing_doubled(2 * CLUES)


def test_row_13_without_a_majority_nothing_is_acknowledged(county: County) -> None:
    """Two of three killed: the outbox keeps everything and says so, and is empty soon after they are back."""
    federation = county.sides.federation
    with county.running():
        county.transfer(1)
        county.drain()
        county.cluster.kill(2)
        county.transfer(CLUES)
        wait_for(lambda: bool(relay_complaints(county)))
        accepted = sent(federation, county.topic(Role.federation))
        lag = json.loads(clue_exchange("lag", "--config", str(county.config(Role.federation)), "--json", expected=1))
        county.cluster.heal()
        county.drain()

    complaints = relay_complaints(county)
    assert accepted == 1
    assert lag["outbox"]["records"] >= 2 * CLUES, "each clue and her key"
    assert lag["kafka"] != "answers"
    assert {line["error"] for line in complaints} == {BrokerUnavailable.__name__}
    assert len(complaints) < 20, "it spins"
    county.require_nothing_lost_and_nothing_doubled(1 + CLUES)


def relay_complaints(county: County) -> list[dict[str, object]]:
    return [line for line in county.logged("relay.retried") if line["agency"] == county.topic(Role.federation)[:-6]]

"""Where the brokers of the embedded Kafka listen."""

import pytest

from clue_exchange.embedded import ports
from clue_exchange.embedded.ports import Ports, choose_ports

BROKERS = (1, 2, 3)


@pytest.mark.parametrize("first", [None, 20_010])
def test_no_two_brokers_are_given_the_same_port(monkeypatch: pytest.MonkeyPatch, first: int | None) -> None:
    """Neither at the first start nor at one that keeps addresses: those of a broker that is down look free."""
    monkeypatch.setattr(ports, "PORTS", range(20_000, 20_020))
    monkeypatch.setattr(ports, "is_free", lambda _: True)
    known: dict[int, Ports | None] = dict.fromkeys(BROKERS)

    for _ in range(50):
        chosen = choose_ports(known, first)
        given = [port for each in chosen.values() for port in vars(each).values()]

        assert len(set(given)) == len(given)
        known = {**chosen}

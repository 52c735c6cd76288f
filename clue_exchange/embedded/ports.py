"""
Where the brokers of the embedded Kafka listen: free ports of the loopback address, the same ones at each start.
"""

import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from clue_exchange.embedded.errors import PortTaken

HOST = "127.0.0.1"
PORTS = range(20_000, 30_000)  # below Linux's ephemeral range: a client that tries again and again while the broker is
# down can otherwise be given the broker's own port, and connect to itself


@dataclass(frozen=True)
class Ports:
    """
    Where one broker listens on the loopback address.

    Attributes:
        client: for producers, consumers and administrators.
        internal: for the other brokers.
        controller: for the quorum.
        scram: for clients with a password instead of a certificate; nobody listens there on an open broker.
        outside: for clients behind a network between them and us; nobody listens there where there is none.
    """

    client: int
    internal: int
    controller: int
    scram: int
    outside: int


def choose_ports(known: Mapping[int, Ports | None], first: int | None) -> dict[int, Ports]:
    """
    Give each broker its ports: for clients those that are known from the last start, or `first` and those after it.

    Raises:
        PortTaken: somebody else listens where clients look for the broker.
    """
    chosen = {port for last in known.values() if last for port in (last.client, last.scram, last.outside)}
    chosen |= {first + place for place in range(len(known))} if first else set()
    ports = {}
    for place, (node_id, last) in enumerate(known.items()):
        client = (first and first + place) or (last and last.client) or _free_port(chosen)
        if not is_free(client):
            raise PortTaken(client)
        chosen.add(client)
        rest = [port or _free_port(chosen) for port in ((last.scram, last.outside) if last else (0, 0))]
        ports[node_id] = Ports(client, _free_port(chosen), _free_port(chosen), *rest)
    return ports


def listeners(ports: Mapping[str, int]) -> str:
    """Spell listeners of the loopback address as Kafka reads them."""
    return ",".join(f"{name}://{HOST}:{port}" for name, port in ports.items())


def is_free(port: int) -> bool:
    """Tell whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Java does: closed connections do not count
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _free_port(chosen: set[int]) -> int:
    candidates = random.sample(PORTS, len(PORTS))  # two brokers that start at the same moment rarely try the same
    port = next(port for port in candidates if port not in chosen and is_free(port))
    chosen.add(port)
    return port

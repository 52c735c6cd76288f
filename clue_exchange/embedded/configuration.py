"""
What is set on the brokers of the embedded Kafka: one alone, or a cluster in which each is broker and controller.
"""

from collections.abc import Mapping
from pathlib import Path

from clue_exchange.embedded.ports import HOST, Ports, listeners
from clue_exchange.embedded.security import BrokerSecurity

REPLICAS_AT_MOST = 3

SETTINGS = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "INTERNAL",
    "listener.security.protocol.map": "CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT,OUTSIDE:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "unclean.leader.election.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "3000",  # after kill -9 the old registration must expire first: 9 s by default
    "broker.heartbeat.interval.ms": "500",
    "log.cleaner.dedupe.buffer.size": "16777216",  # 128 MiB by default, too much of our heap
    # what a request may cost of that heap, and how many of them at once: 100 MiB and 8 by default
    "socket.request.max.bytes": "16777216",
    "num.io.threads": "3",
    "log.cleaner.backoff.ms": "1000",  # every 15 s by default; an erased person's key goes sooner
}
FEWEST_REPLICAS_PREFIXES = ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")


def settings_for(
    node_id: int,
    ports: Mapping[int, Ports],
    data: Path,
    *,
    outside: Mapping[int, str],
    security: BrokerSecurity | None,
) -> dict[str, str]:
    """
    Give the settings of one broker of the cluster that these ports describe.

    With three or more every record has three replicas and is acknowledged once two hold it. `outside` names, per
    broker, the address (`host:port`) under which a network in between shows it to its clients.
    """
    own = ports[node_id]
    replicas = min(REPLICAS_AT_MOST, len(ports))
    doors = {"CLIENT": own.client} | ({"SCRAM": own.scram} if security else {}) | {"INTERNAL": own.internal}
    beyond = {"OUTSIDE": own.outside} if node_id in outside else {}
    shown = [listeners(doors), *(f"OUTSIDE://{outside[node_id]}" for _ in beyond)]
    settings = SETTINGS | {
        "node.id": str(node_id),
        "controller.quorum.voters": ",".join(f"{i}@{HOST}:{ports[i].controller}" for i in ports),
        "listeners": listeners(doors | beyond | {"CONTROLLER": own.controller}),
        "advertised.listeners": ",".join(shown),
        "log.dirs": str(data),
        "default.replication.factor": str(replicas),
        "min.insync.replicas": str(max(1, replicas - 1)),
    }
    for prefix in FEWEST_REPLICAS_PREFIXES:
        settings[f"{prefix}.num.partitions"] = "3"
        settings[f"{prefix}.replication.factor"] = str(replicas)
    for prefix in ("transaction.state.log", "share.coordinator.state.topic"):
        settings[f"{prefix}.min.isr"] = str(max(1, replicas - 1))
    return settings | (security.settings(node_id, len(ports)) if security else {})

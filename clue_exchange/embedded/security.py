"""
What makes an embedded broker a secured one: TLS on every listener, two authorities, an authorizer.
"""

from dataclasses import dataclass
from pathlib import Path

from clue_exchange.doors.certificates import BROKERS, ORGANISATION
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.doors.sasl import MECHANISM

CERTIFICATE_DOORS = ("client", "internal", "controller")
# A certificate of another unit is not that principal, whatever its name; no certificate of a client, and no user name,
# can read like a broker's, which is its whole subject.
PRINCIPALS = rf"RULE:^CN=([a-z0-9-]+),OU=clients,O={ORGANISATION}$/$1/,DEFAULT"

SETTINGS = {
    "listener.security.protocol.map": "CLIENT:SSL,SCRAM:SASL_SSL,INTERNAL:SSL,CONTROLLER:SSL",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "ssl.principal.mapping.rules": PRINCIPALS,
    "ssl.enabled.protocols": "TLSv1.3,TLSv1.2",
    "listener.name.scram.sasl.enabled.mechanisms": MECHANISM,
    f"listener.name.scram.{MECHANISM.lower()}.sasl.jaas.config": (
        "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    ),
}


def broker_name(node_id: int) -> str:
    """The name in a broker's certificates."""
    return f"broker-{node_id}"


@dataclass(frozen=True, slots=True)
class BrokerSecurity:
    """
    The brokers' side of their doors; broker `n` is certified as `broker-n` by both authorities.

    Attributes:
        clients: the folder of the authority whose certificates clients show and see.
        brokers: the folder of the authority of the brokers among themselves; a client's certificate is refused there.
        superuser: who may do anything; asks, at the start, whether the broker serves.
        superuser_name: the name in its certificate.
    """

    clients: Path
    brokers: Path
    superuser: KafkaSecurity
    superuser_name: str

    def settings(self, node_id: int, brokers: int) -> dict[str, str]:
        """Give what is set beside an open broker's settings, or in their place, in a cluster of so many."""
        name = broker_name(node_id)
        doors = {"client": self.clients, "scram": self.clients, "internal": self.brokers, "controller": self.brokers}
        each = [f"User:CN={broker_name(i)},OU={BROKERS},O={ORGANISATION}" for i in range(1, brokers + 1)]
        settings = SETTINGS | {"super.users": ";".join([f"User:{self.superuser_name}", *each])}
        for door, authority in doors.items():
            prefix = f"listener.name.{door}.ssl"
            settings |= {
                f"{prefix}.client.auth": "required" if door in CERTIFICATE_DOORS else "none",
                f"{prefix}.keystore.type": "PEM",
                f"{prefix}.keystore.location": str(authority / f"{name}-keystore.pem"),
                f"{prefix}.truststore.type": "PEM",
                f"{prefix}.truststore.location": str(authority / "ca.pem"),
            }
        return settings

"""
Everything for a secured cluster of one's own, in one folder: both authorities, the certificates of broker and clients.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from clue_exchange.clock import Clock, system_clock
from clue_exchange.doors.access_admin import AccessAdmin
from clue_exchange.doors.acls import acls_of_administrator, acls_of_agencies, acls_of_operator, grant_missing
from clue_exchange.doors.certificates import BROKERS, CLIENTS, Authority, Issued, show
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.embedded.security import BrokerSecurity, broker_name

SUPERUSER, ADMINISTRATOR, OPERATOR = "admin", "administrator", "operator"
RENEW_DAYS = 14


@dataclass(frozen=True, slots=True)
class LocalSecurity:
    """
    The doors of a local cluster.

    Attributes:
        broker: the broker's side, for `EmbeddedKafka(folder, security=...)`.
        agencies: each agency's node.
        superuser: may do anything; grants the first rights, and is not needed after.
        administrator: topics and rights, by ACL; no running node has it.
        operator: sees topics and groups, reads no record.
    """

    broker: BrokerSecurity
    agencies: Mapping[str, KafkaSecurity]
    superuser: KafkaSecurity
    administrator: KafkaSecurity
    operator: KafkaSecurity


def local_security(
    folder: Path, agencies: Iterable[str], clock: Clock = system_clock, *, brokers: int = 1
) -> LocalSecurity:
    """
    Make what is missing in the folder, and renew what ends within two weeks; the authorities stay.

    A broker that runs goes on with the certificate that it started with.
    """
    folder = folder.resolve()
    clients, among_brokers = (Authority.open(folder / name, clock) for name in (CLIENTS, BROKERS))
    for name in map(broker_name, range(1, brokers + 1)):
        for authority in (clients, among_brokers):
            if _is_due(authority.issued(name), clock):
                authority.issue_broker(name)

    def certified(name: str) -> KafkaSecurity:
        files = clients.issued(name)
        if _is_due(files, clock):
            clients.issue_client(name)
        return KafkaSecurity(ca=clients.certificate, certificate=files.certificate, key=files.key)

    superuser = certified(SUPERUSER)
    return LocalSecurity(
        broker=BrokerSecurity(clients.folder, among_brokers.folder, superuser, SUPERUSER),
        agencies={agency: certified(agency) for agency in agencies},
        superuser=superuser,
        administrator=certified(ADMINISTRATOR),
        operator=certified(OPERATOR),
    )


def grant_rights(bootstrap: str, local: LocalSecurity) -> None:
    """Let every agency cooperate with every other, the operator watch, and the administrator set topics up."""
    counterparts = {agency: [other for other in local.agencies if other != agency] for agency in local.agencies}
    wanted = acls_of_agencies(counterparts) | acls_of_operator(OPERATOR)
    wanted |= acls_of_administrator(ADMINISTRATOR, local.agencies)
    with AccessAdmin(bootstrap, security=local.superuser) as access:
        grant_missing(access, wanted)


def _is_due(files: Issued, clock: Clock) -> bool:
    return not files.keystore.exists() or show(files.certificate, clock()).days < RENEW_DAYS

"""What an administrator asks of the broker about rights: rules seen, added, removed, and users with a password."""

import time
from collections.abc import Callable, Iterable

from clue_exchange.connected import Connected
from clue_exchange.doors.acls import Acl, Operation, Pattern, Permission, Resource
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.doors.sasl import MECHANISM
from clue_exchange.errors import BrokerRefused, BrokerUnavailable
from clue_exchange.kafka_clients import KafkaAdminClient, connect, kafka_admin, translate, translated
from clue_exchange.kafka_settings import PATIENCE_MS

USER = "User:"
ITERATIONS = 8_192
HEARD_SECONDS = 30.0
ASK_AGAIN_SECONDS = 0.02

_RESOURCES = {kind: kafka_admin.ResourceType[kind.name] for kind in Resource}
_PATTERNS = {kind: kafka_admin.ACLResourcePatternType[kind.name] for kind in Pattern}
_OPERATIONS = {kind: kafka_admin.ACLOperation[kind.name] for kind in Operation}
_PERMISSIONS = {kind: kafka_admin.ACLPermissionType[kind.name] for kind in Permission}


class AccessAdmin(Connected):
    """
    Sees and changes rights; nothing counts as done that the broker refused, or does not go by yet.

    The library returns refusals in its results; here they are raised. The controller answers before the brokers have
    heard of a change; here it is waited for.
    """

    def __init__(
        self, bootstrap: str, *, security: KafkaSecurity | None = None, patience_ms: int = PATIENCE_MS
    ) -> None:
        self._admin = connect(KafkaAdminClient, bootstrap, patience_ms, security, request_timeout_ms=3 * patience_ms)

    def acls(self) -> frozenset[Acl]:
        """Give every rule of the cluster."""
        anything = kafka_admin.ResourcePatternFilter(
            kafka_admin.ResourceType.ANY, None, kafka_admin.ACLResourcePatternType.ANY
        )
        every = kafka_admin.ACLFilter(
            None, None, kafka_admin.ACLOperation.ANY, kafka_admin.ACLPermissionType.ANY, anything
        )
        with translated():
            found, _ = self._admin.describe_acls(every)
        return frozenset(map(_from_kafka, found))

    def grant(self, acls: Iterable[Acl]) -> None:
        """
        Add the rules; one that is there already stays as it is.

        Raises:
            BrokerRefused: for at least one of them; others may have been added.
        """
        wanted = [_to_kafka(acl) for acl in acls]
        with translated():
            failed = self._admin.create_acls(wanted)["failed"] if wanted else []
        if failed:
            raise translate(failed[0]())
        added = frozenset(map(_from_kafka, wanted))
        _wait_until(lambda: added <= self.acls())

    def revoke(self, acls: Iterable[Acl]) -> None:
        """
        Remove the rules; acts at the next record of a client that is connected.

        Raises:
            BrokerRefused: for at least one of them; others may have been removed.
        """
        unwanted = [_to_kafka(acl) for acl in acls]
        with translated():
            results = self._admin.delete_acls(unwanted) if unwanted else []
        for _, _, error in results:
            if getattr(error, "errno", 0):
                raise translate(error())
        removed = frozenset(map(_from_kafka, unwanted))
        _wait_until(lambda: not removed & self.acls())

    def set_password(self, username: str, password: str) -> None:
        """
        Let a user in by this password (SCRAM-SHA-512), and no longer by an earlier one; rights are the rules' matter.

        Raises:
            BrokerRefused: the broker will not; the message does not hold the password.
        """
        credential = kafka_admin.UserScramCredentialUpsertion(
            username, MECHANISM.replace("-", "_"), password, iterations=ITERATIONS
        )
        with translated():
            refusals = self._admin.alter_user_scram_credentials([credential])
        if refusal := refusals.get(username):
            raise BrokerRefused(f"user {username}: {refusal.rpartition(')')[2].strip()}")  # less Kafka's inner life
        _wait_until(lambda: self._is_user(username))

    def _is_user(self, username: str) -> bool:
        with translated():
            found = self._admin.describe_user_scram_credentials([username])
        return bool(found[username]["credential_infos"])

    def close(self) -> None:
        self._admin.close()


def _wait_until(is_heard: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HEARD_SECONDS
    while not is_heard():
        if time.monotonic() > deadline:
            raise BrokerUnavailable("the change of rights is accepted, and the broker does not go by it yet")
        time.sleep(ASK_AGAIN_SECONDS)


def _to_kafka(acl: Acl) -> "kafka_admin.ACL":
    pattern = kafka_admin.ResourcePattern(_RESOURCES[acl.resource], acl.name, _PATTERNS[acl.pattern])
    operation, permission = _OPERATIONS[acl.operation], _PERMISSIONS[acl.permission]
    return kafka_admin.ACL(f"{USER}{acl.principal}", acl.host, operation, permission, pattern)


def _from_kafka(acl: "kafka_admin.ACL") -> Acl:
    pattern = acl.resource_pattern
    return Acl(
        str(acl.principal).removeprefix(USER),
        Operation[acl.operation.name],
        Resource[pattern.resource_type.name],
        pattern.resource_name,
        Pattern[pattern.pattern_type.name],
        Permission[acl.permission_type.name],
        str(acl.host),
    )

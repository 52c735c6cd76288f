"""
Who may do what in Kafka, generated from the names of the agencies and of those who watch and administer.

Denied is whatever is not granted. Brokers need no rule: they are super users on listeners of their own, see
docs/decisions/0009. No Kafka import.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from clue_exchange.topics import topic_name
from schemas.catalog import Family

EVERYTHING = "*"
CLUSTER = "kafka-cluster"


class Resource(StrEnum):
    """What a rule is about."""

    TOPIC = "topic"
    GROUP = "group"
    CLUSTER = "cluster"
    TRANSACTIONAL_ID = "transactional-id"
    DELEGATION_TOKEN = "delegation-token"  # noqa: S105  # a kind of resource
    USER = "user"


class Pattern(StrEnum):
    """How a rule names its resources."""

    LITERAL = "literal"
    PREFIXED = "prefixed"


class Operation(StrEnum):
    """Kafka's operations; a right to read or write includes to describe, one to alter configs to describe them."""

    ALL = "all"
    READ = "read"
    WRITE = "write"
    CREATE = "create"
    DELETE = "delete"
    ALTER = "alter"
    DESCRIBE = "describe"
    CLUSTER_ACTION = "cluster-action"
    DESCRIBE_CONFIGS = "describe-configs"
    ALTER_CONFIGS = "alter-configs"
    IDEMPOTENT_WRITE = "idempotent-write"
    CREATE_TOKENS = "create-tokens"
    DESCRIBE_TOKENS = "describe-tokens"


class Permission(StrEnum):
    """A denial goes before every grant."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True, order=True)
class Acl:
    """
    One rule of the broker.

    Attributes:
        principal: the name in the certificate, or the user name; `*` is everybody.
        operation: one of Kafka's operations.
        resource, pattern, name: on what.
        permission, host: from where, and whether the rule grants or denies.
    """

    principal: str
    operation: Operation
    resource: Resource
    name: str
    pattern: Pattern = Pattern.LITERAL
    permission: Permission = Permission.ALLOW
    host: str = EVERYTHING

    def __str__(self) -> str:
        where = "" if self.host == EVERYTHING else f" from {self.host}"
        what = f"{self.resource} {self.name}{'…' if self.pattern is Pattern.PREFIXED else ''}"
        return f"{self.permission} {self.principal}{where} to {self.operation} {what}"


@dataclass(frozen=True, slots=True)
class AclDrift:
    """
    A difference between the rules that should be and those that are.

    Attributes:
        acl: the rule.
        is_missing: it should be there and is not; otherwise it is there and should not be.
    """

    acl: Acl
    is_missing: bool


class AclAdministrator(Protocol):
    """What is needed of `access_admin.AccessAdmin`."""

    def acls(self) -> frozenset[Acl]:
        """Give every rule of the cluster."""

    def grant(self, acls: Iterable[Acl]) -> None:
        """Add the rules."""

    def revoke(self, acls: Iterable[Acl]) -> None:
        """Remove the rules."""


def acls_for(agency: str, counterparts: Iterable[str]) -> frozenset[Acl]:
    """
    Say what an agency's node may do: write what is its own, read what is its counterparts'.

    The prefixes end in the dot: `federation-110101` would also be the beginning of `federation-1101011`.
    """
    own, groups = (_prefix(agency, kind) for kind in (Resource.TOPIC, Resource.GROUP))
    write, describe, configs, read = Operation.WRITE, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS, Operation.READ
    return frozenset(
        [
            *_rules(agency, (write, describe, configs, read), own),
            *_rules(agency, (read, describe), groups),
            *(acl for other in counterparts for acl in _readers(other, agency)),
        ]
    )


def acls_of_agencies(counterparts: Mapping[str, Iterable[str]]) -> frozenset[Acl]:
    """Say what all these agencies' nodes may do, each with its counterparts."""
    return frozenset(acl for agency, others in counterparts.items() for acl in acls_for(agency, others))


def acls_of_level(principal: str, agencies: Iterable[str]) -> frozenset[Acl]:
    """Say what a city or province may do: read the figures that these agencies published, and nothing else."""
    named = [(Resource.TOPIC, topic_name(each, Family.FIGURES), Pattern.LITERAL) for each in agencies]
    return frozenset(acl for where in named for acl in _rules(principal, (Operation.READ, Operation.DESCRIBE), where))


def acls_of_operator(principal: str) -> frozenset[Acl]:
    """Say what who watches may do: see every topic and group and how it is set, read no record."""
    everywhere = [(kind, EVERYTHING, Pattern.LITERAL) for kind in (Resource.TOPIC, Resource.GROUP)]
    operations = (Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS)
    return frozenset(acl for where in everywhere for acl in _rules(principal, operations, where))


def acls_of_administrator(principal: str, agencies: Iterable[str]) -> frozenset[Acl]:
    """Say what who sets topics and rules up may do: make and set the agencies' named topics, alter rules."""
    operations = (Operation.CREATE, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS, Operation.ALTER_CONFIGS)
    named = [(Resource.TOPIC, topic_name(each, family), Pattern.LITERAL) for each in agencies for family in Family]
    of_topics = [acl for where in named for acl in _rules(principal, operations, where)]
    return frozenset([*of_topics, Acl(principal, Operation.ALTER, Resource.CLUSTER, CLUSTER)])


def concerns(acl: Acl, agency: str) -> bool:
    """Tell whether the rule says what this agency may do, or who may do anything with what is this agency's."""
    if acl.principal == agency or acl.resource is Resource.CLUSTER:
        return True
    own = f"{agency}."
    if acl.pattern is Pattern.PREFIXED:
        return acl.name.startswith(own) or own.startswith(acl.name)
    return acl.name == EVERYTHING or acl.name.startswith(own)


def drift(wanted: Iterable[Acl], found: Iterable[Acl]) -> list[AclDrift]:
    """List every rule that is missing, then every one that nobody asked for; a changed rule is one of each."""
    wanted, found = frozenset(wanted), frozenset(found)
    missing = [AclDrift(acl, is_missing=True) for acl in sorted(wanted - found)]
    return missing + [AclDrift(acl, is_missing=False) for acl in sorted(found - wanted)]


def grant_missing(admin: AclAdministrator, wanted: Iterable[Acl]) -> list[Acl]:
    """Add the rules that are missing and return them; no other rule is touched."""
    missing = sorted(frozenset(wanted) - admin.acls())
    admin.grant(missing)
    return missing


def _readers(read: str, reader: str) -> list[Acl]:
    return _rules(reader, (Operation.READ, Operation.DESCRIBE), _prefix(read, Resource.TOPIC))


def _prefix(agency: str, kind: Resource) -> tuple[Resource, str, Pattern]:
    return kind, f"{agency}.", Pattern.PREFIXED


def _rules(principal: str, operations: Sequence[Operation], where: tuple[Resource, str, Pattern]) -> list[Acl]:
    return [Acl(principal, operation, *where) for operation in operations]

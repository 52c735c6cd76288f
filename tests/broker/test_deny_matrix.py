"""
The deny matrix: every principal tries every operation on every resource, with a real client, on a real secured broker.

Each cell is as the table says, and each denial stands in the broker's log.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from clue_exchange.doors.local_security import ADMINISTRATOR, OPERATOR
from tests import kafka_attempts as attempt
from tests.doors import FEDERATION, NEIGHBOUR, PROCURATORATE, STRANGER, Doors
from tests.kafka_attempts import is_denied

pytestmark = pytest.mark.broker

PRINCIPALS = (FEDERATION, PROCURATORATE, OPERATOR, ADMINISTRATOR, STRANGER)
OTHER = {FEDERATION: PROCURATORATE, PROCURATORATE: FEDERATION}
OWNER, COUNTERPART = "owner", "counterpart"
Run = Callable[[Doors, str, str], Any]

# what is done to either agency's topic `clues`, by which missing right it may be denied, and who may
ON_TOPICS: tuple[tuple[Run, str, set[str]], ...] = (
    (attempt.write_plainly, "WRITE|DESCRIBE", {OWNER}),
    (attempt.write_idempotently, "WRITE|DESCRIBE", {OWNER}),
    (attempt.read, "READ|DESCRIBE", {OWNER, COUNTERPART}),
    (attempt.describe_topic, "DESCRIBE", {OWNER, COUNTERPART, OPERATOR, ADMINISTRATOR}),
    (attempt.describe_configs, "DESCRIBE_CONFIGS", {OWNER, OPERATOR, ADMINISTRATOR}),
    (attempt.alter_configs, "ALTER_CONFIGS", {ADMINISTRATOR}),
    (attempt.create_topic, "CREATE", {ADMINISTRATOR}),
    (attempt.delete_topic, "DELETE", set()),
    (attempt.create_partitions, "ALTER", set()),
    (attempt.delete_records, "DELETE", set()),
)
# the same for either agency's group `exchange`
ON_GROUPS: tuple[tuple[Run, str, set[str]], ...] = (
    (attempt.read_group, "DESCRIBE", {OWNER, OPERATOR}),
    (attempt.commit, "READ|DESCRIBE", {OWNER}),
    (attempt.join_group, "READ|DESCRIBE", {OWNER}),
    (attempt.reset_group, "READ", {OWNER}),
    (attempt.delete_group, "DELETE", set()),
)
ON_THE_CLUSTER: tuple[tuple[Run, str, set[str]], ...] = (
    (attempt.grant_a_right, "ALTER", {ADMINISTRATOR}),
    (attempt.see_rules, "DESCRIBE", {ADMINISTRATOR}),
    (attempt.set_password, "ALTER", {ADMINISTRATOR}),
    (attempt.alter_broker_configs, "ALTER_CONFIGS", set()),
)
# Kafka refuses a producer id to who may write nothing at all, and does not log it; a plain write of theirs is logged
UNLOGGED = {(attempt.write_idempotently, OPERATOR), (attempt.write_idempotently, ADMINISTRATOR)}


@dataclass(frozen=True)
class Cell:
    """
    One principal, one operation, one resource.

    Attributes:
        principal, run, on: who tries what on what.
        denial: what the log says when it is denied.
        is_allowed: whether it should be.
    """

    principal: str
    run: Run
    on: str
    denial: str
    is_allowed: bool

    def __str__(self) -> str:
        return f"{self.principal}-{self.run.__name__}-{self.on or 'cluster'}"


def cells() -> Iterator[Cell]:
    for owner in OTHER:
        of_owner = ((f"{owner}.clues", "Topic", ON_TOPICS), (f"{owner}.exchange", "Group", ON_GROUPS))
        for on, kind, table in of_owner:
            for run, lacking, roles in table:
                names = {OWNER: owner, COUNTERPART: OTHER[owner]}
                may = {names.get(role, role) for role in roles}
                yield from row(run, on, f"({lacking}) .*{kind}:LITERAL:{on} ", may)
        # an administrator may make the named topics, not just any with the agency's prefix
        yield from row(attempt.create_topic, f"{owner}.surplus", f"CREATE .*Topic:LITERAL:{owner}.surplus ", set())
        follower = "CLUSTER_ACTION .*Cluster:LITERAL:kafka-cluster "
        yield from row(attempt.act_as_broker, f"{owner}.clues", follower, set())
    for run, lacking, roles in ON_THE_CLUSTER:
        yield from row(run, "", f"({lacking}) .*Cluster:LITERAL:kafka-cluster ", roles)


def row(run: Run, on: str, denial: str, may: set[str]) -> Iterator[Cell]:
    for principal in PRINCIPALS:
        says = f"Principal = User:{principal} is Denied operation = {denial}"
        yield Cell(principal, run, on, says, principal in may)


@pytest.mark.parametrize("cell", list(cells()), ids=str)
def test_every_cell_of_the_matrix_is_as_the_table_says(doors: Doors, cell: Cell) -> None:
    """Allowed and done, or denied and logged."""
    with doors.authorizer_log() as was_written:
        denied = is_denied(doors, cell.run, cell.principal, cell.on)

        assert denied is not cell.is_allowed
        if denied and (cell.run, cell.principal) not in UNLOGGED:
            assert was_written(cell.denial)


@pytest.mark.parametrize(
    "run", [attempt.write_plainly, attempt.read, attempt.describe_topic], ids=lambda run: run.__name__
)
@pytest.mark.parametrize(
    ("principal", "topic"), [(FEDERATION, f"{NEIGHBOUR}.clues"), (NEIGHBOUR, f"{FEDERATION}.clues")], ids=["in", "out"]
)
def test_a_prefix_ends_at_its_dot(doors: Doors, run: Run, principal: str, topic: str) -> None:
    """A name that begins like the agency's is somebody else's."""
    with doors.authorizer_log() as was_written:
        assert is_denied(doors, run, principal, topic)
        assert was_written(f"User:{principal} is Denied .*Topic:LITERAL:{topic} ")

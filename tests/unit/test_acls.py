"""Who may do what, as the table of docs/decisions/0009 has it, without a broker."""

import pytest

from clue_exchange.doors.acls import (
    Acl,
    AclDrift,
    Operation,
    Pattern,
    Permission,
    Resource,
    acls_for,
    acls_of_administrator,
    acls_of_agencies,
    acls_of_level,
    acls_of_operator,
    concerns,
    drift,
)
from schemas.catalog import Family

AGENCY, COUNTERPART, OTHER = "federation-110101", "procuratorate-110101", "procuratorate-110000"


def spelled(acls: frozenset[Acl]) -> set[str]:
    return set(map(str, acls))


def test_an_agency_writes_its_own_and_reads_its_counterparts() -> None:
    """Exactly this, and every prefix ends in its dot."""
    assert spelled(acls_for(AGENCY, [COUNTERPART])) == {
        *(f"allow {AGENCY} to {each} topic {AGENCY}.…" for each in ("write", "describe", "describe-configs", "read")),
        *(f"allow {AGENCY} to {each} group {AGENCY}.…" for each in ("read", "describe")),
        *(f"allow {AGENCY} to {each} topic {COUNTERPART}.…" for each in ("read", "describe")),
    }


def test_each_agreement_adds_one_pattern() -> None:
    """An agency may cooperate with several."""
    more = acls_for(AGENCY, [COUNTERPART, OTHER]) - acls_for(AGENCY, [COUNTERPART])

    assert spelled(more) == {f"allow {AGENCY} to {each} topic {OTHER}.…" for each in ("read", "describe")}


def test_both_parties_of_an_agreement_have_the_same_rights_mirrored() -> None:
    """Each is given its own, and nothing more."""
    assert acls_of_agencies({AGENCY: [COUNTERPART], COUNTERPART: [AGENCY]}) == (
        acls_for(AGENCY, [COUNTERPART]) | acls_for(COUNTERPART, [AGENCY])
    )


def test_an_operator_sees_everything_and_reads_nothing() -> None:
    """To see a topic is not to see a record."""
    assert spelled(acls_of_operator("operator")) == {
        f"allow operator to {each} {kind} *" for each in ("describe", "describe-configs") for kind in ("topic", "group")
    }


def test_a_level_above_reads_published_figures_and_nothing_else() -> None:
    """Not the agency's other topics: the names are whole, no prefix."""
    assert spelled(acls_of_level("city-110000", [AGENCY])) == {
        f"allow city-110000 to {each} topic {AGENCY}.figures" for each in ("read", "describe")
    }


def test_an_administrator_sets_up_named_topics_and_rights() -> None:
    """No record is read, written or deleted, and no topic is lost."""
    acls = acls_of_administrator("administrator", [AGENCY])

    assert {acl.name for acl in acls} == {f"{AGENCY}.{family}" for family in Family} | {"kafka-cluster"}
    assert {acl.pattern for acl in acls} == {Pattern.LITERAL}
    assert {acl.operation for acl in acls}.isdisjoint({Operation.READ, Operation.WRITE, Operation.DELETE})


def test_no_running_node_administers() -> None:
    """Never for a node, whatever its agreements."""
    never = {Operation.CREATE, Operation.DELETE, Operation.ALTER, Operation.ALTER_CONFIGS, Operation.CLUSTER_ACTION}
    acls = acls_for(AGENCY, [COUNTERPART, OTHER])

    assert {acl.operation for acl in acls}.isdisjoint(never | {Operation.ALL})
    assert "*" not in {acl.name for acl in acls}
    assert all(acl.name.endswith(".") and acl.pattern is Pattern.PREFIXED for acl in acls)


def test_a_changed_rule_is_missing_and_extra() -> None:
    """Missing first, each list in order."""
    wanted = Acl(AGENCY, Operation.WRITE, Resource.TOPIC, f"{AGENCY}.", Pattern.PREFIXED)
    found = Acl(AGENCY, Operation.WRITE, Resource.TOPIC, f"{AGENCY}.", Pattern.PREFIXED, Permission.DENY)

    assert drift([wanted], [found]) == [AclDrift(wanted, is_missing=True), AclDrift(found, is_missing=False)]
    assert drift([wanted], [wanted]) == []


@pytest.mark.parametrize(
    ("acl", "is_so"),
    [
        (Acl(AGENCY, Operation.READ, Resource.TOPIC, "anything"), True),
        (Acl("x", Operation.READ, Resource.TOPIC, f"{AGENCY}.clues"), True),
        (Acl("x", Operation.READ, Resource.TOPIC, f"{AGENCY}.cl", Pattern.PREFIXED), True),
        (Acl("x", Operation.READ, Resource.TOPIC, "f", Pattern.PREFIXED), True),
        (Acl("x", Operation.READ, Resource.GROUP, "*"), True),
        (Acl("x", Operation.DESCRIBE, Resource.CLUSTER, "kafka-cluster"), True),
        (Acl("x", Operation.READ, Resource.TOPIC, f"{AGENCY}1.clues"), False),
        (Acl("x", Operation.READ, Resource.TOPIC, f"{COUNTERPART}.", Pattern.PREFIXED), False),
        (Acl("x", Operation.READ, Resource.TOPIC, "f"), False),
    ],
    ids=str,
)
def test_what_concerns_an_agency(acl: Acl, *, is_so: bool) -> None:
    """Its own rights, and whatever reaches what is its own."""
    assert concerns(acl, AGENCY) is is_so

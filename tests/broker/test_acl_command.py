"""`clue-exchange acl` against a secured broker: rights put there once, compared, and drift found whatever its kind."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from clue_exchange.agreement_file import read_agreement, write_agreement
from clue_exchange.doors.access_admin import AccessAdmin
from clue_exchange.doors.acls import Acl, Operation, Pattern, Permission, Resource, acls_for, acls_of_agencies
from clue_exchange.doors.kafka_security import KafkaSecurity
from console.cli import main
from schemas.codes import Role
from tests.doors import FEDERATION, PROCURATORATE, Doors, as_options
from tests.two_sides import a_ceremony

pytestmark = pytest.mark.broker

OWN_PREFIX = (Resource.TOPIC, f"{FEDERATION}.", Pattern.PREFIXED)
WRITE = Acl(FEDERATION, Operation.WRITE, *OWN_PREFIX)
Run = Callable[..., Result]


@pytest.fixture
def agreement(tmp_path: Path) -> Path:
    """The signed agreement of the county."""
    return an_agreement(tmp_path / "agreement.yaml", FEDERATION, PROCURATORATE)


def an_agreement(path: Path, federation: str, procuratorate: str) -> Path:
    """A file that both have signed."""
    write_agreement(path, a_ceremony({Role.federation: federation, Role.procuratorate: procuratorate}).signed)
    return path


@pytest.fixture
def run(doors: Doors, agreement: Path) -> Run:
    """Runs the command for the parties of the county's agreement, as the administrator."""

    def run(*words: str, security: KafkaSecurity = doors.local.administrator) -> Result:
        whose = ["--agreement", str(agreement), "--bootstrap", doors.bootstrap]
        return CliRunner().invoke(main, ["acl", *words, *whose, *as_options(security)])

    return run


@pytest.fixture
def access(doors: Doors) -> Iterator[AccessAdmin]:
    """Changes rights behind the command's back; afterwards they are as before."""
    with AccessAdmin(doors.bootstrap, security=doors.local.superuser) as access:
        before = access.acls()
        yield access
        access.revoke(access.acls() - before)
        access.grant(before - access.acls())


def drift(result: Result) -> dict[str, Any]:
    """What `acl check --json` found."""
    assert result.exit_code == 1
    found: dict[str, Any] = json.loads(result.stdout)["drift"]
    return found


def test_rights_are_put_there_once(run: Run, access: AccessAdmin) -> None:
    """A second run adds nothing, and the check is content."""
    of_the_county = acls_of_agencies({FEDERATION: [PROCURATORATE], PROCURATORATE: [FEDERATION]})
    access.revoke(of_the_county)

    first, second = json.loads(run("apply", "--json").stdout), json.loads(run("apply", "--json").stdout)

    assert len(first["added"]) == len(of_the_county)
    assert second == {"added": [], "removed": [], "extra": []}
    assert run("check").exit_code == 0


def test_a_right_that_was_removed_is_found(run: Run, access: AccessAdmin) -> None:
    """The node would stop at its next record."""
    access.revoke([WRITE])

    assert drift(run("check", "--json")) == {"missing": [str(WRITE)], "extra": []}


@pytest.mark.parametrize(
    "extra",
    [
        Acl(FEDERATION, Operation.DELETE, *OWN_PREFIX),
        Acl(FEDERATION, Operation.READ, Resource.TOPIC, "somebody-else.clues"),
        Acl("mallory", Operation.READ, Resource.TOPIC, f"{FEDERATION}.clues"),
        Acl("mallory", Operation.READ, Resource.TOPIC, "fed", Pattern.PREFIXED),
        Acl("*", Operation.READ, Resource.TOPIC, "*"),
        Acl(PROCURATORATE, Operation.READ, Resource.GROUP, f"{FEDERATION}.", Pattern.PREFIXED),
        Acl("operator", Operation.READ, Resource.TOPIC, "somebody-else.clues"),
        Acl("mallory", Operation.ALTER, Resource.CLUSTER, "kafka-cluster"),
        Acl(FEDERATION, Operation.ALL, Resource.TOPIC, "*", permission=Permission.DENY),
    ],
    ids=str,
)
def test_a_right_that_nobody_asked_for_is_found(run: Run, access: AccessAdmin, extra: Acl) -> None:
    """Of the agency, on what is the agency's, of the operator, or on the cluster; a freeze too."""
    access.grant([extra])

    assert drift(run("check", "--json")) == {"missing": [], "extra": [str(extra)]}


def test_a_right_that_was_changed_is_missing_and_extra(run: Run, access: AccessAdmin) -> None:
    """Without the dot the pattern lets the neighbour in."""
    changed = replace(WRITE, name=FEDERATION)
    access.revoke([WRITE])
    access.grant([changed])

    assert drift(run("check", "--json")) == {"missing": [str(WRITE)], "extra": [str(changed)]}


def test_several_agreements_are_one_call(run: Run, access: AccessAdmin, tmp_path: Path) -> None:
    """A procuratorate that has two is judged by both; by one alone, the rights of the other are nobody's."""
    second = str(an_agreement(tmp_path / "second.yaml", "federation-110102", PROCURATORATE))
    access.grant(acls_for("federation-110102", [PROCURATORATE]))

    added = json.loads(run("apply", "--json", "--agreement", second).stdout)["added"]

    assert [rule for rule in added if rule.startswith(f"allow {PROCURATORATE}")] == [
        f"allow {PROCURATORATE} to {each} topic federation-110102.…" for each in ("describe", "read")
    ]
    assert run("check", "--agreement", second).exit_code == 0
    assert {"federation-110102" in rule for rule in drift(run("check", "--json"))["extra"]} == {True}


def test_an_agreement_that_not_both_have_signed_gives_no_right(run: Run, agreement: Path) -> None:
    """Refused before the broker is asked, with who is missing; a name that was changed afterwards likewise."""
    signed = read_agreement(agreement)
    write_agreement(agreement, replace(signed, signatures={FEDERATION: signed.signatures[FEDERATION]}))
    unsigned = run("apply")
    write_agreement(agreement, signed)
    agreement.write_text(agreement.read_text(encoding="utf-8").replace(FEDERATION, "federation-110199"))
    renamed = run("check")

    assert (unsigned.exit_code, renamed.exit_code) == (1, 1)
    assert f"{PROCURATORATE} has not signed: no right follows from it" in unsigned.output
    assert "does not hold: another text" in renamed.output


def test_rights_of_other_counties_are_nobodys_business_here(run: Run, access: AccessAdmin) -> None:
    """A province runs one cluster; each county is judged by itself."""
    access.grant(acls_for("federation-110102", ["procuratorate-110102"]))

    assert run("check").exit_code == 0


def test_extra_grants_go_only_when_that_is_asked_for(run: Run, access: AccessAdmin) -> None:
    """And a denial stays even then: it is how a person freezes a principal."""
    grant = Acl("mallory", Operation.READ, Resource.TOPIC, f"{FEDERATION}.clues")
    freeze = Acl(FEDERATION, Operation.ALL, Resource.TOPIC, "*", permission=Permission.DENY)
    access.grant([grant, freeze])

    kept = json.loads(run("apply", "--json").stdout)
    removed = json.loads(run("apply", "--json", "--remove-extra").stdout)

    assert (kept["removed"], sorted(kept["extra"])) == ([], sorted(map(str, (grant, freeze))))
    assert (removed["removed"], removed["extra"]) == ([str(grant)], [str(freeze)])
    assert freeze in access.acls()


def test_the_check_tells_a_person_what_differs(run: Run, access: AccessAdmin) -> None:
    """A table, and words when there is nothing."""
    content = run("check").stdout
    access.revoke([WRITE])
    differing = run("check").stdout

    assert content == "all rules are what they should be\n"
    assert "missing" in differing
    assert f"allow {FEDERATION} to write" in differing


def test_a_node_cannot_apply_rights(run: Run, doors: Doors) -> None:
    """The refusal is one line, and exit code 1."""
    refused = run("apply", security=doors.local.agencies[FEDERATION])

    assert refused.exit_code == 1
    assert "Kafka refuses: [Error 31] ClusterAuthorizationFailedError" in refused.output


def test_a_user_gets_a_password(doors: Doors, tmp_path: Path) -> None:
    """By a file, never as an argument."""
    file = tmp_path / "password"
    file.write_text("a password\n", encoding="utf-8")
    words = ["password", "someone", "--new-password-file", str(file), "--bootstrap", doors.bootstrap]

    done = CliRunner().invoke(main, ["acl", *words, *as_options(doors.local.administrator)])

    assert done.output == "someone has a new password\n"


def test_half_a_proof_is_refused_before_anything_is_asked(agreement: Path, doors: Doors) -> None:
    """A certificate without its key."""
    ca = str(doors.local.operator.ca)

    refused = CliRunner().invoke(main, ["acl", "check", "--agreement", str(agreement), "--ca", ca, "--certificate", ca])

    assert refused.exit_code == 2
    assert "needs certificate and key, or username and password_file" in refused.output

"""`clue-exchange schemas`: lists the types, and fails a build when the contract is broken."""

import json
import sys

import pytest
from click.testing import CliRunner

from console.cli.schemas import schemas
from schemas.compatibility import Contract
from tests.schema_edits import add, edited


def test_check_says_when_apache_avro_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the `avro` package the command tells that one witness was not heard."""
    monkeypatch.setitem(sys.modules, "avro.compatibility", None)
    result = CliRunner().invoke(schemas, ["check"])

    assert result.exit_code == 0
    assert "static checker was not asked" in result.stderr


def test_check_prints_each_problem_and_exits_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """`schemas check` fails a build, and tells which file, by which rule, and what to do."""
    broken = edited(Contract.of_this_installation(), "CaseClosed", add(name="note", type="string"), version=2)
    monkeypatch.setattr(Contract, "of_this_installation", lambda: broken)
    plain = CliRunner().invoke(schemas, ["check"])
    told = CliRunner().invoke(schemas, ["check", "--json"])

    assert (plain.exit_code, told.exit_code) == (1, 1)
    assert "CaseClosed v2 [old_unreadable] against version 1: version 2 cannot read version 1" in plain.stdout
    assert {problem["rule"] for problem in json.loads(told.stdout)["problems"]} >= {"old_unreadable", "static_checker"}


def test_list_names_every_type() -> None:
    """`schemas list` names type, versions, fingerprint, journal and verb of each event type."""
    rows = json.loads(CliRunner().invoke(schemas, ["list", "--json"]).stdout)

    assert len(rows) == 22
    assert rows[0].keys() == {"type", "versions", "fingerprint", "journal", "verb"}
    assert "ClueTransferred" in CliRunner().invoke(schemas, ["list"]).stdout

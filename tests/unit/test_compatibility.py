"""The gate passes on the repository, and fails on every kind of edit that would break the other side or old records."""

import hashlib
import json
import sys
from dataclasses import replace

import pytest
from pydantic import create_model

from schemas.case_events import CaseClosed
from schemas.compatibility import Contract, Problem, avro_static_checker, check
from schemas.event import MachineName
from schemas.evolution import Rule
from tests.schema_edits import BREAKING, DRIFTED, UNSOUND, Edit, add, edited, remove


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.of_this_installation()


def rules_about(contract: Contract, name: str) -> set[Rule]:
    problems = check(contract, avro_static_checker())
    assert {problem.schema for problem in problems} <= {name}
    return {problem.rule for problem in problems}


def test_repository_passes_the_gate(contract: Contract) -> None:
    """Today's files and models agree; `clue-exchange schemas check` says what to do where they do not."""
    assert check(contract, avro_static_checker()) == ()


@pytest.mark.parametrize("kind", BREAKING)
def test_breaking_edit_fails(contract: Contract, kind: str) -> None:
    """Each kind of breaking edit is found by the rules that are about it."""
    name, before, after, expected = BREAKING[kind]
    both = edited(edited(contract, name, before), name, after, version=2)

    assert rules_about(both, name) >= expected


@pytest.mark.parametrize("kind", UNSOUND)
def test_unsound_schema_fails(contract: Contract, kind: str) -> None:
    """A schema that lets hostile bytes kill or stall the reader, or that is no schema, is found."""
    assert Rule.unsound in rules_about(edited(contract, "CaseClosed", UNSOUND[kind]), "CaseClosed")


@pytest.mark.parametrize("kind", DRIFTED)
def test_model_and_schema_that_drift_apart_fail(contract: Contract, kind: str) -> None:
    """Model and .avsc agree field by field, or the gate says where they do not."""
    name, edit = DRIFTED[kind]

    assert Rule.model_differs in rules_about(edited(contract, name, edit), name)


@pytest.mark.parametrize(
    "edit",
    [
        add(name="note", type=["null", "string"], default=None),
        lambda d: d.update(doc="Said better."),
        lambda d: (d.update(doc="Said better."), d["fields"].reverse()),
    ],
    ids=["field added with default", "doc changed", "fields in another order"],
)
def test_compatible_edit_passes(contract: Contract, edit: Edit) -> None:
    """A new field with a default, with its model, and words that are only for people, break nothing."""
    both = edited(contract, "CaseClosed", edit, version=2)
    if '"note"' in both.texts["CaseClosed", 2]:
        model = create_model("CaseClosed", __base__=CaseClosed, note=(MachineName | None, None))
        both = replace(both, models={**both.models, "CaseClosed": model})

    assert check(both, avro_static_checker()) == ()


def test_model_that_cannot_read_the_first_version_fails(contract: Contract) -> None:
    """A field that today's model wants and the first version lacks is found, though both schemas resolve."""
    both = edited(contract, "CaseClosed", add(name="note", type=["null", "string"], default=None), version=2)
    model = create_model("CaseClosed", __base__=CaseClosed, note=(MachineName, ...))
    found = check(replace(both, models={**both.models, "CaseClosed": model}))

    assert Problem("CaseClosed", 1, Rule.model_refuses, found[0].sentence) in found
    assert "note: string_type" in found[0].sentence


def test_third_version_must_read_the_first(contract: Contract) -> None:
    """Two steps that are each allowed may not add up to one that is not: all old versions are compared."""
    second = edited(contract, "CaseClosed", remove("ending"), version=2)
    third = json.loads(second.texts["CaseClosed", 2])
    add(name="ending", type=["null", "int"], default=None)(third)
    texts = {**second.texts, ("CaseClosed", 3): json.dumps(third)}
    all_three = replace(second, texts=texts, versions={**second.versions, "CaseClosed": (1, 2, 3)})

    assert any("version 3 cannot read version 1" in problem.sentence for problem in check(all_three))


def test_released_file_that_is_edited_or_gone_fails(contract: Contract) -> None:
    """A released file is never touched again, not even its doc."""
    sha256 = hashlib.sha256(contract.texts["CaseClosed", 1].encode()).hexdigest()
    released = replace(contract, released={"CaseClosed.v1.avsc": sha256})
    gone = replace(released, texts={key: text for key, text in released.texts.items() if key[0] != "CaseClosed"})

    assert check(released) == ()
    assert rules_about(edited(released, "CaseClosed", lambda d: d.update(doc="x")), "CaseClosed") == {
        Rule.released_edited
    }
    assert rules_about(gone, "CaseClosed") == {Rule.released_edited, Rule.file_missing}


def test_file_that_the_catalog_does_not_know_fails(contract: Contract) -> None:
    """Every file belongs to a row and version of the catalog, or is one of the layers."""
    stray = replace(contract, texts={**contract.texts, ("CaseClosed", 2): contract.texts["CaseClosed", 1]})
    stranger = json.dumps({"type": "record", "name": "Stranger", "fields": []})

    assert rules_about(stray, "CaseClosed") == {Rule.not_in_catalog}
    assert rules_about(replace(contract, texts={**contract.texts, ("Stranger", 1): stranger}), "Stranger") == {
        Rule.not_in_catalog
    }


def test_gate_works_without_apache_avro(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    """The `avro` package is a witness, not a need: without it the other rules still speak."""
    monkeypatch.setitem(sys.modules, "avro.compatibility", None)
    both = edited(contract, "CaseClosed", add(name="note", type="string"), version=2)

    assert avro_static_checker() is None
    assert Rule.old_unreadable in {problem.rule for problem in check(both)}

"""
`clue-exchange export` and `verify` as people use them, on both databases.
"""

import json
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from clue_exchange.agreement_file import write_agreement
from console.cli import OneLineErrors
from console.cli.evidence import export, verify
from schemas.codes import Role
from tests.evidence_steps import a_clue_of_four, flipped
from tests.people import OFFICER, PASSPHRASES, SUPERVISOR, settle
from tests.two_sides import TwoSides, a_ceremony, rows


def run(*words: object, expected: int = 0) -> Result:
    commands = OneLineErrors(commands={"export": export, "verify": verify})
    result = CliRunner().invoke(commands, [str(word) for word in words])
    assert result.exit_code == expected, (result.output, result.exception)
    return result


def proof(folder: Path, login: str) -> tuple[str, ...]:
    file = folder / f"{login}.passphrase"
    file.touch(0o600)
    file.write_text(PASSPHRASES[login], encoding="utf-8")
    return "--as", login, "--passphrase-file", str(file)


@pytest.fixture
def clue_id(sides: TwoSides, tmp_path: Path) -> UUID:
    """A clue of two sides whose files and officers are there."""
    sides.write_files(tmp_path)
    (tmp_path / "federation.toml").write_text(sides.federation.settings.to_toml(), encoding="utf-8")
    settle(sides.federation.people)
    return a_clue_of_four(sides)


@pytest.fixture
def file(sides: TwoSides, clue_id: UUID, tmp_path: Path) -> Path:
    """The pack that a supervisor of the federation exported."""
    words = ("--config", tmp_path / "federation.toml", "--output", tmp_path / "evidence.zip")
    assert "4 events" in run("export", clue_id, *words, *proof(tmp_path, SUPERVISOR)).output
    return tmp_path / "evidence.zip"


def test_a_pack_is_exported_by_a_proven_supervisor_and_noted(
    sides: TwoSides, clue_id: UUID, file: Path, tmp_path: Path
) -> None:
    """An officer may not, and both stand in the access log."""
    words = ("--config", tmp_path / "federation.toml", "--output", tmp_path / "other.zip")
    run("export", clue_id, *words, *proof(tmp_path, OFFICER), expected=1)

    with sides.federation.store.reading() as transaction:
        noted = rows(transaction, "SELECT refused FROM access_log WHERE act = 'export-evidence' ORDER BY number")
    assert noted == [(None,), ("role",)]
    assert not (tmp_path / "other.zip").exists()


def test_a_person_without_any_database_verifies_it(sides: TwoSides, clue_id: UUID, file: Path, tmp_path: Path) -> None:
    """By the agreement that the person has, or with fingerprints to compare."""
    anchored = run("verify", file, "--agreement", tmp_path / "agreement.yaml").output
    bare = run("verify", file).output
    keys = [f"--trust={sides.ceremony.keys[role].signing[0].key_id}" for role in Role]
    told = json.loads(run("verify", file, *keys, "--json").stdout)

    assert "核验通过" in anchored
    assert "no receipts in this pack" in anchored
    assert "移送线索" in anchored
    assert "compare these" in bare
    assert (told["holds"], told["is_anchored"], told["clue"], told["findings"]) == (True, True, str(clue_id), [])
    assert told["events"][0]["event"] == "ClueTransferred"


def test_what_is_wrong_is_named_and_is_an_exit_code(file: Path, tmp_path: Path) -> None:
    """In both languages, and as data."""
    changed = tmp_path / "changed.zip"
    data = file.read_bytes()
    changed.write_bytes(flipped(data, data.index(b"events/") + 200))
    told = json.loads(run("verify", changed, "--json", expected=1).stdout)
    output = run("verify", changed, expected=1).output

    assert {finding["fault"] for finding in told["findings"]} >= {"changed"}
    assert all(finding["member"].startswith("events/") for finding in told["findings"])
    assert "内容被改动" in output
    assert "核验通过" not in output


def test_an_agreement_that_is_none_is_no_anchor(file: Path, tmp_path: Path) -> None:
    """Another one that both signed is named as another; one that nobody signed is refused."""
    other, unsigned = a_ceremony().signed, tmp_path / "unsigned.yaml"
    write_agreement(tmp_path / "other.yaml", other)
    text = (tmp_path / "other.yaml").read_text(encoding="utf-8")
    unsigned.write_text(text.partition("signatures:")[0], encoding="utf-8")

    assert "another text" in run("verify", file, "--agreement", tmp_path / "other.yaml", expected=1).output
    assert "has not signed" in run("verify", file, "--agreement", unsigned, expected=1).output

"""
`clue-exchange officers` as a supervisor uses it, on both databases.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import pytest
from click.testing import CliRunner

from clue_exchange.errors import NotProven
from clue_exchange.people.permissions import Officer
from clue_exchange.store import Store
from console.cli.proving import PROOF_OPTIONS, SECOND_OPTIONS, Proof, prove
from tests.people import OFFICER, PASSPHRASES, REVIEWER, SUPERVISOR, PeopleDesk, people_on
from tests.two_sides import SetClock

CLUE = UUID(int=7)


@pytest.fixture
def desk(store_url: str, tmp_path: Path) -> PeopleDesk:
    """The command line of an agency without accounts, and without keys."""
    return PeopleDesk(tmp_path, store_url)


def test_accounts_by_the_command_line(desk: PeopleDesk) -> None:
    """The first without proof, the next by a supervisor; each is listed."""
    desk.add(SUPERVISOR)
    desk.add(OFFICER, *desk.proof(SUPERVISOR))
    listed = json.loads(desk.run("officers", "list", "--json", *desk.proof(SUPERVISOR)).stdout)
    bare = json.loads(desk.run("officers", "list", "--json").stdout)

    assert [(row["login"], row["role"], row["is_active"]) for row in listed] == [
        ("li", "officer", True),
        ("wang", "supervisor", True),
    ]
    assert [row["role"] for row in bare] == ["officer", "supervisor"]
    assert all("login" not in row and "name" not in row for row in bare)
    assert "经办人" in desk.run("officers", "list").output
    assert "li某" in desk.run("officers", "list", *desk.proof(SUPERVISOR)).output


def test_passphrases_are_asked_for_and_not_shown(desk: PeopleDesk) -> None:
    """Twice where one is chosen, once where one proves."""
    mine = PASSPHRASES[SUPERVISOR]
    words = ("officers", "add", "wang", "--role", "supervisor", "--name", "王某")
    made = desk.run(*words, typed=f"{mine}\n{mine}\n")
    listed = desk.run("officers", "list", "--as", "wang", typed=f"{mine}\n")

    assert "officer-" in made.stdout
    assert "王某" in listed.stdout
    assert mine not in made.output + listed.output


@pytest.mark.parametrize("words", [("deactivate", "li"), ("conflict", "li", str(CLUE)), ("list",)])
def test_an_officer_keeps_no_accounts(desk: PeopleDesk, words: tuple[str, ...]) -> None:
    """Refused by role, in one line, and noted."""
    desk.add(SUPERVISOR)
    desk.add(OFFICER, *desk.proof(SUPERVISOR))
    refused = desk.run("officers", *words, *desk.proof(OFFICER), expected=1)
    log = json.loads(desk.run("access-log", "show", "--alerts", "--json", *desk.proof(SUPERVISOR)).stdout)

    assert "the role officer does not include" in refused.output
    assert [entry["refused"] for entry in log] == ["role"]


def test_an_account_ends_by_the_command_line(desk: PeopleDesk) -> None:
    """Afterwards it proves nobody."""
    desk.add(SUPERVISOR)
    desk.add(OFFICER, *desk.proof(SUPERVISOR))
    desk.run("officers", "conflict", OFFICER, str(CLUE), *desk.proof(SUPERVISOR))
    desk.run("officers", "deactivate", OFFICER, *desk.proof(SUPERVISOR))

    assert str(NotProven()) in desk.run("officers", "list", *desk.proof(OFFICER), expected=1).output


def test_a_passphrase_is_changed_by_its_officer(desk: PeopleDesk, tmp_path: Path) -> None:
    """By proof of the old one."""
    desk.add(SUPERVISOR)
    other = tmp_path / "other"
    other.write_text("eleven bright lanterns\n", encoding="utf-8")
    other.chmod(0o600)
    desk.run("officers", "passphrase", *desk.proof(SUPERVISOR), "--new-passphrase-file", str(other))

    desk.run("officers", "list", *desk.proof(SUPERVISOR), expected=1)
    desk.run("officers", "list", "--as", SUPERVISOR, "--passphrase-file", str(other))


def test_a_passphrase_file_that_others_can_read_is_refused(desk: PeopleDesk) -> None:
    """Its owner alone, as for keys."""
    desk.add(SUPERVISOR)
    file = desk.file(SUPERVISOR, 0o640)
    refused = desk.run("officers", "list", "--as", SUPERVISOR, "--passphrase-file", file, expected=1)

    assert "chmod 600" in refused.output


def test_a_passphrase_file_needs_a_login(desk: PeopleDesk) -> None:
    """It proves nobody by itself."""
    refused = desk.run("officers", "list", "--passphrase-file", desk.file(SUPERVISOR), expected=1)

    assert "--as LOGIN" in refused.output


def test_a_command_takes_two_proven_officers(desk: PeopleDesk, store: Store) -> None:
    """As an act of the lifecycle does, whose options are added to a command that is there already."""
    desk.add(SUPERVISOR)
    desk.add(REVIEWER, *desk.proof(SUPERVISOR))
    people = people_on(store, SetClock())
    heard: list[Officer | None] = []

    def run(**given: Any) -> None:
        proof = Proof.taken_from(given)
        heard.extend((prove(proof, people.officers), proof.second(people.officers)))
        assert given == {}

    command: Any = click.command("decline")(run)
    for option in (*PROOF_OPTIONS, *SECOND_OPTIONS):
        command = option(command)
    second = ("--second", REVIEWER, "--second-passphrase-file", desk.file(REVIEWER))
    typed = f"{PASSPHRASES[SUPERVISOR]}\n{PASSPHRASES[REVIEWER]}\n"

    for words, keys in (((*desk.proof(SUPERVISOR), *second), ""), (("--as", SUPERVISOR, "--second", REVIEWER), typed)):
        result = CliRunner().invoke(command, words, input=keys, catch_exceptions=False)
        assert (result.exit_code, result.stdout) == (0, "")
    CliRunner().invoke(command, desk.proof(SUPERVISOR), catch_exceptions=False)

    assert [officer and officer.role for officer in heard] == ["supervisor", "reviewer"] * 2 + ["supervisor", None]


def test_who_does_not_say_who_acts_does_not_act(desk: PeopleDesk) -> None:
    """The option is asked for by name."""
    assert "--as" in desk.run("officers", "deactivate", OFFICER, expected=2).output

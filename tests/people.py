"""
Officers of an agency for tests: accounts, their passphrases, and a set clock.
"""

from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from clue_exchange.people.officers import NewOfficer
from clue_exchange.people.passphrases import Passphrase
from clue_exchange.people.permissions import Officer, OfficerRole
from clue_exchange.store import Store
from console.cli import OneLineErrors
from console.cli.access_log import access_log
from console.cli.officers import officers
from console.people import People
from schemas.codes import Role
from tests.two_sides import SetClock, settings_for

PASSPHRASES = {
    "wang": "four calm herons at dawn",
    "li": "二十四桥明月夜玉人何处教吹箫今夕",
    "zhao": "seven slow trains to Kunming",
    "chen": "eleven grey boats at anchor",
}
SUPERVISOR, OFFICER, REVIEWER, OPERATOR = "wang", "li", "zhao", "chen"
ROLES = {
    SUPERVISOR: OfficerRole.supervisor,
    OFFICER: OfficerRole.officer,
    REVIEWER: OfficerRole.reviewer,
    OPERATOR: OfficerRole.operator,
}


def people_on(store: Store, clock: SetClock) -> People:
    """Accounts and access log on this database; nobody yet."""
    return People.on(store, clock)


def a_new_officer(login: str, role: OfficerRole | None = None) -> NewOfficer:
    """The account of one of these, or of the same person in another role."""
    return NewOfficer(login, f"{login}某", role or ROLES[login], Passphrase.typed(PASSPHRASES[login]))


def settle(people: People, logins: Sequence[str] = (SUPERVISOR, OFFICER, REVIEWER)) -> dict[str, Officer]:
    """Make these accounts, the supervisor's first, and prove each."""
    with people.store.transaction() as transaction:
        people.officers.add(transaction, a_new_officer(SUPERVISOR), None)
    by = proven(people, SUPERVISOR)
    for login in logins:
        if login != SUPERVISOR:
            with people.store.transaction() as transaction:
                people.officers.add(transaction, a_new_officer(login), by)
    return {login: proven(people, login) for login in logins}


def proven(people: People, login: str) -> Officer:
    """This officer, by the right passphrase."""
    return people.officers.prove(login, Passphrase.typed(PASSPHRASES[login]))


def passphrase_file(folder: Path, login: str, mode: int = 0o600) -> str:
    """A file in this folder with this officer's passphrase."""
    path = folder / f"{login}.passphrase"
    path.write_text(PASSPHRASES[login] + "\n", encoding="utf-8")
    path.chmod(mode)
    return str(path)


class PeopleDesk:
    """The command line of one agency's accounts and access log; passphrases come from files."""

    def __init__(self, folder: Path, database: str) -> None:
        self._folder = folder
        self._config = folder / "agency.toml"
        self._config.write_text(settings_for(Role.federation, folder, database).to_toml(), encoding="utf-8")
        self._main = OneLineErrors(commands={"officers": officers, "access-log": access_log})

    def run(self, *words: str, expected: int = 0, typed: str | None = None) -> Result:
        result = CliRunner().invoke(self._main, [*words, "--config", str(self._config)], input=typed)
        assert result.exit_code == expected, (result.output, result.exception)
        return result

    def file(self, login: str, mode: int = 0o600) -> str:
        """A file with this officer's passphrase."""
        return passphrase_file(self._folder, login, mode)

    def proof(self, login: str) -> tuple[str, ...]:
        """The words by which an officer acts."""
        return "--as", login, "--passphrase-file", self.file(login)

    def add(self, login: str, *proof: str, expected: int = 0) -> Result:
        """Make the account of one of the three."""
        words = (login, "--role", ROLES[login], "--name", f"{login}某", "--new-passphrase-file", self.file(login))
        return self.run("officers", "add", *words, *proof, expected=expected)

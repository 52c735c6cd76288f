"""
Two agencies on the day of the founding: a configuration and a passphrase each, and the command line.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from clue_exchange.clock import system_clock
from clue_exchange.settings import Settings
from clue_exchange.store import Store
from clue_exchange.workdays import china_date
from console.cli import OneLineErrors
from console.cli.agreement import agreement
from console.cli.keys import keys
from console.people import People
from console.wiring import Agency
from schemas.codes import Role
from tests.people import OFFICER, PASSPHRASES, SUPERVISOR, settle
from tests.two_sides import NAMES, rows, settings_for

TODAY = china_date(system_clock())
DAYS = ("--valid-from", str(TODAY), "--valid-until", str(TODAY + timedelta(days=365)))


@dataclass(frozen=True)
class House:
    """Two agencies that have a folder and an empty database each, and nothing else."""

    folder: Path

    def run(self, *words: str, expected: int = 0) -> Result:
        main = OneLineErrors(commands={"keys": keys, "agreement": agreement})
        result = CliRunner().invoke(main, words)
        assert result.exit_code == expected, (result.output, result.exception)
        assert "Traceback" not in result.output
        return result

    def json(self, *words: str, expected: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", expected=expected).stdout)

    def config(self, role: Role) -> str:
        return str(self.folder / f"{NAMES[role]}.toml")

    def settings(self, role: Role) -> Settings:
        return Settings.load(Path(self.config(role)))

    @property
    def file(self) -> str:
        return str(self.folder / "agreement.yaml")

    def proof(self, login: str = SUPERVISOR) -> tuple[str, ...]:
        """The words by which an officer acts."""
        path = self.folder / f"{login}.passphrase"
        path.write_text(PASSPHRASES[login], encoding="utf-8")
        path.chmod(0o600)
        return "--as", login, "--passphrase-file", str(path)

    @staticmethod
    def _add_officers(settings: Settings) -> None:
        with People.opened(settings) as people:
            settle(people, (SUPERVISOR, OFFICER))

    def act(self, role: Role, *words: str, expected: int = 0) -> Result:
        """What a supervisor does at this agency."""
        return self.run(*words, "--config", self.config(role), *self.proof(), expected=expected)

    def make_keys(self, role: Role, expected: int = 0) -> Result:
        folder = self.folder / NAMES[role]
        passphrase = str(folder / "passphrase")
        words = ("--agency", NAMES[role], "--folder", str(folder), "--passphrase-file", passphrase)
        return self.run("keys", "new", *words, "--json", expected=expected)

    def new_agreement(self, file: str, *options: str, expected: int = 0) -> Result:
        public = [str(self.folder / NAMES[role] / "public-keys.yaml") for role in Role]
        parties = ("--federation", public[0], "--procuratorate", public[1])
        return self.run("agreement", "new", file, *parties, *DAYS, *options, expected=expected)

    def signed_agreement(self, file: str, *options: str) -> None:
        self.new_agreement(file, *options)
        for role in Role:
            self.act(role, "agreement", "sign", file)

    def relay(self, role: Role) -> None:
        """Kafka holds what this agency has in its outbox."""
        store = Store.open(self.settings(role).database)
        with store.transaction() as transaction:
            transaction.exec_driver_sql("UPDATE outbox SET sent_at = appended_at")
        store.close()

    def begin(self, role: Role) -> None:
        """Its node begins, with what the key file holds now."""
        agency = Agency.open(self.settings(role))
        with agency.store.transaction() as transaction:
            agency.keyring.announce(transaction)
        agency.close()

    def logged(self, role: Role) -> list[tuple[str, bool]]:
        """The acts in this agency's access log, and whether each was refused; the oldest first."""
        store = Store.open(self.settings(role).database)
        with store.reading() as transaction:
            found = rows(transaction, "SELECT act, refused FROM access_log ORDER BY number")
        store.close()
        return [(str(act), refused is not None) for act, refused in found]

    def prepare(self) -> None:
        """Write configurations and passphrases."""
        for role in Role:
            settings = settings_for(role, self.folder, f"sqlite:///{self.folder}/{role}.db")
            Path(self.config(role)).write_text(settings.to_toml(), encoding="utf-8")
            settings.keys.mkdir()
            settings.passphrase_file.write_text("four calm herons at dawn\n", encoding="utf-8")
            settings.passphrase_file.chmod(0o600)
            self._add_officers(settings)

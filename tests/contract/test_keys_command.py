"""
`keys` and `agreement` as two agencies use them: from nothing to a signed agreement, then new keys and a new version.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from clue_exchange.clock import system_clock
from clue_exchange.keystore import KeyFile, read_keys
from clue_exchange.settings import Settings
from clue_exchange.store import Store
from clue_exchange.workdays import china_date
from console.cli import OneLineErrors
from console.cli.agreement import agreement
from console.cli.keys import keys
from schemas.codes import Role
from tests.two_sides import FEDERATION, NAMES, PROCURATORATE, settings_for

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
            self.run("agreement", "sign", file, "--config", self.config(role))

    def relay(self, role: Role) -> None:
        """Kafka holds what this agency has in its outbox."""
        store = Store.open(self.settings(role).database)
        with store.transaction() as transaction:
            transaction.exec_driver_sql("UPDATE outbox SET sent_at = appended_at")
        store.close()


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Configurations and passphrases of both, no keys yet."""
    made = House(tmp_path)
    for role in Role:
        settings = settings_for(role, tmp_path, f"sqlite:///{tmp_path}/{role}.db")
        Path(made.config(role)).write_text(settings.to_toml(), encoding="utf-8")
        settings.keys.mkdir()
        settings.passphrase_file.write_text("four calm herons at dawn\n", encoding="utf-8")
        settings.passphrase_file.chmod(0o600)
    return made


@pytest.fixture
def agreed(house: House) -> House:
    """The same with keys, and an agreement that both signed."""
    for role in Role:
        house.make_keys(role)
    house.signed_agreement(house.file)
    return house


def test_new_keys_are_the_owners_alone_and_never_overwritten(house: House) -> None:
    """A file of the public ones for the other side, fingerprints for the telephone, nothing private on the screen."""
    made = json.loads(house.make_keys(Role.federation).stdout)
    private = Path(made["private"]).read_bytes()
    again = house.make_keys(Role.federation, expected=1)

    assert Path(made["private"]).stat().st_mode & 0o777 == 0o600
    assert {name: len(digits.split()) for name, digits in made["fingerprints"].items()} == {
        "signing": 8,
        "receiving": 8,
    }
    assert "is there already" in again.output
    assert Path(made["private"]).read_bytes() == private
    assert read_keys(Path(made["private"]).parent, "four calm herons at dawn").signing


@pytest.mark.parametrize(
    ("text", "mode", "why"), [("short", 0o600, "15 to 256"), ("four calm herons", 0o644, "others")]
)
def test_keys_are_not_made_under_a_bad_passphrase(house: House, text: str, mode: int, why: str) -> None:
    """Too short, or in a file that others read: nothing is written."""
    settings = house.settings(Role.federation)
    settings.passphrase_file.write_text(text, encoding="utf-8")
    settings.passphrase_file.chmod(mode)

    assert why in house.make_keys(Role.federation, expected=1).output
    assert [path.name for path in settings.keys.iterdir()] == ["passphrase"]


def test_an_agreement_is_made_signed_and_checked(house: House) -> None:
    """Each step says what is still missing; signing says what is signed, in both languages."""
    for role in Role:
        house.make_keys(role)
    house.new_agreement(house.file)
    unsigned = house.json("agreement", "check", house.file, expected=1)
    told = house.run("agreement", "sign", house.file, "--config", house.config(Role.federation)).output
    half = house.json("agreement", "check", house.file, expected=1)
    house.run("agreement", "sign", house.file, "--config", house.config(Role.procuratorate))
    whole = house.json("agreement", "check", house.file, "--config", house.config(Role.procuratorate))

    assert len(unsigned["problems"]) == 2
    assert half["problems"] == [f"{PROCURATORATE} has not signed"]
    assert (whole["problems"], whole["signed"]) == ([], [FEDERATION, PROCURATORATE])
    assert "合作协议第 1 版" in told
    assert "running cases go on" in told
    assert "is there already" in house.new_agreement(house.file, expected=1).output


def test_check_names_every_problem(agreed: House) -> None:
    """A changed text, days that are over, keys that are not here."""
    path = Path(agreed.file)
    text = path.read_text(encoding="utf-8").replace(str(TODAY + timedelta(days=365)), str(TODAY - timedelta(days=1)))
    path.write_text(text.replace(f"valid_from: '{TODAY}'", "valid_from: '2020-01-01'"), encoding="utf-8")
    settings = agreed.settings(Role.federation)
    (settings.keys / "private-keys.json").unlink()
    (settings.keys / "public-keys.yaml").unlink()
    agreed.make_keys(Role.federation)

    problems = agreed.json("agreement", "check", agreed.file, "--config", agreed.config(Role.federation), expected=1)

    found = "\n".join(problems["problems"])
    for what in ("does not hold", "not in force", "names a signing key", "names a receiving key"):
        assert what in found
    assert (
        "names a signing key"
        in agreed.run("agreement", "sign", agreed.file, "--config", agreed.config(Role.federation), expected=1).output
    )


def test_a_new_version_is_adopted_next_to_the_old_one(agreed: House) -> None:
    """Once or twice; another text of the same version is refused."""
    second, other = str(agreed.folder / "second.yaml"), str(agreed.folder / "other.yaml")
    agreed.signed_agreement(second, "--version", "2", "--keep-years", "12")
    agreed.signed_agreement(other, "--version", "2", "--keep-years", "20")
    config = ("--config", agreed.config(Role.federation))
    for _ in range(2):
        assert agreed.json("agreement", "adopt", second, *config)["adopted_by"] == FEDERATION

    assert "give this one a new number" in agreed.run("agreement", "adopt", other, *config, expected=1).output
    assert agreed.json("agreement", "check", agreed.file, *config)["problems"] == []


def test_an_agreement_with_a_strange_key_of_the_counterpart_is_not_adopted(agreed: House) -> None:
    """Whoever made both keys can have signed both; it takes a look at the telephone to believe a new one."""
    config = ("--config", agreed.config(Role.federation))
    agreed.json("keys", "list", *config)
    keys_folder = agreed.settings(Role.procuratorate).keys
    for name in ("private-keys.json", "public-keys.yaml"):
        (keys_folder / name).unlink()
    agreed.make_keys(Role.procuratorate)
    second = str(agreed.folder / "second.yaml")
    agreed.signed_agreement(second, "--version", "2")

    problems = agreed.json("agreement", "check", second, *config, expected=1)["problems"]
    refused = agreed.run("agreement", "adopt", second, *config, expected=1)
    agreed.run("agreement", "adopt", second, *config, "--compared")

    assert len(problems) == 1
    assert "not known here" in problems[0]
    assert "--compared" in refused.output


def test_keys_are_rotated_listed_and_revoked(agreed: House) -> None:
    """What each key is good for, at each step; never a private part."""
    config = ("--config", agreed.config(Role.federation))

    def uses() -> dict[str, str]:
        rows = agreed.json("keys", "list", *config)
        return {row["key_id"]: row["use"] for row in rows if row["owner"] == FEDERATION and row["kind"] == "signing"}

    (old,) = uses()
    new = agreed.json("keys", "rotate", *config)
    announced = uses()
    too_soon = agreed.run("keys", "revoke", old, *config, expected=1)
    agreed.relay(Role.federation)
    overlap = uses()
    revoked = agreed.json("keys", "revoke", old, *config)

    assert (new["announced_by"], new["first"][f"{FEDERATION}.clues"], new["first"][f"{FEDERATION}.keys"]) == (old, 1, 2)
    assert announced == {old: "signs", new["key_id"]: "unsent"}
    assert "does not hold the announcement" in too_soon.output
    assert overlap == {old: "valid", new["key_id"]: "signs"}
    assert revoked["last"][f"{FEDERATION}.clues"] == 0
    assert uses() == {old: "revoked", new["key_id"]: "signs"}
    assert "只" not in agreed.run("keys", "list", *config).output
    assert "only key" in agreed.run("keys", "revoke", new["key_id"], *config, expected=1).output


def test_an_interrupted_rotation_shows_in_the_list(agreed: House) -> None:
    """The key that nobody knows is named, with what to do."""
    settings = agreed.settings(Role.federation)
    file = KeyFile(settings.keys, settings.passphrase_file)
    file.write(file.read().with_new_signing_key())
    config = ("--config", agreed.config(Role.federation))

    listed = agreed.json("keys", "list", *config)

    assert [row["use"] for row in listed if row["owner"] == FEDERATION] == ["signs", "unannounced", "receives"]
    assert [row["is_here"] for row in listed if row["owner"] == PROCURATORATE] == [False]
    assert "rotate" in agreed.run("keys", "list", *config).output


def test_no_command_shows_a_private_part(agreed: House) -> None:
    """In no spelling of the bytes."""
    config = ("--config", agreed.config(Role.federation))
    shown = [
        agreed.run("keys", word, *config, *flag).output for word in ("list", "rotate") for flag in ((), ("--json",))
    ]
    settings = agreed.settings(Role.federation)
    kept = KeyFile(settings.keys, settings.passphrase_file).read()

    for private in [key.private.private_bytes_raw() for key in kept.signing]:
        assert not any(private.hex() in text or repr(private)[2:-1] in text for text in shown)
    assert len(kept.signing) == 3

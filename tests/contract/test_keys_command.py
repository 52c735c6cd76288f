"""
`keys` and `agreement` as two agencies use them: from nothing to a signed agreement, then new keys and a new version.
"""

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest

from clue_exchange.keys.keystore import KeyFile, read_keys
from schemas.codes import Role
from tests.founding import TODAY, House
from tests.people import OFFICER
from tests.two_sides import FEDERATION, PROCURATORATE


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Configurations and passphrases of both, no keys yet."""
    made = House(tmp_path)
    made.prepare()
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
    told = house.act(Role.federation, "agreement", "sign", house.file).output
    half = house.json("agreement", "check", house.file, expected=1)
    house.act(Role.procuratorate, "agreement", "sign", house.file)
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
    refused = agreed.act(Role.federation, "agreement", "sign", agreed.file, expected=1)
    assert "names a signing key" in refused.output


def test_a_new_version_is_adopted_next_to_the_old_one(agreed: House) -> None:
    """Once or twice; another text of the same version is refused."""
    second, other = str(agreed.folder / "second.yaml"), str(agreed.folder / "other.yaml")
    agreed.signed_agreement(second, "--version", "2", "--keep-years", "12")
    agreed.signed_agreement(other, "--version", "2", "--keep-years", "20")
    config = ("--config", agreed.config(Role.federation))
    for _ in range(2):
        assert agreed.json("agreement", "adopt", second, *config, *agreed.proof())["adopted_by"] == FEDERATION

    assert (
        "give this one a new number"
        in agreed.run("agreement", "adopt", other, *config, *agreed.proof(), expected=1).output
    )
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
    refused = agreed.run("agreement", "adopt", second, *config, *agreed.proof(), expected=1)
    agreed.run("agreement", "adopt", second, *config, *agreed.proof(), "--compared")

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
    new = agreed.json("keys", "rotate", *config, *agreed.proof())
    announced = uses()
    too_soon = agreed.run("keys", "revoke", old, *config, *agreed.proof(), expected=1)
    agreed.relay(Role.federation)
    overlap = uses()
    revoked = agreed.json("keys", "revoke", old, *config, *agreed.proof())

    assert (new["announced_by"], new["first"][f"{FEDERATION}.clues"], new["first"][f"{FEDERATION}.keys"]) == (old, 1, 2)
    assert announced == {old: "signs", new["key_id"]: "unsent"}
    assert "does not hold the announcement" in too_soon.output
    assert overlap == {old: "valid", new["key_id"]: "signs"}
    assert revoked["last"][f"{FEDERATION}.clues"] == 0
    assert uses() == {old: "revoked", new["key_id"]: "signs"}
    assert "only key" in agreed.run("keys", "revoke", new["key_id"], *config, *agreed.proof(), expected=1).output


def test_an_interrupted_rotation_shows_in_the_list(agreed: House) -> None:
    """The key that nobody knows is named, with what to do."""
    settings = agreed.settings(Role.federation)
    file = KeyFile(settings.keys, settings.passphrase_file)
    file.write(file.read().with_new_signing_key())
    config = ("--config", agreed.config(Role.federation))

    listed = agreed.json("keys", "list", *config)

    assert [row["use"] for row in listed if row["owner"] == FEDERATION] == ["signs", "unannounced", "receives"]
    theirs = [(row["kind"], row["is_here"]) for row in listed if row["owner"] == PROCURATORATE]
    assert theirs == [("signing", False), ("receiving", False)]
    assert "rotate" in agreed.run("keys", "list", *config).output


def test_a_receiving_key_is_rotated_and_retired(agreed: House) -> None:
    """Made once, announced by the node that begins with it; the old one is destroyed when nothing needs it."""
    config = ("--config", agreed.config(Role.federation))

    def uses() -> list[tuple[str, str]]:
        rows = agreed.json("keys", "list", *config)
        mine = (row for row in rows if row["owner"] == FEDERATION and row["kind"] == "receiving")
        return [(row["key_id"], row["use"]) for row in mine]

    ((old, _),) = uses()
    made = [agreed.json("keys", "rotate", "--receiving", *config, *agreed.proof())["key_id"] for _ in range(2)]
    new = made[0]
    waiting = uses()
    too_soon = agreed.run("keys", "retire", old, *config, *agreed.proof(), expected=1).output
    agreed.begin(Role.federation)
    agreed.relay(Role.federation)
    announced = uses()
    agreed.run("keys", "retire", old, *config, *agreed.proof())

    assert made == [new, new]
    assert waiting == [(old, "receives"), (new, "to announce")]
    assert "does not hold the announcement" in too_soon
    assert announced == [(old, "opens"), (new, "receives")]
    assert uses() == [(old, "retired"), (new, "receives")]
    assert "is lost" in agreed.run("keys", "retire", new, "--lost", *config, *agreed.proof(), expected=1).output


def test_no_command_shows_a_private_part(agreed: House) -> None:
    """In no spelling of the bytes."""
    acts = (("list", "--config", agreed.config(Role.federation)), ("rotate",))
    shown = [agreed.run("keys", *acts[0], *flag).output for flag in ((), ("--json",))]
    shown += [agreed.act(Role.federation, "keys", *acts[1], *flag).output for flag in ((), ("--json",))]
    settings = agreed.settings(Role.federation)
    kept = KeyFile(settings.keys, settings.passphrase_file).read()

    for private in [key.private.private_bytes_raw() for key in kept.signing]:
        spellings = (private.hex(), base64.b64encode(private).decode(), repr(private)[2:-1])
        assert not any(spelling in text for text in shown for spelling in spellings)
    assert len(kept.signing) == 3


@pytest.mark.parametrize(
    "words", [("keys", "rotate"), ("keys", "revoke", "sign-1"), ("agreement", "sign"), ("agreement", "adopt")]
)
def test_who_may_not_do_it_changes_nothing(agreed: House, words: tuple[str, ...]) -> None:
    """Keys and agreement are not an officer's business; the refusal stands in the access log, and so does each act."""
    files = (agreed.file,) if words[0] == "agreement" else ()
    config = ("--config", agreed.config(Role.federation))
    kept = (Path(agreed.file), agreed.settings(Role.federation).keys / "private-keys.json")
    before = [path.read_bytes() for path in kept]

    refused = agreed.run(*words, *files, *config, *agreed.proof(OFFICER), expected=1)
    agreed.run(*words, *files, *config, expected=2)

    assert [path.read_bytes() for path in kept] == before
    assert "officer" in refused.output
    acts = agreed.logged(Role.federation)
    assert acts[-1] == ("rotate-keys" if words[0] == "keys" else "sign-agreement", True)
    assert ("sign-agreement", False) in acts

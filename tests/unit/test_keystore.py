"""
The file of private keys: its owner's alone, opened by one passphrase, whole or not at all; and nothing shows a key.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clue_exchange.errors import KeysUnavailable
from clue_exchange.keys.key_list import fingerprint
from clue_exchange.keys.keyring import DataKey
from clue_exchange.keys.keystore import (
    FILE_NAME,
    KeyFile,
    PrivateKeys,
    read_keys,
    read_passphrase,
    signing_key_id,
    write_keys,
)
from tests.two_sides import a_ceremony

PASSPHRASE = "four calm herons at dawn"  # noqa: S105  # of these tests alone


def secrets_of(keys: PrivateKeys) -> list[bytes]:
    signing = [key.private.private_bytes_raw() for key in keys.signing]
    receiving = [key.private.private_bytes_raw() for key in keys.receiving]
    return [*signing, *receiving, keys.table_key, keys.index_key]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PrivateKeys]:
    """A folder with keys in it, and the same keys."""
    folder, keys = tmp_path_factory.mktemp("keys"), PrivateKeys.generate()
    write_keys(folder, keys, PASSPHRASE)
    return folder, keys


def changed(written: tuple[Path, PrivateKeys], folder: Path, change: Callable[[bytes], bytes]) -> Path:
    """A folder with a copy of the file that was changed."""
    path = folder / FILE_NAME
    path.write_bytes(change((written[0] / FILE_NAME).read_bytes()))
    path.chmod(0o600)
    return folder


def test_keys_come_back_as_they_were_written(written: tuple[Path, PrivateKeys]) -> None:
    """The newest is the last; the file is its owner's alone, and has no secret in clear."""
    folder, keys = written
    again = read_keys(folder, PASSPHRASE)
    path = folder / FILE_NAME

    assert secrets_of(again) == secrets_of(keys)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [name.name for name in folder.iterdir()] == [FILE_NAME]
    stored = path.read_bytes()
    assert all(secret not in stored and base64.b64encode(secret) not in stored for secret in secrets_of(keys))


def test_a_new_signing_key_is_the_newest_and_the_others_stay(tmp_path: Path) -> None:
    """What was wrapped for, or signed with, an earlier key still opens and verifies."""
    keys = PrivateKeys.generate()
    write_keys(tmp_path, keys, PASSPHRASE)
    write_keys(tmp_path, keys.with_new_signing_key(), PASSPHRASE)

    again = read_keys(tmp_path, PASSPHRASE)

    assert again.signing[0].key_id == keys.signing[0].key_id
    assert len({key.key_id for key in again.signing}) == 2
    assert again.signing[-1].key_id == signing_key_id(again.signing[-1].public)
    assert again.receiving_key(keys.receiving[0].key_id) is not None
    assert again.receiving_key("recv-0") is None


@pytest.mark.parametrize("passphrase", ["", "four calm herons at dusk", PASSPHRASE + " ", PASSPHRASE.upper()])
def test_another_passphrase_opens_nothing(written: tuple[Path, PrivateKeys], passphrase: str) -> None:
    """One clear line that does not repeat it."""
    with pytest.raises(KeysUnavailable, match="passphrase is wrong") as refused:
        read_keys(written[0], passphrase)

    assert not passphrase.strip() or passphrase not in str(refused.value)


def _field(name: str, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def edit(stored: bytes) -> bytes:
        content: dict[str, Any] = json.loads(stored)
        content[name] = base64.b64encode(change(base64.b64decode(content[name]))).decode()
        return json.dumps(content).encode()

    return edit


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda stored: stored[:-9],
    "not ascii": lambda stored: b"\xff" + stored,
    "not json": lambda _: b"keys",
    "a list": lambda _: b"[]",
    "too deep": lambda _: b"[" * 100_000,
    "no salt": lambda stored: stored.replace(b'"salt"', b'"sall"'),
    "a number": lambda _: b'{"salt": 1, "sealed": 2}',
    "not base64": lambda _: b'{"salt": "*", "sealed": "*"}',
    "short salt": _field("salt", lambda salt: salt[:4]),
    "other salt": _field("salt", lambda salt: salt[::-1]),
    "first byte": _field("sealed", lambda sealed: bytes([sealed[0] ^ 1]) + sealed[1:]),
    "last byte": _field("sealed", lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1])),
    "nothing sealed": _field("sealed", lambda _: b""),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_by_its_name(written: tuple[Path, PrivateKeys], tmp_path: Path, damage: str) -> None:
    """Whatever was done to it: one clear line, no stack trace, no half set of keys."""
    folder = changed(written, tmp_path, DAMAGES[damage])

    with pytest.raises(KeysUnavailable, match=FILE_NAME):
        read_keys(folder, PASSPHRASE)


def test_a_file_of_another_version_is_told_as_such(tmp_path: Path) -> None:
    """One that lacks what this version wants, under the right passphrase: no stack trace."""
    lacking: Any = None
    write_keys(tmp_path, replace(PrivateKeys.generate(), retired=lacking), PASSPHRASE)

    with pytest.raises(KeysUnavailable, match="another version"):
        read_keys(tmp_path, PASSPHRASE)


def test_a_missing_file_names_the_command_that_makes_one(tmp_path: Path) -> None:
    """A person learns what to do."""
    with pytest.raises(KeysUnavailable, match="clue-exchange keys new"):
        read_keys(tmp_path, PASSPHRASE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_not_used(written: tuple[Path, PrivateKeys], tmp_path: Path, mode: int) -> None:
    """Neither the keys nor the passphrase."""
    folder = changed(written, tmp_path, lambda stored: stored)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    for path in (folder / FILE_NAME, passphrase):
        path.chmod(mode)

    with pytest.raises(KeysUnavailable, match="others can read it"):
        read_keys(folder, PASSPHRASE)
    with pytest.raises(KeysUnavailable, match="others can read it"):
        read_passphrase(passphrase)


@pytest.mark.parametrize("content", [b"", b"\n", b"\nsecond line", b"\xff\xfe"])
def test_a_passphrase_file_without_one_is_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, or not text."""
    path = tmp_path / "passphrase"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(KeysUnavailable, match="passphrase"):
        read_passphrase(path)


def test_a_passphrase_is_the_first_line(tmp_path: Path) -> None:
    """A file that an editor wrote ends with a newline."""
    path = tmp_path / "passphrase"
    path.write_text(f"{PASSPHRASE}\nnote\n", encoding="utf-8")
    path.chmod(0o600)

    assert read_passphrase(path) == PASSPHRASE
    with pytest.raises(KeysUnavailable):
        read_passphrase(tmp_path)


def test_nothing_that_holds_a_key_shows_it(written: tuple[Path, PrivateKeys]) -> None:
    """`repr` and `str` of each: ids alone, in no spelling of the bytes."""
    keys = written[1]
    ceremony = a_ceremony()
    data_key = DataKey("facts-1", keys.table_key)
    holders = [keys, *keys.signing, *keys.receiving, ceremony, data_key, KeyFile(Path("keys"), Path("passphrase"))]
    hidden = [*secrets_of(keys), *(secret for each in ceremony.keys.values() for secret in secrets_of(each))]

    shown = "".join(f"{each!r}{each!s}{each}" for each in holders)

    for secret in hidden:
        spellings = (secret.hex(), base64.b64encode(secret).decode(), repr(secret)[2:-1], str(list(secret)))
        assert not any(spelling in shown for spelling in spellings)


def test_fingerprints_are_said_in_digits_and_differ() -> None:
    """Eight groups of five digits."""
    prints = {fingerprint(PrivateKeys.generate().signing[0].public) for _ in range(20)}

    assert len(prints) == 20
    assert all([len(group) for group in each.split()] == [5] * 8 and each.replace(" ", "").isdigit() for each in prints)

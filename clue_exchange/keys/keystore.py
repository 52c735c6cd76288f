"""
The private keys of one agency: one file, encrypted under a passphrase (Argon2id, RFC 9106), its owner's alone.

The passphrase comes from a file or a prompt, never from an argument or the environment. `repr` of keys shows nothing.
"""

import base64
import json
import os
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from clue_exchange.errors import KeysUnavailable
from clue_exchange.sealing import KEY_BYTES, Unreadable, new_data_key, seal, unseal

FILE_NAME = "private-keys.json"
SIGNING = "sign-"
"""How the ids of signing keys begin."""
_PURPOSE = b"clue-exchange private keys v1"
_SALT_BYTES = 16
# RFC 9106, second recommended option: 64 MiB, three passes; about 0.1 s here, paid once when a process starts.
_ITERATIONS, _LANES, _MEMORY_KIB = 3, 4, 64 * 1024


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key and its id, which is derived from the public key."""

    key_id: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class ReceivingKey:
    """An X25519 key, for data keys that are wrapped for this agency, and its id."""

    key_id: str
    private: X25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class PrivateKeys:
    """
    All private keys of an agency.

    Attributes:
        signing, receiving: the newest last; earlier ones stay, to open what was wrapped for them.
        table_key: seals data keys and candidates in the agency's own database.
        index_key: of the search for the same person; never leaves the agency.
        retired: ids of receiving keys that are destroyed, or lost.
    """

    signing: tuple[SigningKey, ...]
    receiving: tuple[ReceivingKey, ...]
    table_key: bytes = field(repr=False)
    index_key: bytes = field(repr=False)
    retired: tuple[str, ...] = ()

    @classmethod
    def generate(cls) -> "PrivateKeys":
        """Fresh random keys."""
        receiving = _receiving(X25519PrivateKey.generate())
        return cls((_signing(Ed25519PrivateKey.generate()),), (receiving,), new_data_key(), new_data_key())

    def with_new_signing_key(self) -> "PrivateKeys":
        """The same keys and a new one to sign with."""
        return replace(self, signing=(*self.signing, _signing(Ed25519PrivateKey.generate())))

    def with_new_receiving_key(self) -> "PrivateKeys":
        """The same keys and a new one to have data keys wrapped for."""
        return replace(self, receiving=(*self.receiving, _receiving(X25519PrivateKey.generate())))

    def without_receiving_key(self, key_id: str) -> "PrivateKeys":
        """The same keys without this one, whose id is remembered."""
        left = tuple(key for key in self.receiving if key.key_id != key_id)
        return replace(self, receiving=left, retired=(*self.retired, key_id))

    def receiving_key(self, key_id: str) -> ReceivingKey | None:
        return next((key for key in self.receiving if key.key_id == key_id), None)


def signing_key_id(public: bytes) -> str:
    """The id of a signing key: nobody can give another key the same one."""
    return f"{SIGNING}{sha256(public).hexdigest()[:24]}"


def receiving_key_id(public: bytes) -> str:
    """The id of a receiving key."""
    return f"recv-{sha256(public).hexdigest()[:24]}"


def _signing(private: Ed25519PrivateKey) -> SigningKey:
    return SigningKey(signing_key_id(private.public_key().public_bytes_raw()), private)


def _receiving(private: X25519PrivateKey) -> ReceivingKey:
    return ReceivingKey(receiving_key_id(private.public_key().public_bytes_raw()), private)


def write_keys(folder: Path, keys: PrivateKeys, passphrase: str) -> None:
    """Write the file anew, encrypted, its owner's alone; it replaces an older one in one step, and for good."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    salt = os.urandom(_SALT_BYTES)
    content = {
        "signing": [_text(key.private.private_bytes_raw()) for key in keys.signing],
        "receiving": [_text(key.private.private_bytes_raw()) for key in keys.receiving],
        "table_key": _text(keys.table_key),
        "index_key": _text(keys.index_key),
        "retired": keys.retired,
    }
    sealed = seal(_key_encryption_key(passphrase, salt), _PURPOSE, json.dumps(content).encode())
    scratch = folder / f".{FILE_NAME}.new"
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        json.dump({"version": 1, "salt": _text(salt), "sealed": _text(sealed)}, file)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(folder / FILE_NAME)
    _sync(folder)


def read_keys(folder: Path, passphrase: str) -> PrivateKeys:
    """
    Open the file.

    Raises:
        KeysUnavailable: no file, one that others can read, not such a file, or another passphrase.
    """
    path = folder / FILE_NAME
    try:
        _require_own(path)
        stored = json.loads(path.read_text(encoding="ascii"))
        key = _key_encryption_key(passphrase, _bytes(stored["salt"]))
        sealed = _bytes(stored["sealed"])
    except OSError as error:
        raise KeysUnavailable(f"{path}: {error.strerror}; make the keys first: clue-exchange keys new") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise KeysUnavailable(f"{path}: is not a file of private keys") from None
    try:
        return _keys(json.loads(unseal(key, _PURPOSE, sealed)))
    except Unreadable:
        raise KeysUnavailable(f"{path}: the passphrase is wrong, or the file was changed") from None
    except (ValueError, KeyError, TypeError):
        raise KeysUnavailable(f"{path}: was written by another version of this program") from None


@dataclass(frozen=True, slots=True)
class KeyFile:
    """
    Where the private keys of an agency are.

    Attributes:
        folder: holds the encrypted file.
        passphrase_file: holds what opens it.
    """

    folder: Path
    passphrase_file: Path

    def read(self) -> PrivateKeys:
        """
        Raises:
            KeysUnavailable: as `read_keys` and `read_passphrase` do.
        """
        return read_keys(self.folder, read_passphrase(self.passphrase_file))

    def write(self, keys: PrivateKeys) -> None:
        """
        Raises:
            KeysUnavailable: as `read_passphrase` does.
        """
        write_keys(self.folder, keys, read_passphrase(self.passphrase_file))


def read_passphrase(path: Path) -> str:
    """
    The first line of a passphrase file.

    Raises:
        KeysUnavailable: no file, an empty one, or one that others can read.
    """
    try:
        _require_own(path)
        passphrase = path.read_text(encoding="utf-8").split("\n", 1)[0]
    except OSError as error:
        raise KeysUnavailable(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise KeysUnavailable(f"{path}: is not text in UTF-8") from None
    if not passphrase:
        raise KeysUnavailable(f"{path}: is empty")
    return passphrase


def _require_own(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise KeysUnavailable(f"{path}: others can read it; make it yours alone: chmod 600")


def _sync(folder: Path) -> None:
    """A rename is only in the folder's own blocks: without this a power cut could take the new file back."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keys(content: dict[str, Any]) -> PrivateKeys:
    return PrivateKeys(
        signing=tuple(_signing(Ed25519PrivateKey.from_private_bytes(_bytes(text))) for text in content["signing"]),
        receiving=tuple(_receiving(X25519PrivateKey.from_private_bytes(_bytes(text))) for text in content["receiving"]),
        table_key=_bytes(content["table_key"]),
        index_key=_bytes(content["index_key"]),
        retired=tuple(content["retired"]),
    )


def _key_encryption_key(passphrase: str, salt: bytes) -> bytes:
    argon2 = Argon2id(salt=salt, length=KEY_BYTES, iterations=_ITERATIONS, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return argon2.derive(passphrase.encode())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)

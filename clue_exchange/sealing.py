"""
Sealing: AES-256-GCM over padded bytes, bound to their place; and data keys wrapped for a party with HPKE (RFC 9180).

Suite `intl-1`: X25519, HKDF-SHA256 and AES-256-GCM for wraps, AES-256-GCM for parts, Ed25519 for signatures, SHA-256
for hashes. One dependency: `cryptography`.
"""

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.event import PersonKey

SUITE = "intl-1"
KEY_BYTES = 32
NONCE_BYTES = 12
LENGTH_BYTES = 4
SMALLEST_BUCKET_BYTES = 256

_WRAP = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class Unreadable(Exception):
    """Not sealed with this key for this place, or changed since; says nothing of the content."""


@dataclass(frozen=True, slots=True)
class PartPlace:
    """
    Where a part belongs; sealing binds it to this place, so that it cannot be moved to another.

    Attributes:
        clue_id, event_id: of the event; for a candidate its own id stands for both.
        sender: the agency that seals.
        person: whose particulars it is; None for facts, and for a candidate.
    """

    clue_id: UUID
    event_id: UUID
    sender: str
    person: PersonKey | None = None

    def associated_data(self, key_id: str) -> bytes:
        """The identifiers that the tag covers; no two places have the same."""
        name = "facts" if self.person is None else f"particulars:{self.person[0]}:{self.person[1]}"
        return "\x00".join((SUITE, str(self.clue_id), str(self.event_id), self.sender, name, key_id)).encode()


def new_data_key() -> bytes:
    """A fresh random AES-256 key."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def seal(key: bytes, associated_data: bytes, data: bytes) -> bytes:
    """
    Seal with a fresh random nonce; the length tells no more than a size bucket (a power of two, 256 bytes or more).

    A key seals few parts (one person's, or one agreement's facts), far below the 2^32 that random nonces allow.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, _padded(data), associated_data)


def unseal(key: bytes, associated_data: bytes, sealed: bytes) -> bytes:
    """
    The bytes that were sealed.

    Raises:
        Unreadable: another key, another place, or changed.
    """
    try:
        padded = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated_data)
    except (InvalidTag, ValueError):
        raise Unreadable from None
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    data, padding = padded[LENGTH_BYTES : LENGTH_BYTES + length], padded[LENGTH_BYTES + length :]
    if len(data) != length or any(padding):
        raise Unreadable
    return data


def _padded(data: bytes) -> bytes:
    needed = LENGTH_BYTES + len(data)
    bucket = max(SMALLEST_BUCKET_BYTES, 1 << (needed - 1).bit_length())
    return len(data).to_bytes(LENGTH_BYTES, "big") + data + bytes(bucket - needed)


def wrap(data_key: bytes, recipient_key: bytes, info: bytes) -> bytes:
    """The data key for one recipient. Base mode proves no sender: the signature of the key record does."""
    return _WRAP.encrypt(data_key, X25519PublicKey.from_public_bytes(recipient_key), info)


def unwrap(wrapped: bytes, private_key: X25519PrivateKey, info: bytes) -> bytes:
    """
    The data key in a wrap.

    Raises:
        Unreadable: wrapped for another key or purpose, or changed.
    """
    try:
        data_key = _WRAP.decrypt(wrapped, private_key, info)
    except (InvalidTag, ValueError):
        raise Unreadable from None
    if len(data_key) != KEY_BYTES:
        raise Unreadable
    return data_key


def wrap_info(purpose: str, key_id: str, recipient: str, clue_id: UUID | None) -> bytes:
    """What a wrap is bound to: purpose, key id, recipient and, for a person's key, the clue."""
    return "\x00".join(("clue-exchange wrap v1", purpose, key_id, recipient, str(clue_id or ""))).encode()

"""
Signatures: Ed25519 over topic, number and body (RFC 8032), by keys that are valid for a range of numbers of each topic.

Validity never depends on a wall clock: a key that was revoked from number n on still proves the records before n.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from clue_exchange.errors import KeysUnavailable
from clue_exchange.keys.keystore import PrivateKeys
from schemas.envelope import signed_bytes


class BadSignature(Exception):
    """The owner of the topic did not sign these bytes, or with a key that is not valid for this number."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """
    A key that signs a topic.

    Attributes:
        first, last: the numbers that it is valid for, inclusive; no last one while it is not revoked.
    """

    key_id: str
    topic: str
    public: bytes
    first: int
    last: int | None = None

    def is_valid_for(self, number: int) -> bool:
        return self.first <= number and (self.last is None or number <= self.last)


class Signer:
    """Signs the records of this agency, with the newest of its keys that may."""

    def __init__(self, keys: PrivateKeys) -> None:
        self._newest_first = tuple(reversed(keys.signing))

    def sign(self, topic: str, number: int, body: bytes, allowed: Collection[str]) -> tuple[str, bytes]:
        """
        The id of the key, and the signature. `allowed` are the keys that others will believe under this number.

        Raises:
            KeysUnavailable: none of them is here: docs/decisions/0011-key-rotation.md.
        """
        key = next((key for key in self._newest_first if key.key_id in allowed), None)
        if key is None:
            raise KeysUnavailable(
                f"no signing key of this process may sign number {number} of {topic}: "
                "keys were rotated or revoked since it began, so start it again"
            )
        return key.key_id, key.private.sign(signed_bytes(topic, number, body))


class Verifier:
    """Checks signatures against the keys of the topics' owners."""

    def __init__(self, keys: Sequence[PublicKey]) -> None:
        self._keys: Mapping[tuple[str, str], tuple[PublicKey, Ed25519PublicKey]] = {
            (key.topic, key.key_id): (key, Ed25519PublicKey.from_public_bytes(key.public)) for key in keys
        }

    def verify(self, topic: str, number: int, body: bytes, key_id: str, signature: bytes) -> None:
        """
        Check that the owner of the topic signed this body under this number.

        Raises:
            BadSignature: no such key, not valid for this number, or the signature does not hold.
        """
        known = self._keys.get((topic, key_id))
        if known is None or not known[0].is_valid_for(number):
            raise BadSignature
        try:
            known[1].verify(signature, signed_bytes(topic, number, body))
        except InvalidSignature:
            raise BadSignature from None

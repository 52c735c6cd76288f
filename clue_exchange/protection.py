"""
The one seam for what protects an event: sealing of its parts and signing of its record.

Every event goes through here on its way out and on its way in; nothing else looks into a part. The suite is named in
the envelope and a receiver takes no other than its own.
"""

import hashlib
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from schemas.envelope import Part
from schemas.event import PersonKey


class BadSignature(Exception):  # named for what it is, as in the design
    """The bytes are not signed by the owner of the topic."""


@dataclass(frozen=True, slots=True)
class PartPlace:
    """
    Where a part belongs; sealing binds it to this place, so that it cannot be moved to another.

    Attributes:
        person: whose particulars it is; None for the facts, and for a candidate that is not in a clue yet.
    """

    clue_id: UUID
    event_id: UUID
    sender: str
    person: PersonKey | None = None


class Protection(Protocol):
    """What seals, opens, signs and verifies."""

    @property
    def suite(self) -> str: ...

    def seal(self, place: PartPlace, data: bytes) -> Part:
        """The protected bytes, and the id of the key that opens them."""

    def open(self, place: PartPlace, part: Part) -> bytes:
        """
        The bytes that were sealed for this place.

        Raises:
            BadSignature: not sealed for this place, or changed.
        """

    def sign(self, data: bytes) -> tuple[str, bytes]:
        """The key id and the signature of our own agency."""

    def verify(self, agency: str, key_id: str, data: bytes, signature: bytes) -> None:
        """
        Check that this agency signed these bytes.

        Raises:
            BadSignature: it did not.
        """


class DraftProtection:
    """
    What stands here until the keys exist: a checksum in each place of a key. It hides and proves nothing.

    Its suite `draft-0` ends with it: no receiver takes it once a real suite stands here, and there is no way to choose
    it by configuration.
    """

    suite = "draft-0"
    _KEY_ID = "draft-0"
    _CHECKSUM_BYTES = 32

    def seal(self, place: PartPlace, data: bytes) -> Part:
        return Part(key_id=self._KEY_ID, sealed=self._checksum(place, data) + data)

    def open(self, place: PartPlace, part: Part) -> bytes:
        data = part.sealed[self._CHECKSUM_BYTES :]
        if part.key_id != self._KEY_ID or part.sealed[: self._CHECKSUM_BYTES] != self._checksum(place, data):
            raise BadSignature("the part is not sealed for this place")
        return data

    def sign(self, data: bytes) -> tuple[str, bytes]:
        return self._KEY_ID, hashlib.sha256(data).digest()

    def verify(self, agency: str, key_id: str, data: bytes, signature: bytes) -> None:  # noqa: ARG002  # no keys yet
        if key_id != self._KEY_ID or signature != hashlib.sha256(data).digest():
            raise BadSignature("the signature does not hold")

    @staticmethod
    def _checksum(place: PartPlace, data: bytes) -> bytes:
        return hashlib.sha256(repr(place).encode() + b"\x00" + data).digest()

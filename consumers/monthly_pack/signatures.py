"""
Both agencies' signatures on a pack's content: Ed25519 over a purpose and the content's hash, beside the pack in a file.
"""

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from clue_exchange.errors import CommandRefused
from clue_exchange.keys.keystore import SigningKey

_PURPOSE = b"clue-exchange monthly pack v1\x00"


@dataclass(frozen=True, slots=True)
class PackSignatures:
    """The signatures on the content with this hash, each by an agency with one of its keys."""

    content: str
    by_agency: Mapping[str, tuple[str, bytes]]

    def signed_by(self, agency: str, key: SigningKey) -> "PackSignatures":
        """The same with this agency's signature."""
        signature = key.private.sign(_PURPOSE + bytes.fromhex(self.content))
        return replace(self, by_agency={**self.by_agency, agency: (key.key_id, signature)})

    def problems(self, parties: Mapping[str, Collection[bytes]]) -> tuple[str, ...]:
        """What keeps it from being signed by both; `parties` are their public keys that may sign it."""
        found = [f"{agency} has not signed" for agency in parties if agency not in self.by_agency]
        for agency, (key_id, signature) in self.by_agency.items():
            if agency not in parties:
                found.append(f"{agency} is no party of it")
            elif not any(self._holds(public, signature) for public in parties[agency]):
                found.append(f"the signature of {agency} ({key_id}) does not hold: another content, or another key")
        return tuple(found)

    def _holds(self, public: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, _PURPOSE + bytes.fromhex(self.content))
        except InvalidSignature:
            return False
        return True


def read_signatures(file: Path, content: str) -> PackSignatures:
    """
    The signatures in this file; none where there is no file yet.

    Raises:
        CommandRefused: it is no such file, or of another content.
    """
    if not file.exists():
        return PackSignatures(content, {})
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        signatures = {
            str(agency): (str(each["key_id"]), base64.b64decode(each["signature"], validate=True))
            for agency, each in told["signatures"].items()
        }
        of = str(told["content"])
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise CommandRefused(f"{file}: is not a file of signatures") from None
    if of != content:
        raise CommandRefused(f"{file}: signs another content: one side had more events, or the pack was changed")
    return PackSignatures(content, signatures)


def write_signatures(file: Path, signatures: PackSignatures) -> None:
    """Write the file that the agencies hand to each other."""
    told = {
        agency: {"key_id": key_id, "signature": base64.b64encode(signature).decode("ascii")}
        for agency, (key_id, signature) in sorted(signatures.by_agency.items())
    }
    content = {"content": signatures.content, "signatures": told}
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

"""
What stands where in an evidence pack, and its manifest: docs/decisions/0012-evidence-pack.md.

    manifest.json                               version, clue, parties, exporter, each other member's SHA-256
    manifest.signature                          Ed25519 by the exporting agency
    agreements/<version>/agreement.json         the canonical bytes that both signed
    agreements/<version>/<agency>.signature     one each
    keys/ranges.json                            which key signs which numbers, as the rest of the pack proves it
    keys/<topic>/<number>.record                announcements and revocations of signing keys, verbatim
    events/<topic>/<number>.record              the events of the clue, verbatim
    receipts/<topic>/<number>.record            receipts, verbatim
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field

from clue_exchange.evidence.pack_file import NAME
from schemas.envelope import AgencyName
from schemas.event import Coded

FORMAT_VERSION = 1
MANIFEST, SIGNATURE, RANGES = "manifest.json", "manifest.signature", "keys/ranges.json"
EVENTS, KEYS, RECEIPTS = "events", "keys", "receipts"
UNDER_SIGNATURE = b"clue-exchange evidence pack v1\x00"
MANIFEST_CAP_BYTES = 4 * 1024 * 1024

_RECORD = re.compile(r"(events|keys|receipts)/([a-z]+-[0-9]{6}\.[a-z-]+)/([0-9]{16})\.record")
_AGREEMENT = re.compile(r"agreements/([0-9]{7})/(?:agreement\.json|([a-z]+-[0-9]{6})\.signature)")


class Entry(Coded):
    """A member as the manifest names it."""

    name: Annotated[str, Field(pattern=NAME)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(Coded):
    """
    What a pack is of, and all that it holds.

    Attributes:
        exported_by: the agency from whose ledger it is, and whose signature stands beside it.
    """

    format: Literal["clue-exchange evidence pack"] = "clue-exchange evidence pack"
    version: Literal[1] = 1
    clue: UUID
    federation: AgencyName
    procuratorate: AgencyName
    exported_by: AgencyName
    members: tuple[Entry, ...]

    @property
    def parties(self) -> set[str]:
        return {self.federation, self.procuratorate}

    @classmethod
    def over(cls, members: Mapping[str, bytes], **about: Any) -> Self:
        """The manifest of these members."""
        return cls(members=tuple(Entry(name=n, sha256=sha256_of(members[n])) for n in sorted(members)), **about)

    def canonical(self) -> bytes:
        """The one spelling, which is signed."""
        return canonical_json(self.model_dump(mode="json"))


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: object) -> bytes:
    """JSON in UTF-8, keys sorted, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def record_name(folder: str, topic: str, number: int) -> str:
    """The member that holds a record."""
    return f"{folder}/{topic}/{number:016d}.record"


def record_place(name: str) -> tuple[str, int] | None:
    """Topic and number of the record that a member holds; None where it holds none."""
    found = _RECORD.fullmatch(name)
    return (found[2], int(found[3])) if found else None


def agreement_name(version: int, signed_by: str | None = None) -> str:
    """The member that holds an agreement, or one party's signature under it."""
    return f"agreements/{version:07d}/" + (f"{signed_by}.signature" if signed_by else "agreement.json")


def agreement_of(name: str) -> int | None:
    """The version of the agreement that a member holds or signs; None where it is of none."""
    found = _AGREEMENT.fullmatch(name)
    return int(found[1]) if found else None


def is_member(name: str) -> bool:
    """Whether this version of the format has a place of this name."""
    return name in (MANIFEST, SIGNATURE, RANGES) or record_place(name) is not None or agreement_of(name) is not None


def in_folder(names: Iterable[str], folder: str) -> list[tuple[str, str, int]]:
    """Each record of a folder: its member, topic and number, in the order of the names."""
    found = ((name, record_place(name)) for name in sorted(names) if name.startswith(f"{folder}/"))
    return [(name, *place) for name, place in found if place is not None]

"""
Verify an evidence pack: offline, by public keys alone, and name everything that is not as it was.

Nothing is opened: what the parts say is not proven here, and need not be for the chain to stand
(docs/decisions/0012-evidence-pack.md). Memory and time are bounded by the size of the file.
"""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from clue_exchange.errors import CommandRefused
from clue_exchange.evidence.chain import ChainLink, chain_faults, order
from clue_exchange.evidence.contents import Members, compare, read_agreements, read_events, read_manifest
from clue_exchange.evidence.faults import Fault, Finding
from clue_exchange.evidence.format import (
    KEYS,
    MANIFEST,
    RANGES,
    RECEIPTS,
    SIGNATURE,
    UNDER_SIGNATURE,
    Manifest,
    in_folder,
)
from clue_exchange.evidence.keys import Announcement, KeyBook, Trust
from clue_exchange.evidence.pack_file import PACK_CAP_BYTES, WHOLE_FILE, read_members
from clue_exchange.evidence.records import proven_record
from clue_exchange.topics import is_family
from schemas.catalog import Family


@dataclass(slots=True)
class Verdict:
    """
    What a pack proves, and what is wrong with it.

    Attributes:
        findings: everything that is wrong; nothing, when the pack holds.
        is_anchored: the proof starts from keys that the verifying person knows; else from the pack's own.
        roots: the keys from which it starts, with their owners: to compare, where it is not anchored.
        links: the events in their order.
        receipts: how many receipts are in it, each signed by its sender.
    """

    findings: list[Finding] = field(default_factory=list)
    is_anchored: bool = False
    manifest: Manifest | None = None
    roots: list[tuple[str, bytes]] = field(default_factory=list)
    links: list[ChainLink] = field(default_factory=list)
    receipts: int = 0

    @property
    def holds(self) -> bool:
        return not self.findings


def verify_pack(path: Path, trust: Trust | None = None) -> Verdict:
    """
    Verify the pack in a file.

    Raises:
        CommandRefused: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(PACK_CAP_BYTES + 1)
    except OSError as error:
        raise CommandRefused(f"{path}: {error.strerror}") from None
    return verify_bytes(data, trust)


def verify_bytes(data: bytes, trust: Trust | None = None) -> Verdict:
    """Verify the bytes of a pack."""
    trust = trust or Trust()
    if len(data) > PACK_CAP_BYTES:
        return Verdict([Finding(WHOLE_FILE, Fault.TOO_LARGE, f"more than {PACK_CAP_BYTES} bytes")])
    content = read_members(data)
    verdict = Verdict(content.findings, trust.is_given)
    if content.is_whole:
        manifest = read_manifest(content.members)
        if isinstance(manifest, Finding):
            verdict.findings.append(manifest)
        else:
            verdict.manifest = manifest
            _check(content.members, manifest, trust, verdict)
    return verdict


def _check(members: Members, manifest: Manifest, trust: Trust, verdict: Verdict) -> None:
    """Manifest, agreements, keys, the signature over all, events and their chain, receipts."""
    findings = verdict.findings
    findings += compare(members, manifest)
    agreements, faults = read_agreements(members, manifest, trust)
    findings += faults
    announcements = [Announcement(*place, members[place[0]]) for place in in_folder(members, KEYS)]
    book, faults = KeyBook.prove(agreements, announcements, trust)
    findings += faults
    findings += _check_keys(members, manifest, book)
    verdict.roots = book.roots
    events, faults = read_events(members, manifest, book, {each.agreement.hash for each in agreements})
    findings += faults
    verdict.links = order(events)
    findings += chain_faults(verdict.links)
    for name, topic, number in in_folder(members, RECEIPTS):
        record = proven_record(name, topic, number, members[name], book.of(topic))
        if isinstance(record, Finding):
            findings.append(record)
        elif not is_family(topic, Family.RECEIPTS):
            findings.append(Finding(name, Fault.OTHER_PARTY))
        else:
            verdict.receipts += 1


def _check_keys(members: Members, manifest: Manifest, book: KeyBook) -> list[Finding]:
    """The exporting agency answers by its signature for what is in the pack, and for what is not."""
    findings = []
    ranges, signature, by = members.get(RANGES), members.get(SIGNATURE), manifest.exported_by
    if ranges is None:
        findings.append(Finding(RANGES, Fault.MISSING))
    elif ranges != book.ranges():
        findings.append(Finding(RANGES, Fault.MANIFEST, "other keys than agreements and key records prove"))
    if by not in manifest.parties:
        findings.append(Finding(MANIFEST, Fault.OTHER_PARTY, by))
    if signature is None:
        findings.append(Finding(SIGNATURE, Fault.MISSING))
    elif not any(_holds(key, signature, UNDER_SIGNATURE + members[MANIFEST]) for key in book.unrevoked(by)):
        findings.append(Finding(SIGNATURE, Fault.SIGNATURE, f"{by} under {MANIFEST}"))
    return findings


def _holds(public: bytes, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except InvalidSignature:
        return False
    return True

"""
What is inside a pack, read strictly: manifest, agreements, events. Each fault is named, and reading goes on.
"""

import json
from collections.abc import Collection, Mapping

from clue_exchange.agreements import SignedAgreement
from clue_exchange.evidence.chain import ProvenEvent
from clue_exchange.evidence.faults import Fault, Finding
from clue_exchange.evidence.format import (
    EVENTS,
    FORMAT_VERSION,
    MANIFEST,
    MANIFEST_CAP_BYTES,
    SIGNATURE,
    Manifest,
    agreement_name,
    agreement_of,
    in_folder,
    is_member,
    sha256_of,
)
from clue_exchange.evidence.keys import KeyBook, Trust
from clue_exchange.evidence.records import proven_record
from clue_exchange.sealing import SUITE
from clue_exchange.topics import topic_name
from schemas.agreement import Agreement
from schemas.catalog import BY_NAME, EVENT_FAMILIES
from schemas.envelope import Envelope
from schemas.errors import ContractError, InvalidEvent, UnknownFingerprint

Members = Mapping[str, bytes]
AGREEMENTS_CAP, AGREEMENT_CAP_BYTES = 32, 64 * 1024
_NOT_AN_AGREEMENT = "not in its one spelling, or of a newer form"
_NOT_JSON_OF_ITS_FORM = (ValueError, TypeError, KeyError, RecursionError)
"""What reading JSON of another form raises; a nest of brackets ends as RecursionError."""


def read_manifest(members: Members) -> Manifest | Finding:
    """The manifest; or why there is none, and nothing else can be said of the pack."""
    data = members.get(MANIFEST)
    if data is None:
        return Finding(MANIFEST, Fault.MISSING)
    if len(data) > MANIFEST_CAP_BYTES:
        return Finding(MANIFEST, Fault.TOO_LARGE, f"{len(data)} bytes")
    try:
        said = json.loads(data)
        version = said["version"]
        if isinstance(version, int) and version > FORMAT_VERSION:
            return Finding(MANIFEST, Fault.NEWER, f"format {version}; this program reads up to {FORMAT_VERSION}")
        manifest = Manifest.read(said)
    except (InvalidEvent, *_NOT_JSON_OF_ITS_FORM):
        return Finding(MANIFEST, Fault.MANIFEST, "not JSON of its form")
    return manifest if manifest.canonical() == data else Finding(MANIFEST, Fault.MANIFEST, "not its one spelling")


def compare(members: Members, manifest: Manifest) -> list[Finding]:
    """How the members differ from those that the manifest names."""
    named = {entry.name: entry.sha256 for entry in manifest.members}
    findings = []
    for name, sha256 in named.items():
        if not is_member(name):
            findings.append(Finding(name, Fault.NAME))
        elif name not in members:
            findings.append(Finding(name, Fault.MISSING))
        elif sha256_of(members[name]) != sha256:
            findings.append(Finding(name, Fault.CHANGED))
    added = sorted(members.keys() - named.keys() - {MANIFEST, SIGNATURE})
    findings += [Finding(name, Fault.ADDED) for name in added]
    if [entry.name for entry in manifest.members] != sorted(named):
        findings.append(Finding(MANIFEST, Fault.MANIFEST, "its members are not in their order, or twice"))
    return findings


def read_agreements(members: Members, manifest: Manifest, trust: Trust) -> tuple[list[SignedAgreement], list[Finding]]:
    """The agreements that both parties have signed."""
    found, findings = [], []
    versions = sorted({v for name in members if (v := agreement_of(name)) is not None})
    if len(versions) > AGREEMENTS_CAP:
        return [], [Finding("agreements/", Fault.TOO_LARGE, f"{len(versions)} versions")]
    for version in versions:
        signed = _agreement(members, version)
        problems = _problems(signed, version, manifest, trust) if signed else (_NOT_AN_AGREEMENT,)
        findings += [Finding(agreement_name(version), Fault.AGREEMENT, problem) for problem in problems]
        if signed and not problems:
            found.append(signed)
    return found, findings


def _agreement(members: Members, version: int) -> SignedAgreement | None:
    """The agreement in its one spelling, with the signatures beside it; None where there is none."""
    name = agreement_name(version)
    data, folder = members.get(name, b""), name.removesuffix("agreement.json")
    beside = [each for each in members if each.startswith(folder) and each != name]
    signatures = {each.removeprefix(folder).removesuffix(".signature"): members[each] for each in beside}
    if len(data) > AGREEMENT_CAP_BYTES:
        return None
    try:
        agreement = Agreement.read(json.loads(data))
    except (InvalidEvent, *_NOT_JSON_OF_ITS_FORM):
        return None
    is_as_named = agreement.canonical() == data and agreement.version == version
    return SignedAgreement(agreement, signatures) if is_as_named else None


def _problems(signed: SignedAgreement, version: int, manifest: Manifest, trust: Trust) -> tuple[str, ...]:
    agreement = signed.agreement
    if {agreement.federation.agency, agreement.procuratorate.agency} != manifest.parties:
        return ("it is between others than the manifest says",)
    given = {each.agreement.hash for each in trust.agreements if each.agreement.version == version}
    if given and agreement.hash not in given:
        return (f"the version {version} that you gave is another text",)
    return signed.problems()


def read_events(
    members: Members, manifest: Manifest, book: KeyBook, agreements: Collection[bytes]
) -> tuple[list[ProvenEvent], list[Finding]]:
    """The events of the clue whose signatures hold; `agreements` are the hashes of those in the pack."""
    events: dict[bytes, ProvenEvent] = {}
    findings = []
    for name, topic, number in in_folder(members, EVENTS):
        event = _event(name, topic, number, members[name], manifest, book)
        if isinstance(event, Finding):
            findings.append(event)
            continue
        if event.envelope.agreement_hash not in agreements:
            findings.append(Finding(name, Fault.OTHER_AGREEMENT, f"version {event.envelope.agreement_version}"))
        first = events.setdefault(event.hash, event)
        if first is not event:
            findings.append(Finding(name, Fault.ID_TWICE, first.member))
    if not events:
        findings.append(Finding(f"{EVENTS}/", Fault.NO_EVENTS))
    return list(events.values()), findings


def _event(
    name: str, topic: str, number: int, value: bytes, manifest: Manifest, book: KeyBook
) -> ProvenEvent | Finding:
    record = proven_record(name, topic, number, value, book.of(topic))
    if isinstance(record, Finding):
        return record
    try:
        envelope = Envelope.from_body(record.body)
    except UnknownFingerprint:
        return Finding(name, Fault.NEWER, "its envelope's schema")
    except ContractError as error:
        return Finding(name, Fault.UNREADABLE, type(error).__name__)
    if envelope.suite != SUITE:
        return Finding(name, Fault.NEWER, f"suite {envelope.suite}")
    if envelope.clue_id != manifest.clue:
        return Finding(name, Fault.OTHER_CLUE)
    row = BY_NAME.get(envelope.event_type)
    families = EVENT_FAMILIES if row is None else (row.family,)
    is_own = topic in {topic_name(envelope.sender, family) for family in families}
    if not is_own or {envelope.sender, envelope.recipient} != manifest.parties:
        return Finding(name, Fault.OTHER_PARTY, f"{envelope.event_type} from {envelope.sender}")
    return ProvenEvent(name, topic, number, record.body_hash, envelope)

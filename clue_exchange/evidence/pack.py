"""
Export the evidence pack of a clue: all that a third person needs to verify its chain with public keys alone.

Parts stay sealed and no private key enters it; what an erased person's key would open, nobody opens from a pack
either. Facts are left out too: docs/decisions/0012-evidence-pack.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from clue_exchange.agreements import Agreements, SignedAgreement
from clue_exchange.errors import CommandRefused, KeysUnavailable
from clue_exchange.evidence.format import (
    EVENTS,
    KEYS,
    MANIFEST,
    RANGES,
    SIGNATURE,
    UNDER_SIGNATURE,
    Manifest,
    agreement_name,
    record_name,
)
from clue_exchange.evidence.keys import Announcement, KeyBook, Trust
from clue_exchange.evidence.pack_file import MEMBERS_CAP, PACK_CAP_BYTES, write_members
from clue_exchange.key_tables import AGREEMENT
from clue_exchange.keys.key_announcements import StoredRecord, kept
from clue_exchange.keys.keystore import PrivateKeys, signing_key_id
from clue_exchange.people.permissions import not_known_here
from clue_exchange.store import Transaction
from clue_exchange.tables import EVENT
from schemas.codes import Role
from schemas.envelope import Envelope, Record


@dataclass(frozen=True, slots=True)
class Exporter:
    """The agency that exports, and with what it does so."""

    agency: str
    keys: PrivateKeys
    agreements: Agreements


def export_pack(path: Path, transaction: Transaction, clue_id: UUID, by: Exporter) -> bytes:
    """
    Write the evidence pack of a clue to a new file, its owner's alone, and answer its bytes.

    The same ledger gives the same bytes. What the ledger lacks the pack lacks too: verify it before handing it on.

    Raises:
        CommandRefused: no such clue, too large for one pack, or the file cannot be made.
        KeysUnavailable: no key here that the other side would believe.
    """
    data = pack_bytes(transaction, clue_id, by)
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(data)
    except FileExistsError:
        raise CommandRefused(f"{path} exists already: evidence is not written over other evidence") from None
    except OSError as error:
        raise CommandRefused(f"{path}: {error.strerror}") from None
    return data


def pack_bytes(transaction: Transaction, clue_id: UUID, by: Exporter) -> bytes:
    """
    The evidence pack of a clue.

    Raises:
        CommandRefused, KeysUnavailable: as for `export_pack`.
    """
    events = _events(transaction, clue_id)
    if not events:
        raise CommandRefused(not_known_here(clue_id))
    records = [Record.from_value(event.value) for event in events]
    first = Envelope.from_body(records[0].body)
    parties = sorted({first.sender, first.recipient})
    announcements = kept(transaction, parties)
    agreements = _agreements(transaction, by.agreements, records, announcements)
    members = {record_name(EVENTS, each.topic, each.number): each.value for each in events}
    members |= {record_name(KEYS, each.topic, each.number): each.value for each in announcements}
    members |= _agreement_members(agreements)
    announced = [Announcement(record_name(KEYS, each.topic, each.number), *_place(each)) for each in announcements]
    book, _ = KeyBook.prove(agreements, announced, Trust())
    members[RANGES] = book.ranges()
    federation, procuratorate = parties
    about = {"clue": clue_id, "federation": federation, "procuratorate": procuratorate, "exported_by": by.agency}
    manifest = Manifest.over(members, **about).canonical()
    signature = _signature(by, book, UNDER_SIGNATURE + manifest)
    data = write_members({**members, MANIFEST: manifest, SIGNATURE: signature})
    if len(data) > PACK_CAP_BYTES or len(members) + 2 > MEMBERS_CAP:
        raise CommandRefused(f"clue {clue_id} is too large for one evidence pack: {len(data)} bytes")
    return data


def _place(record: StoredRecord) -> tuple[str, int, bytes]:
    return record.topic, record.number, record.value


def _events(transaction: Transaction, clue_id: UUID) -> list[StoredRecord]:
    """Every event of the clue that the ledger holds, applied, void or waiting."""
    wanted = select(EVENT.c.topic, EVENT.c.number, EVENT.c.record).where(EVENT.c.clue_id == clue_id)
    rows = transaction.execute(wanted.order_by(EVENT.c.topic, EVENT.c.number))
    return [StoredRecord(row.topic, row.number, row.record) for row in rows]


def _agreements(
    transaction: Transaction, adopted: Agreements, events: Sequence[Record], announcements: Sequence[StoredRecord]
) -> list[SignedAgreement]:
    """The versions that the events name, and those that name a key that signed something here."""
    named = {Envelope.from_body(record.body).agreement_hash for record in events}
    signers = {record.key_id for record in events}
    signers |= {Record.from_value(each.value).key_id for each in announcements}
    versions = transaction.scalars(select(AGREEMENT.c.version).order_by(AGREEMENT.c.version)).all()
    found = (adopted.version(transaction, version) for version in versions)
    return [each for each in found if each and (each.agreement.hash in named or signers & _key_ids(each))]


def _key_ids(signed: SignedAgreement) -> set[str]:
    return {signing_key_id(signed.agreement.party(role).signing_key_bytes) for role in Role}


def _agreement_members(agreements: Sequence[SignedAgreement]) -> Mapping[str, bytes]:
    members = {}
    for signed in agreements:
        version = signed.agreement.version
        members[agreement_name(version)] = signed.agreement.canonical()
        members |= {agreement_name(version, agency): data for agency, data in signed.signatures.items()}
    return members


def _signature(by: Exporter, book: KeyBook, data: bytes) -> bytes:
    believed = set(book.unrevoked(by.agency))
    key = next((key for key in reversed(by.keys.signing) if key.public in believed), None)
    if key is None:
        raise KeysUnavailable("no signing key here that a pack could prove: no record of their rotation is kept")
    return key.private.sign(data)

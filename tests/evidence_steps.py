"""
Steps of tests about evidence: a pack of a clue, and packs as somebody would change them.

An outsider changes bytes and can sign nothing; the exporting agency can write manifest and signature anew.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from clue_exchange.evidence.check import verify_bytes
from clue_exchange.evidence.faults import Fault
from clue_exchange.evidence.format import (
    EVENTS,
    MANIFEST,
    SIGNATURE,
    UNDER_SIGNATURE,
    Manifest,
    in_folder,
    record_name,
)
from clue_exchange.evidence.keys import Trust
from clue_exchange.evidence.pack import Exporter, pack_bytes
from clue_exchange.evidence.pack_file import write_members
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys import key_announcements
from clue_exchange.keys.keystore import SigningKey
from schemas.clue_events import ClueAccepted, ClueReturned, ClueSupplemented
from schemas.codes import Role
from schemas.envelope import Envelope, Record, signed_bytes
from schemas.key_record import KeyKind, KeyRecord
from tests.builders import an_event
from tests.two_sides import FEDERATION, SetClock, TwoSides, settings_for

Members = dict[str, bytes]
CLUES = f"{FEDERATION}.clues"


def two_sides_in(folder: Path) -> TwoSides:
    """Two agencies on SQLite."""
    urls = {role: f"sqlite:///{folder}/{role}.db" for role in Role}
    return TwoSides.of({role: settings_for(role, folder, urls[role]) for role in Role}, SetClock())


def a_clue_of_four(sides: TwoSides) -> UUID:
    """Transferred, returned, supplemented, accepted; known to both."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.clock.forward(hours=1)
    sides.procuratorate.procuratorate().return_(clue_id, an_event(ClueReturned))
    sides.exchange()
    sides.clock.forward(hours=1)
    sides.federation.federation().supplement(clue_id, an_event(ClueSupplemented))
    sides.exchange()
    sides.clock.forward(hours=1)
    sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted))
    sides.exchange()
    return clue_id


def pack_of(sides: TwoSides, clue_id: UUID, role: Role = Role.federation) -> bytes:
    """The pack that one of the two exports."""
    agency = sides.side(role)
    with agency.store.reading() as transaction:
        return pack_bytes(transaction, clue_id, Exporter(agency.settings.agency, agency.keys, agency.agreements))


def announce(sides: TwoSides, records: list[ReceivedRecord]) -> None:
    """Both keep the announcements of signing keys among these records."""
    for source in records:
        if source.topic.endswith(".keys") and source.value is not None:
            record = Record.from_value(source.value)
            if KeyRecord.from_body(record.body).kind in (KeyKind.signing, KeyKind.revocation):
                for role in Role:
                    with sides.side(role).store.transaction() as transaction:
                        key_announcements.keep(transaction, source.topic, record)


def members_of(data: bytes) -> Members:
    """The members, read by another program's code."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def events_in(members: Mapping[str, bytes]) -> list[str]:
    """The members that are events."""
    return [name for name, _, _ in in_folder(members, EVENTS)]


def signed_anew(members: Members, key: SigningKey, **changes: Any) -> bytes:
    """What the exporting agency can make of these members: manifest and signature fit."""
    said = Manifest.model_validate_json(members[MANIFEST])
    others = {name: data for name, data in members.items() if name not in (MANIFEST, SIGNATURE)}
    about = {name: getattr(said, name) for name in ("clue", "federation", "procuratorate", "exported_by")}
    manifest = Manifest.over(others, **(about | changes)).canonical()
    return write_members({**others, MANIFEST: manifest, SIGNATURE: key.private.sign(UNDER_SIGNATURE + manifest)})


def signed_record(key: SigningKey, topic: str, number: int, body: bytes) -> dict[str, bytes]:
    """A member with a record that the owner of this key signed."""
    signature = key.private.sign(signed_bytes(topic, number, body))
    record = Record(number=number, body=body, key_id=key.key_id, signature=signature)
    return {record_name(EVENTS, topic, number): record.to_value()}


def envelope_in(members: Members, name: str) -> Envelope:
    return Envelope.from_body(Record.from_value(members[name]).body)


def faults(data: bytes, trust: Trust | None = None) -> set[tuple[str, Fault]]:
    """What is wrong with a pack, and where."""
    return {(finding.member, finding.fault) for finding in verify_bytes(data, trust).findings}


def flipped(data: bytes, place: int) -> bytes:
    """The bytes with one of them changed, the pattern changing with the place."""
    return data[:place] + bytes([data[place] ^ (0x01, 0x80, 0xFF)[place % 3]]) + data[place + 1 :]


@dataclass(frozen=True)
class Exported:
    """A pack of four events, and the keys of both parties."""

    data: bytes
    members: Members
    federation: SigningKey
    procuratorate: SigningKey

    @classmethod
    def in_folder(cls, folder: Path) -> "Exported":
        """The federation's pack; both databases are in this folder."""
        sides = two_sides_in(folder)
        data = pack_of(sides, a_clue_of_four(sides))
        keys = {role: sides.ceremony.keys[role].signing[0] for role in Role}
        sides.close()
        return cls(data, members_of(data), keys[Role.federation], keys[Role.procuratorate])

    def forged(self, members: Members) -> set[tuple[str, Fault]]:
        """What is wrong with members under which the exporting agency signed anew."""
        return faults(signed_anew(members, self.federation))

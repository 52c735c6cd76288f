"""
Which signing keys a pack proves, and from which the proof starts: agreements pin keys, key records change them.

The same rules as `public_keys` applies in a node's database, over a pack and in memory.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from clue_exchange.agreements import SignedAgreement
from clue_exchange.evidence.faults import Fault, Finding
from clue_exchange.evidence.format import agreement_name, canonical_json
from clue_exchange.evidence.records import proven_record
from clue_exchange.keys.keystore import signing_key_id
from clue_exchange.keys.public_keys import FIRST_NUMBER
from clue_exchange.signing import PublicKey
from clue_exchange.topics import owner_of, topic_name
from schemas.agreement import Party
from schemas.catalog import Family
from schemas.codes import Role
from schemas.envelope import Record
from schemas.errors import ContractError
from schemas.key_record import REVOKED, KeyKind, KeyRecord


@dataclass(frozen=True, slots=True)
class Trust:
    """
    What the verifying person knows to be genuine from elsewhere; nothing, where only the pack is asked.

    Attributes:
        agreements: files that the person has; both signatures under each are checked by whoever reads them.
        key_ids: signing keys, by their ids.
    """

    agreements: tuple[SignedAgreement, ...] = ()
    key_ids: frozenset[str] = frozenset()

    @property
    def is_given(self) -> bool:
        return bool(self.agreements or self.key_ids)

    @property
    def roots(self) -> frozenset[str]:
        """The ids of all keys that are known to be genuine."""
        parties = (signed.agreement.party(role) for signed in self.agreements for role in Role)
        return self.key_ids | {signing_key_id(party.signing_key_bytes) for party in parties}


@dataclass(frozen=True, slots=True)
class Announcement:
    """A record of a keys topic, and the member that holds it."""

    member: str
    topic: str
    number: int
    value: bytes


class KeyBook:
    """
    The signing keys of both parties as far as they are proven.

    Attributes:
        roots: the keys that nothing but an agreement proves, with their owners, in the order of the agreements.
    """

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._keys: dict[tuple[str, str], PublicKey] = {}
        self.roots: list[tuple[str, bytes]] = []

    @classmethod
    def prove(
        cls, agreements: Sequence[SignedAgreement], announcements: Iterable[Announcement], trust: Trust
    ) -> tuple["KeyBook", list[Finding]]:
        """All keys that follow from these, and what follows from nothing."""
        book, findings, pending = cls(trust), list[Finding](), list(announcements)
        for signed in sorted(agreements, key=lambda each: each.agreement.version):
            findings += book._pin(signed)
            pending = [each for each in pending if book._take(each) is not None]
        return book, findings + [found for each in pending if (found := book._take(each)) is not None]

    @property
    def keys(self) -> list[PublicKey]:
        return sorted(self._keys.values(), key=lambda key: (key.topic, key.first, key.key_id))

    def of(self, topic: str) -> list[PublicKey]:
        """The keys that may sign this topic, or might once."""
        return [key for key in self.keys if key.topic == topic]

    def unrevoked(self, agency: str) -> list[bytes]:
        """The public keys of an agency that it has not revoked."""
        return [key.public for key in self.of(topic_name(agency, Family.CLUES)) if key.last is None]

    def ranges(self) -> bytes:
        """The keys and their numbers as a pack tells them."""
        rows = [
            {
                "topic": key.topic,
                "key_id": key.key_id,
                "public_key": base64.b64encode(key.public).decode("ascii"),
                "first": key.first,
                "last": key.last,
            }
            for key in self.keys
        ]
        return canonical_json(rows)

    def _pin(self, signed: SignedAgreement) -> list[Finding]:
        parties = (signed.agreement.party(role) for role in Role)
        return [found for party in parties if (found := self._pin_party(party, signed.agreement.version))]

    def _pin_party(self, party: Party, version: int) -> Finding | None:
        key_id = signing_key_id(party.signing_key_bytes)
        if (topic_name(party.agency, Family.KEYS), key_id) in self._keys:
            return None
        if self._trust.is_given and key_id not in self._trust.roots:
            return Finding(agreement_name(version), Fault.NOT_TRUSTED, f"{key_id} of {party.agency}")
        self.roots.append((party.agency, party.signing_key_bytes))
        for family in Family:
            self._add(topic_name(party.agency, family), party.signing_key_bytes, FIRST_NUMBER)
        return None

    def _add(self, topic: str, public: bytes, first: int) -> None:
        key = PublicKey(signing_key_id(public), topic, public, first)
        self._keys.setdefault((topic, key.key_id), key)

    def _take(self, each: Announcement) -> Finding | None:
        """Take in a key record, or say why not."""
        record = proven_record(each.member, each.topic, each.number, each.value, self.of(each.topic))
        return record if isinstance(record, Finding) else self._change(each, record)

    def _change(self, each: Announcement, record: Record) -> Finding | None:
        try:
            said = KeyRecord.from_body(record.body)
        except ContractError as error:
            return Finding(each.member, Fault.UNREADABLE, type(error).__name__)
        if any(owner_of(at.topic) != owner_of(each.topic) for at in said.numbers):
            return Finding(each.member, Fault.OTHER_PARTY)
        if said.kind is KeyKind.signing and said.public_key and said.key_id == signing_key_id(said.public_key):
            for at in said.numbers:
                self._add(at.topic, said.public_key, at.number)
            return None
        if said.kind is KeyKind.revocation:
            for at in said.numbers:
                self._revoke(at.topic, said.key_id.removeprefix(REVOKED), at.number)
            return None
        return Finding(each.member, Fault.UNREADABLE, f"a record of kind {said.kind}")

    def _revoke(self, topic: str, key_id: str, last: int) -> None:
        """A revocation is never taken back: of two, the lower number counts."""
        key = self._keys.get((topic, key_id))
        if key is not None and (key.last is None or key.last > last):
            self._keys[topic, key_id] = replace(key, last=last)

"""
Signed agreements, and the versions that a node goes by.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from clue_exchange.clock import Clock
from clue_exchange.errors import AgreementInvalid
from clue_exchange.key_tables import AGREEMENT
from clue_exchange.keys.keystore import SigningKey
from clue_exchange.store import Transaction, insert_new
from schemas.agreement import Agreement, OpeningDays, Party
from schemas.agreement_terms import Limits

_PURPOSE = b"clue-exchange agreement v1\x00"


@dataclass(frozen=True, slots=True)
class SignedAgreement:
    """An agreement and the signatures on its canonical bytes, by agency."""

    agreement: Agreement
    signatures: Mapping[str, bytes]

    def signed_by(self, party: Party, key: SigningKey) -> "SignedAgreement":
        """
        The same with one more signature.

        Raises:
            AgreementInvalid: the key is not the one that the agreement names for this party.
        """
        if key.public != party.signing_key_bytes:
            raise AgreementInvalid(f"{party.agency}: the agreement names another signing key than the one here")
        signature = key.private.sign(_PURPOSE + self.agreement.canonical())
        return replace(self, signatures={**self.signatures, party.agency: signature})

    def problems(self) -> tuple[str, ...]:
        """What keeps it from being gone by; nothing when both have signed it as it is."""
        found = []
        for party in (self.agreement.federation, self.agreement.procuratorate):
            signature = self.signatures.get(party.agency)
            if signature is None:
                found.append(f"{party.agency} has not signed")
            elif not self._holds(party, signature):
                found.append(f"the signature of {party.agency} does not hold: another text, or another key")
        strangers = set(self.signatures) - {self.agreement.federation.agency, self.agreement.procuratorate.agency}
        return (*found, *(f"{agency} is no party of it" for agency in sorted(strangers)))

    def require_valid(self) -> None:
        """
        Raises:
            AgreementInvalid: names every problem.
        """
        if problems := self.problems():
            raise AgreementInvalid("; ".join(problems))

    def _holds(self, party: Party, signature: bytes) -> bool:
        try:
            key = Ed25519PublicKey.from_public_bytes(party.signing_key_bytes)
            key.verify(signature, _PURPOSE + self.agreement.canonical())
        except InvalidSignature:
            return False
        return True


def counterparts(agreements: Iterable[SignedAgreement]) -> dict[str, list[str]]:
    """Each party of these agreements with those that it has one with; versions of one agreement count once."""
    found: dict[str, list[str]] = {}
    for signed in agreements:
        federation, procuratorate = signed.agreement.federation.agency, signed.agreement.procuratorate.agency
        for agency, other in ((federation, procuratorate), (procuratorate, federation)):
            others = found.setdefault(agency, [])
            if other not in others:
                others.append(other)
    return found


class Terms(NamedTuple):
    """What is asked of an event that names a version: the hash of the text that both signed, and when clues open."""

    hash: bytes
    opening_days: OpeningDays


def terms(transaction: Transaction) -> Mapping[int, Terms]:
    """The terms of every version that is adopted here."""
    return {row.version: _terms(row.hash, row.content) for row in transaction.execute(_ADOPTED)}


_ADOPTED = select(AGREEMENT.c.version, AGREEMENT.c.hash, AGREEMENT.c.content)


@lru_cache(maxsize=64)
def _terms(agreement_hash: bytes, content: bytes) -> Terms:
    agreement = Agreement.read(json.loads(content))
    return Terms(agreement_hash, OpeningDays(agreement.valid_from, agreement.valid_until))


class Agreements:
    """The versions that this node goes by; each was signed by both parties when it was adopted."""

    def __init__(self, agency: str, clock: Clock) -> None:
        self._agency = agency
        self._clock = clock

    def adopt(self, transaction: Transaction, signed: SignedAgreement) -> None:
        """
        Go by this version from now on; no effect where it is adopted already.

        Raises:
            AgreementInvalid: not signed by both, of other parties, or another text of this version is adopted.
        """
        signed.require_valid()
        agreement = signed.agreement
        if self._agency not in (agreement.federation.agency, agreement.procuratorate.agency):
            raise AgreementInvalid(f"{self._agency} is no party of this agreement")
        signatures = {agency: base64.b64encode(s).decode("ascii") for agency, s in signed.signatures.items()}
        row = {
            "version": agreement.version,
            "hash": agreement.hash,
            "content": agreement.canonical(),
            "signatures": signatures,
            "adopted_at": self._clock(),
        }
        insert_new(transaction, AGREEMENT, [row])
        kept = self.version(transaction, agreement.version)
        if kept is None or kept.agreement.hash != agreement.hash:
            raise AgreementInvalid(
                f"version {agreement.version} is adopted with another text: give this one a new number"
            )

    def version(self, transaction: Transaction, version: int) -> SignedAgreement | None:
        """One version; None where it is not adopted here."""
        row = transaction.execute(select(AGREEMENT).where(AGREEMENT.c.version == version)).one_or_none()
        if row is None:
            return None
        signatures = {agency: base64.b64decode(text) for agency, text in row.signatures.items()}
        return SignedAgreement(Agreement.read(json.loads(row.content)), signatures)

    def versions(self, transaction: Transaction) -> dict[int, Agreement]:
        """All that are adopted here, by their numbers, the oldest first."""
        rows = transaction.execute(select(AGREEMENT.c.version, AGREEMENT.c.content).order_by(AGREEMENT.c.version))
        return {row.version: Agreement.read(json.loads(row.content)) for row in rows}

    def newest(self, transaction: Transaction, on: date) -> Agreement:
        """
        The newest version that has begun by this day.

        Raises:
            AgreementInvalid: there is none.
        """
        for version in transaction.scalars(select(AGREEMENT.c.version).order_by(AGREEMENT.c.version.desc())):
            signed = self.version(transaction, version)
            if signed is not None and signed.agreement.valid_from <= on:
                return signed.agreement
        raise AgreementInvalid("no agreement is in force here: see `clue-exchange agreement`")

    def limits(self, transaction: Transaction, on: date) -> Limits:
        """When an alarm is raised, by the version of this day; before the first one begins, as is proposed."""
        try:
            return self.newest(transaction, on).limits
        except AgreementInvalid:
            return Limits()

"""
Data keys wrapped for both parties and published in our `keys` topic; anew when one of them has a new receiving key.

A record that is wrapped for an older key stays readable for whoever has that: docs/decisions/0011-key-rotation.md.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select, update

from clue_exchange.clock import Clock
from clue_exchange.key_tables import DATA_KEY
from clue_exchange.keys import receiving_keys
from clue_exchange.keys.keystore import PrivateKeys, ReceivingKey
from clue_exchange.keys.receiving_keys import PublicReceivingKey
from clue_exchange.keys.vault import Vault
from clue_exchange.outbox import Outbox
from clue_exchange.sealing import wrap, wrap_info
from clue_exchange.store import Transaction
from clue_exchange.topics import topic_name
from schemas.catalog import Family
from schemas.codes import Role
from schemas.event import PersonRef
from schemas.key_record import KeyKind, KeyRecord, Wrap

AT_ONCE = 200
"""Wrapped anew in one transaction; the rest follows in the next."""


class Parties(NamedTuple):
    """The agency whose topic it is, and the other one."""

    agency: str
    counterpart: str


class Wrapping:
    """Publishes the data keys of one agency."""

    def __init__(self, parties: Parties, keys: PrivateKeys, vault: Vault, outbox: Outbox, clock: Clock) -> None:
        self._parties = parties
        self._keys = keys
        self._vault = vault
        self._outbox = outbox
        self._clock = clock
        self._topic = topic_name(parties.agency, Family.KEYS)

    def publish(self, transaction: Transaction, key_id: str, key: bytes, fields: Mapping[str, Any]) -> None:
        """Publish a data key of ours, wrapped for what both parties want it wrapped for now."""
        ours, theirs = (receiving_keys.current(transaction, agency) for agency in self._parties)
        wraps = [
            self._wrapped(agency, receiving, key_id, key, fields)
            for agency, receiving in zip(self._parties, (ours, theirs), strict=True)
        ]
        record = KeyRecord(key_id=key_id, wraps=tuple(wraps), **fields)
        self._outbox.append(transaction, self._topic, key_id.encode(), record.to_body(), {})
        wrapped_for = {"wrapped_for_us": ours.key_id, "wrapped_for_them": theirs.key_id}
        transaction.execute(update(DATA_KEY).where(DATA_KEY.c.key_id == key_id).values(wrapped_for))

    def wrap_anew(self, transaction: Transaction) -> int:
        """
        Publish once more the living keys of ours whose newest record is wrapped for an older key; answers how many.

        At most 200 at once. Compaction lets the older record go; our own copy of it goes here.
        """
        if not receiving_keys.are_any_announced(transaction):
            return 0
        ours, theirs = (receiving_keys.current(transaction, agency) for agency in self._parties)
        stale = or_(DATA_KEY.c.wrapped_for_us != ours.key_id, DATA_KEY.c.wrapped_for_them != theirs.key_id)
        alive = DATA_KEY.c.owner == self._parties.agency, DATA_KEY.c.destroyed_at.is_(None)
        rows = transaction.execute(
            select(DATA_KEY).where(*alive, stale).order_by(DATA_KEY.c.key_id).limit(AT_ONCE)
        ).all()
        keys = self._vault.get([row.key_id for row in rows]) if rows else {}
        found = [row for row in rows if row.key_id in keys]
        for row in found:
            self._outbox.forget(transaction, self._topic, row.key_id.encode())
            self.publish(transaction, row.key_id, keys[row.key_id], _fields(row))
        return len(found)

    def announce(self, transaction: Transaction) -> ReceivingKey | None:
        """Announce the newest receiving key of the key file, which this process holds; None where it is known."""
        newest = self._keys.receiving[-1]
        if newest.key_id in receiving_keys.ids(transaction, self._parties.agency):
            return None
        record = KeyRecord(kind=KeyKind.receiving, key_id=newest.key_id, public_key=newest.public)
        sent = self._outbox.append(transaction, self._topic, newest.key_id.encode(), record.to_body(), {})
        receiving_keys.add(transaction, self._parties.agency, newest.public, sent.number, self._clock())
        return newest

    @staticmethod
    def _wrapped(
        agency: str, receiving: PublicReceivingKey, key_id: str, key: bytes, fields: Mapping[str, Any]
    ) -> Wrap:
        info = wrap_info(fields["kind"], key_id, agency, fields.get("clue_id"))
        return Wrap(recipient=agency, receiving_key_id=receiving.key_id, wrapped=wrap(key, receiving.public, info))


def of_facts(version: int) -> dict[str, Any]:
    """What a record says of a facts key."""
    return {"kind": KeyKind.facts, "agreement_version": version}


def of_person(clue_id: UUID, added_by: Role, number: int) -> dict[str, Any]:
    """What a record says of a person's key."""
    return {"kind": KeyKind.person, "clue_id": clue_id, "person": PersonRef(added_by=added_by, number=number)}


def _fields(row: Any) -> dict[str, Any]:
    if row.clue_id is None:
        return of_facts(row.agreement_version)
    return of_person(row.clue_id, Role(row.added_by), row.number)

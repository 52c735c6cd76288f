"""
Data keys: one a person of a clue, and one for the facts of each version of the agreement; made, published, taken in.

An agency makes the keys of the persons that it adds and its own facts keys, and publishes each in its `keys` topic,
wrapped for both parties.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from clue_exchange.clock import Clock
from clue_exchange.errors import KeysUnavailable
from clue_exchange.key_tables import DATA_KEY
from clue_exchange.keys import missing_keys, receiving_keys
from clue_exchange.keys.arriving_keys import ArrivingKeys, KeyNotForUs, Unwrapped, WrappedForRetired
from clue_exchange.keys.keystore import PrivateKeys, ReceivingKey
from clue_exchange.keys.missing_keys import KeyOf
from clue_exchange.keys.vault import Vault
from clue_exchange.keys.wrapping import Parties, Wrapping, of_facts, of_person
from clue_exchange.outbox import Outbox
from clue_exchange.sealing import Unreadable, new_data_key, unwrap, wrap_info
from clue_exchange.store import Transaction, insert_new
from clue_exchange.topics import topic_name
from schemas.agreement import Agreement
from schemas.catalog import Family
from schemas.envelope import role_of
from schemas.event import PersonKey
from schemas.key_record import KeyRecord


@dataclass(frozen=True, slots=True)
class DataKey:
    """An open data key; its `repr` shows the id alone."""

    key_id: str
    key: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.key_id})"


class KeyRing:
    """The data keys of one agency: who has which in the main database, the keys themselves in the vault."""

    def __init__(self, parties: Parties, keys: PrivateKeys, vault: Vault, outbox: Outbox, clock: Clock) -> None:
        self._agency = parties.agency
        self._role = role_of(parties.agency)
        self._wrapping = Wrapping(parties, keys, vault, outbox, clock)
        self._keys = keys
        self._vault = vault
        self._outbox = outbox
        self._clock = clock

    def facts_key(self, transaction: Transaction, agreement: Agreement) -> DataKey:
        """Our facts key of this version of the agreement; made and published when it is first needed."""
        own = DATA_KEY.c.owner == self._agency, DATA_KEY.c.agreement_version == agreement.version
        rows = transaction.execute(select(DATA_KEY).where(*own).order_by(DATA_KEY.c.made_at, DATA_KEY.c.key_id))
        if (row := rows.first()) is not None:
            return self._opened(row.key_id)
        made = self._made("facts", transaction, agreement_version=agreement.version)
        self._wrapping.publish(transaction, made.key_id, made.key, of_facts(agreement.version))
        return made

    def person_key(self, transaction: Transaction, clue_id: UUID, person: PersonKey) -> DataKey:
        """
        The key of a person of a clue; made and published where we add her.

        Raises:
            KeysUnavailable: the other side added her and her key is not here yet, or she is erased.
        """
        added_by, number = person
        row = _row_of(transaction, clue_id, person)
        if row is not None and row.destroyed_at is not None:
            raise KeysUnavailable(f"person {added_by}:{number} of clue {clue_id} is erased")
        if row is not None:
            return self._opened(row.key_id)
        if added_by is not self._role:
            raise KeysUnavailable(f"the key of person {added_by}:{number} of clue {clue_id} is not here yet")
        made = self._made("person", transaction, clue_id=clue_id, added_by=added_by, number=number)
        self._wrapping.publish(transaction, made.key_id, made.key, of_person(clue_id, added_by, number))
        return made

    def open_keys(self, transaction: Transaction, key_ids: Collection[str]) -> Mapping[str, bytes]:
        """Those of these keys that are here and alive, by id."""
        known = self.alive_among(transaction, key_ids)
        return self._vault.get(known) if known else {}

    def note_missing(self, transaction: Transaction, wanted: Mapping[str, KeyOf]) -> None:
        """Of these keys, those that never were here are wanted: the next receipt names them."""
        missing_keys.note(transaction, wanted, self._clock())

    def arriving(self) -> ArrivingKeys:
        """Where the data keys of a batch are taken in that the counterpart published."""
        return ArrivingKeys(self._unwrapped, self._vault, self._clock)

    def announce(self, transaction: Transaction) -> ReceivingKey | None:
        """Announce a new receiving key of the key file; None where there is none."""
        return self._wrapping.announce(transaction)

    def wrap_anew(self, transaction: Transaction) -> int:
        """Publish again, for a new receiving key, some of what is wrapped for an older one; answers how many."""
        return self._wrapping.wrap_anew(transaction)

    def settle(self) -> None:
        """Return when the vault has what arrived: to be called before the transaction of its rows commits."""
        self._vault.settle()

    def destroy(self, transaction: Transaction, clue_id: UUID, persons: Collection[PersonKey]) -> None:
        """
        Mark the keys of these persons dead, also one that is not here yet, and delete our copies of what carried them.

        The keys themselves die in the vault once the transaction has committed (`bury`).
        """
        for added_by, number in sorted(persons):
            row = _row_of(transaction, clue_id, (added_by, number))
            if row is None:  # her key may still arrive: it must find her dead
                place = {"clue_id": clue_id, "added_by": added_by, "number": number, "destroyed_at": self._clock()}
                made = {"key_id": f"erased-{uuid4()}", "owner": "", "made_at": self._clock(), **place}
                insert_new(transaction, DATA_KEY, [made])
            elif row.destroyed_at is None:
                is_hers = DATA_KEY.c.key_id == row.key_id
                transaction.execute(update(DATA_KEY).where(is_hers).values(destroyed_at=self._clock()))
                self._outbox.forget(transaction, topic_name(self._agency, Family.KEYS), row.key_id.encode())

    def tombstone(self, transaction: Transaction, clue_id: UUID) -> int:
        """Tombstone the dead keys of this clue that we published, once; answers how many."""
        ours = DATA_KEY.c.clue_id == clue_id, DATA_KEY.c.owner == self._agency, DATA_KEY.c.tombstoned_at.is_(None)
        dead = transaction.scalars(select(DATA_KEY.c.key_id).where(*ours, DATA_KEY.c.destroyed_at.is_not(None))).all()
        self._write_tombstones(transaction, dead)
        return len(dead)

    def repeat_tombstones(self, transaction: Transaction, before: datetime) -> int:
        """
        Write once more the tombstones that were written before this moment, and only once; answers how many.

        Kafka closes a segment by age only when it writes: without a later record a tombstoned key would stay in the
        active segment for ever (measured: benchmarks/erasure.py).
        """
        once = DATA_KEY.c.tombstones == 1, DATA_KEY.c.tombstoned_at < before
        old = transaction.scalars(select(DATA_KEY.c.key_id).where(*once)).all()
        self._write_tombstones(transaction, old)
        return len(old)

    def _write_tombstones(self, transaction: Transaction, key_ids: Sequence[str]) -> None:
        for key_id in key_ids:
            self._outbox.append_tombstone(transaction, topic_name(self._agency, Family.KEYS), key_id.encode())
            first = func.coalesce(DATA_KEY.c.tombstoned_at, self._clock())
            written = {"tombstoned_at": first, "tombstones": DATA_KEY.c.tombstones + 1}
            transaction.execute(update(DATA_KEY).where(DATA_KEY.c.key_id == key_id).values(written))

    def alive_among(self, transaction: Transaction, key_ids: Collection[str]) -> set[str]:
        """Those of these keys that are known here and were not destroyed."""
        return missing_keys.here(transaction, key_ids)

    def lacks_keys(self, transaction: Transaction) -> bool:
        """Whether the vault has not every key that is alive: it was lost, or left out of a backup."""
        alive = set(transaction.scalars(select(DATA_KEY.c.key_id).where(DATA_KEY.c.destroyed_at.is_(None))))
        return not alive <= self._vault.key_ids()

    def bury(self, transaction: Transaction, also: Collection[str] = ()) -> int:
        """
        Destroy in the vault every key that is marked dead, and these; answers how many were still there.

        Called after each erasure and at each start, so that a kill between the two leaves no key behind.
        """
        dead = set(transaction.scalars(select(DATA_KEY.c.key_id).where(DATA_KEY.c.destroyed_at.is_not(None))))
        dead |= set(also)
        left = self._vault.get(dead) if dead else {}
        if left:
            self._vault.destroy(left.keys())
        return len(left)

    def _unwrapped(self, transaction: Transaction, record: KeyRecord) -> Unwrapped:
        theirs = next((each.receiving_key_id for each in record.wraps if each.recipient != self._agency), None)
        for each in record.wraps:
            if each.recipient != self._agency:
                continue
            receiving = self._keys.receiving_key(each.receiving_key_id)
            if receiving is None:
                self._require_strange(transaction, each.receiving_key_id)
                continue
            info = wrap_info(record.kind, record.key_id, each.recipient, record.clue_id)
            try:
                return Unwrapped(unwrap(each.wrapped, receiving.private, info), receiving.key_id, theirs)
            except Unreadable:
                raise KeyNotForUs from None
        raise KeyNotForUs

    def _require_strange(self, transaction: Transaction, receiving_key_id: str) -> None:
        """Where it is a key of ours that this process does not hold, nothing wrong is said of the record."""
        if receiving_key_id in self._keys.retired:
            raise WrappedForRetired
        if receiving_key_id in receiving_keys.ids(transaction, self._agency):
            raise KeysUnavailable(
                f"this process does not hold the receiving key {receiving_key_id}: start it again; if the key is lost, "
                "`keys retire --lost`"
            )

    def _made(self, what: str, transaction: Transaction, **place: Any) -> DataKey:
        made = DataKey(f"{what}-{uuid4()}", new_data_key())
        self._keep(transaction, self._agency, made, place)
        return made

    def _keep(self, transaction: Transaction, owner: str, made: DataKey, place: Mapping[str, Any]) -> None:
        """First the vault: a key without a row is never used; a row without a key would be a loss."""
        self._vault.put({made.key_id: made.key})
        insert_new(transaction, DATA_KEY, [{"key_id": made.key_id, "owner": owner, "made_at": self._clock(), **place}])

    def _opened(self, key_id: str) -> DataKey:
        key = self._vault.get([key_id]).get(key_id)
        if key is None:
            raise KeysUnavailable(f"the vault lost key {key_id}: let the node run, it reads the keys back")
        return DataKey(key_id, key)


def _row_of(transaction: Transaction, clue_id: UUID, person: PersonKey) -> Any:
    added_by, number = person
    hers = DATA_KEY.c.clue_id == clue_id, DATA_KEY.c.added_by == added_by, DATA_KEY.c.number == number
    return transaction.execute(select(DATA_KEY).where(*hers)).one_or_none()

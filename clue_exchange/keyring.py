"""
Data keys: one a person of a clue, and one for the facts of each version of the agreement; made, published, taken in.

An agency makes the keys of the persons that it adds and its own facts keys, and publishes each in its `keys` topic,
wrapped for both parties. In the database they lie sealed under the agency's table key.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from clue_exchange.at_rest import AtRest
from clue_exchange.clock import Clock
from clue_exchange.errors import KeysUnavailable
from clue_exchange.keystore import PrivateKeys, receiving_key_id
from clue_exchange.outbox import Outbox
from clue_exchange.sealing import Unreadable, new_data_key, unwrap, wrap, wrap_info
from clue_exchange.store import Transaction, insert_new
from clue_exchange.tables import DATA_KEY
from clue_exchange.topics import topic_name
from schemas.agreement import Agreement
from schemas.catalog import Family
from schemas.codes import Role
from schemas.envelope import role_of
from schemas.event import PersonKey, PersonRef
from schemas.key_record import KeyKind, KeyRecord, Wrap


@dataclass(frozen=True, slots=True)
class DataKey:
    """An open data key; its `repr` shows the id alone."""

    key_id: str
    key: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.key_id})"


class KeyNotForUs(Exception):
    """A key record without a wrap that we can open."""


class KeyTaken(Exception):
    """A key record with another key under an id that is taken; the first one stands."""


class KeyRing:
    """The data keys of one agency."""

    def __init__(self, agency: str, keys: PrivateKeys, outbox: Outbox, clock: Clock) -> None:
        self._agency = agency
        self._role = role_of(agency)
        self._keys = keys
        self._at_rest = AtRest(keys.table_key)
        self._outbox = outbox
        self._clock = clock

    def facts_key(self, transaction: Transaction, agreement: Agreement) -> DataKey:
        """Our facts key of this version of the agreement; made and published when it is first needed."""
        own = DATA_KEY.c.owner == self._agency, DATA_KEY.c.agreement_version == agreement.version
        rows = transaction.execute(select(DATA_KEY).where(*own).order_by(DATA_KEY.c.made_at, DATA_KEY.c.key_id))
        if (row := rows.first()) is not None:
            return self._opened(row)
        made = DataKey(f"facts-{uuid4()}", new_data_key())
        record = {"kind": KeyKind.facts, "key_id": made.key_id, "agreement_version": agreement.version}
        self._keep(transaction, self._agency, made, agreement_version=agreement.version)
        self._publish(transaction, agreement, made, record)
        return made

    def person_key(self, transaction: Transaction, agreement: Agreement, clue_id: UUID, person: PersonKey) -> DataKey:
        """
        The key of a person of a clue; made and published where we add her.

        Raises:
            KeysUnavailable: the other side added her and her key is not here yet, or she is erased.
        """
        added_by, number = person
        row = self._row_of(transaction, clue_id, person)
        if row is not None and row.sealed is None:
            raise KeysUnavailable(f"person {added_by}:{number} of clue {clue_id} is erased")
        if row is not None:
            return self._opened(row)
        if added_by is not self._role:
            raise KeysUnavailable(f"the key of person {added_by}:{number} of clue {clue_id} is not here yet")
        made = DataKey(f"person-{uuid4()}", new_data_key())
        ref = PersonRef(added_by=added_by, number=number)
        record = {"kind": KeyKind.person, "key_id": made.key_id, "clue_id": clue_id, "person": ref}
        self._keep(transaction, self._agency, made, clue_id=clue_id, added_by=added_by, number=number)
        self._publish(transaction, agreement, made, record)
        return made

    def open_keys(self, transaction: Transaction, key_ids: Collection[str]) -> Mapping[str, bytes]:
        """Those of these keys that are here and alive, by id."""
        wanted = DATA_KEY.c.key_id.in_(key_ids), DATA_KEY.c.sealed.is_not(None)
        rows = transaction.execute(select(DATA_KEY).where(*wanted))
        return {row.key_id: self._opened(row).key for row in rows}

    def take(self, transaction: Transaction, owner: str, record: KeyRecord) -> bool:
        """
        Take in a data key that the counterpart published; whether it is new here.

        Raises:
            KeyNotForUs: no wrap in it opens for us.
            KeyTaken: another key under this id, or for this person, stands already.
        """
        made = DataKey(record.key_id, self._unwrapped(record))
        person = record.person.key if record.person else None
        row = self._row_of(transaction, record.clue_id, person) if record.clue_id and person else None
        row = row or transaction.execute(select(DATA_KEY).where(DATA_KEY.c.key_id == record.key_id)).one_or_none()
        if row is not None:
            is_same = row.key_id == record.key_id and row.owner == owner
            if not is_same or (row.sealed is not None and self._opened(row).key != made.key):
                raise KeyTaken
            return False
        added_by, number = person or (None, None)
        if added_by is not None and added_by is not role_of(owner):
            raise KeyTaken
        version = record.agreement_version or None
        place = {"agreement_version": version, "clue_id": record.clue_id, "added_by": added_by, "number": number}
        self._keep(transaction, owner, made, **place)
        return True

    def _unwrapped(self, record: KeyRecord) -> bytes:
        for each in record.wraps:
            receiving = self._keys.receiving_key(each.receiving_key_id)
            if each.recipient == self._agency and receiving is not None:
                info = wrap_info(record.kind, record.key_id, each.recipient, record.clue_id)
                try:
                    return unwrap(each.wrapped, receiving.private, info)
                except Unreadable:
                    raise KeyNotForUs from None
        raise KeyNotForUs

    def _publish(self, transaction: Transaction, agreement: Agreement, made: DataKey, fields: dict[str, Any]) -> None:
        clue_id = fields.get("clue_id")
        wraps = []
        for party in (agreement.party(role) for role in Role):
            info = wrap_info(fields["kind"], made.key_id, party.agency, clue_id)
            wrapped = wrap(made.key, party.receiving_key_bytes, info)
            key_id = receiving_key_id(party.receiving_key_bytes)
            wraps.append(Wrap(recipient=party.agency, receiving_key_id=key_id, wrapped=wrapped))
        record = KeyRecord(**fields, wraps=tuple(wraps))
        topic = topic_name(self._agency, Family.KEYS)
        self._outbox.append(transaction, topic, made.key_id.encode(), record.to_body(), {})

    def _keep(self, transaction: Transaction, owner: str, made: DataKey, **place: Any) -> None:
        sealed = self._at_rest.seal(f"data_key:{made.key_id}", made.key)
        row = {"key_id": made.key_id, "owner": owner, "sealed": sealed, "made_at": self._clock(), **place}
        insert_new(transaction, DATA_KEY, [row])

    def _opened(self, row: Any) -> DataKey:
        return DataKey(row.key_id, self._at_rest.open(f"data_key:{row.key_id}", row.sealed))

    @staticmethod
    def _row_of(transaction: Transaction, clue_id: UUID, person: PersonKey) -> Any:
        added_by, number = person
        hers = DATA_KEY.c.clue_id == clue_id, DATA_KEY.c.added_by == added_by, DATA_KEY.c.number == number
        return transaction.execute(select(DATA_KEY).where(*hers)).one_or_none()

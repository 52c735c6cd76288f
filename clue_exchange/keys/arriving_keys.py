"""
Data keys that the counterpart published, as they arrive: one batch, judged one after the other, kept together.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select

from clue_exchange.clock import Clock
from clue_exchange.key_tables import DATA_KEY
from clue_exchange.keys.vault import Vault
from clue_exchange.store import Transaction, insert_new
from schemas.codes import Role
from schemas.envelope import role_of
from schemas.key_record import KeyRecord


class KeyTaken(Exception):
    """A key record with another key under an id that is taken; the first one stands."""


class _Of(NamedTuple):
    """The person of a clue whose key it is; nobody's where it is a facts key."""

    clue_id: UUID | None
    added_by: Role | None
    number: int | None


class _Known(NamedTuple):
    key_id: str
    owner: str
    is_destroyed: bool = False


Unwrap: TypeAlias = Callable[[KeyRecord], bytes]
"""The data key in a record, by our private key."""


class ArrivingKeys:
    """The data keys of one batch; until `keep` nothing of them is stored."""

    def __init__(self, unwrap: Unwrap, vault: Vault, clock: Clock) -> None:
        self._unwrap = unwrap
        self._vault = vault
        self._clock = clock
        self._keys: dict[str, bytes] = {}
        self._by_id: dict[str, _Known] = {}
        self._by_person: dict[_Of, _Known] = {}
        self._rows: list[Mapping[str, Any]] = []

    def take(self, transaction: Transaction, owner: str, record: KeyRecord) -> bool:
        """
        Take a data key; whether it is new here. One that was destroyed stays dead.

        Raises:
            KeyNotForUs: no wrap in it opens for us.
            KeyTaken: another key under this id, or for this person, stands already.
        """
        key = self._unwrap(record)
        of = _Of(record.clue_id, *record.person.key) if record.person else _Of(None, None, None)
        known = self._known(transaction, record.key_id, of)
        if known is not None and known.is_destroyed:
            return False
        if known is not None:
            kept = self._keys.get(known.key_id) or self._vault.get([known.key_id]).get(known.key_id)
            if (known.key_id, known.owner) != (record.key_id, owner) or kept not in (None, key):
                raise KeyTaken
            self._keys[record.key_id] = key  # where the vault was lost, it is filled again
            return kept is None
        if of.added_by is not None and of.added_by is not role_of(owner):
            raise KeyTaken
        self._keys[record.key_id] = key
        self._by_id[record.key_id] = self._by_person[of] = _Known(record.key_id, owner)
        made = {"key_id": record.key_id, "owner": owner, "made_at": self._clock()}
        self._rows.append({**made, "agreement_version": record.agreement_version or None, **of._asdict()})
        return True

    def keep(self, transaction: Transaction) -> None:
        """First the vault: a key without a row is never used; a row without a key would be a loss."""
        if self._keys:
            self._vault.put(self._keys)
            insert_new(transaction, DATA_KEY, self._rows)

    def _known(self, transaction: Transaction, key_id: str, of: _Of) -> _Known | None:
        """The key of this person, or else the key of this id; of this batch or stored."""
        arrived = self._by_id.get(key_id)
        if of.clue_id is not None:
            arrived = self._by_person.get(of, arrived)
        if arrived is not None:
            return arrived
        rows = transaction.execute(_STORED, {"_key_id": key_id, **of._asdict()})
        hers_first = sorted(rows, key=lambda row: (row.clue_id, row.added_by, row.number) != of)
        return next((_Known(row.key_id, row.owner, row.destroyed_at is not None) for row in hers_first), None)


_STORED = select(DATA_KEY).where(
    or_(
        DATA_KEY.c.key_id == bindparam("_key_id"),
        and_(*(DATA_KEY.c[name] == bindparam(name) for name in _Of._fields)),
    )
)

"""
Data keys that the counterpart published, as they arrive: one batch, judged one after the other, kept together.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import and_, bindparam, or_, select, update

from clue_exchange.clock import Clock
from clue_exchange.key_tables import DATA_KEY
from clue_exchange.keys import missing_keys, receiving_keys
from clue_exchange.keys.missing_keys import KeyOf
from clue_exchange.keys.vault import Vault
from clue_exchange.store import Transaction, insert_new
from schemas.envelope import role_of
from schemas.key_record import KeyRecord


class KeyTaken(Exception):
    """A key record with another key under an id that is taken; the first one stands."""


class _Known(NamedTuple):
    key_id: str
    owner: str
    is_destroyed: bool = False


class KeyNotForUs(Exception):
    """A key record without a wrap that we can open."""


class WrappedForRetired(Exception):
    """A key record that is wrapped for a receiving key of ours which is destroyed: a newer record took its place."""


class Unwrapped(NamedTuple):
    """
    A data key, and what its record is wrapped for.

    Attributes:
        wrapped_for_us: our receiving key that opened it.
        wrapped_for_them: the counterpart's.
    """

    key: bytes
    wrapped_for_us: str
    wrapped_for_them: str | None

    def __repr__(self) -> str:
        return f"Unwrapped({self.wrapped_for_us})"


Unwrap: TypeAlias = Callable[[Transaction, KeyRecord], Unwrapped]
"""The data key in a record, by our private key."""


class ArrivingKeys:
    """The data keys of one batch; until `keep` nothing of them is stored."""

    def __init__(self, unwrap: Unwrap, vault: Vault, clock: Clock) -> None:
        self._unwrap = unwrap
        self._vault = vault
        self._clock = clock
        self._keys: dict[str, bytes] = {}
        self._by_id: dict[str, _Known] = {}
        self._by_person: dict[KeyOf, _Known] = {}
        self._rows: list[Mapping[str, Any]] = []
        self._wrapped: dict[str, Unwrapped] = {}

    def take(self, transaction: Transaction, owner: str, record: KeyRecord) -> bool:
        """
        Take a data key; whether it is new here. One that was destroyed stays dead.

        One that is wrapped for a key of ours which is retired is wanted: the next receipt asks for its newer record.

        Raises:
            KeyNotForUs: no wrap in it opens for us.
            KeyTaken: another key under this id, or for this person, stands already.
        """
        of = KeyOf(record.clue_id, *record.person.key) if record.person else KeyOf()
        try:
            unwrapped = self._unwrap(transaction, record)
        except WrappedForRetired:
            missing_keys.note(transaction, {record.key_id: of}, self._clock())
            return False
        key = unwrapped.key
        known = self._known(transaction, record.key_id, of)
        if known is not None and known.is_destroyed:
            return False
        if known is not None:
            kept = self._keys.get(known.key_id) or self._vault.get([known.key_id]).get(known.key_id)
            if (known.key_id, known.owner) != (record.key_id, owner) or kept not in (None, key):
                raise KeyTaken
            self._keys[record.key_id] = key  # where the vault was lost, it is filled again
            self._wrapped[record.key_id] = unwrapped
            return kept is None
        if of.added_by is not None and of.added_by is not role_of(owner):
            raise KeyTaken
        self._keys[record.key_id] = key
        self._by_id[record.key_id] = self._by_person[of] = _Known(record.key_id, owner)
        made = {"key_id": record.key_id, "owner": owner, "made_at": self._clock()}
        wrapped = {"wrapped_for_us": unwrapped.wrapped_for_us, "wrapped_for_them": unwrapped.wrapped_for_them}
        version = record.agreement_version or None
        self._rows.append({**made, **wrapped, "agreement_version": version, **of._asdict()})
        return True

    def keep(self, transaction: Transaction) -> None:
        """First the vault: a key without a row is never used; a row without a key would be a loss."""
        if self._keys:
            self._vault.put(self._keys)
            self._write_rows(transaction)

    def keep_beside(self, transaction: Transaction) -> None:
        """The same while the caller goes on; it waits with `KeyRing.settle` before it commits."""
        if self._keys:
            self._vault.put_beside(self._keys)
            self._write_rows(transaction)

    def _write_rows(self, transaction: Transaction) -> None:
        insert_new(transaction, DATA_KEY, self._rows)
        if self._wrapped:
            transaction.execute(_WRAPPED, [_wrapped(each, self._wrapped[each]) for each in self._wrapped])

    def take_receiving_key(self, transaction: Transaction, owner: str, public: bytes, number: int) -> bool:
        """A new receiving key of its owner, for which data keys are wrapped from now on; whether it is new here."""
        return receiving_keys.add(transaction, owner, public, number, self._clock())

    def _known(self, transaction: Transaction, key_id: str, of: KeyOf) -> _Known | None:
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
        and_(*(DATA_KEY.c[name] == bindparam(name) for name in KeyOf._fields)),
    )
)
_WRAPPED = (
    update(DATA_KEY)
    .where(DATA_KEY.c.key_id == bindparam("_key_id"))
    .values(wrapped_for_us=bindparam("_us"), wrapped_for_them=bindparam("_them"))
)


def _wrapped(key_id: str, unwrapped: Unwrapped) -> Mapping[str, str | None]:
    return {"_key_id": key_id, "_us": unwrapped.wrapped_for_us, "_them": unwrapped.wrapped_for_them}

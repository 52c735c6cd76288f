"""
The vault: data keys themselves, in a database of their own, each sealed under the agency's table key.

Backups of the main database leave it out, so that a key that was destroyed is in no backup either; what is lost with it
comes back from the `keys` topics (docs/decisions/0013-erasure.md).
"""

from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, bindparam, delete, select

from clue_exchange.keys.at_rest import AtRest
from clue_exchange.store import Store, insert_new, replace_rows

VAULT_TABLES = MetaData()
KEY_MATERIAL = Table(
    "key_material",
    VAULT_TABLES,
    Column("key_id", String(80), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
_MARK = "last-start"


class Vault:
    """Keeps and destroys data keys; each call is a transaction of its own, over before it returns, but for one."""

    def __init__(self, store: Store, at_rest: AtRest) -> None:
        self._store = store
        self._at_rest = at_rest
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vault")
        self._arriving: dict[str, bytes] = {}
        self._putting: list[Future[None]] = []

    def put(self, keys: Mapping[str, bytes]) -> None:
        """Keep these keys, by id; one that is here stays as it is."""
        rows = [{"key_id": key_id, "sealed": self._at_rest.seal(_place(key_id), key)} for key_id, key in keys.items()]
        with self._store.transaction() as transaction:
            insert_new(transaction, KEY_MATERIAL, rows)

    def put_beside(self, keys: Mapping[str, bytes]) -> None:
        """
        Begin to `put` these keys; `get` has them from now on, but for one whose id stands already for another.

        The caller goes on, and waits with `settle` before it commits anything that needs them.
        """
        self._arriving.update(keys)
        self._putting.append(self._beside.submit(self.put, dict(keys)))

    def settle(self) -> None:
        """
        Return when all that was put beside is kept.

        Raises:
            StoreBusy, StoreFailed: something of it is not.
        """
        putting, self._putting = self._putting, []
        try:
            for each in putting:
                each.result()
        finally:
            self._arriving = {}

    def get(self, key_ids: Collection[str]) -> Mapping[str, bytes]:
        """Those of these keys that are here, by id."""
        arriving = self._arriving
        found = {key_id: arriving[key_id] for key_id in key_ids if key_id in arriving}
        with self._store.reading() as transaction:
            rows = transaction.execute(_WANTED, {"key_ids": list(key_ids)}).all()
        return found | {row.key_id: self._at_rest.open(_place(row.key_id), row.sealed) for row in rows}

    def key_ids(self) -> set[str]:
        """The ids of all keys that are here."""
        with self._store.reading() as transaction:
            return set(transaction.scalars(select(KEY_MATERIAL.c.key_id).where(KEY_MATERIAL.c.key_id != _MARK)))

    def destroy(self, key_ids: Collection[str]) -> None:
        """Overwrite and delete these keys, in the write-ahead log of SQLite too; no effect where they are gone."""
        with self._store.transaction() as transaction:
            transaction.execute(delete(KEY_MATERIAL).where(KEY_MATERIAL.c.key_id.in_(key_ids)))
        self._store.settle()

    def mark(self) -> bytes | None:
        """What was set by `set_mark`; None in a new vault."""
        return self.get([_MARK]).get(_MARK)

    def set_mark(self, mark: bytes) -> None:
        """Keep this mark in the place of the last one: clue_exchange/last_copy.py."""
        with self._store.transaction() as transaction:
            sealed = self._at_rest.seal(_place(_MARK), mark)
            replace_rows(transaction, KEY_MATERIAL, [{"key_id": _MARK, "sealed": sealed}])

    def close(self) -> None:
        self._beside.shutdown()
        self._store.close()


_WANTED = select(KEY_MATERIAL).where(KEY_MATERIAL.c.key_id.in_(bindparam("key_ids", expanding=True)))


def _place(key_id: str) -> str:
    return f"data_key:{key_id}"

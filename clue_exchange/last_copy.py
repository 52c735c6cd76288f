"""
Whether this database is the one that worked here last, or an older copy that was put in its place.

Both the database and the vault, which is in no backup, hold the mark of the last start. Only a copy that was made
since that start, beside the same vault, is taken for the database itself.
"""

from secrets import token_bytes

from sqlalchemy import select

from clue_exchange.keys.vault import Vault
from clue_exchange.node_tables import LAST_START
from clue_exchange.store import Store, replace_rows

_ONLY = 1
MARK_BYTES = 32


def worked_here_last(store: Store, vault: Vault) -> bool:
    """Whether it did; a database that never worked did not."""
    mark = _mark(store)
    return mark is not None and mark in _marks(vault)


def note_start(store: Store, vault: Vault) -> None:
    """Its own topics are read back: from now on this database, and no older copy, is the one that worked last."""
    mark, before = token_bytes(MARK_BYTES), _mark(store) or b""
    vault.set_mark(mark + before)  # a kill from here on leaves a mark in the vault that the database has
    with store.transaction() as transaction:
        replace_rows(transaction, LAST_START, [{"id": _ONLY, "mark": mark}])
    vault.set_mark(mark)


def _mark(store: Store) -> bytes | None:
    with store.reading() as transaction:
        return transaction.scalar(select(LAST_START.c.mark))


def _marks(vault: Vault) -> tuple[bytes, bytes]:
    """The mark of the last start; and the one before, where that start was cut off."""
    kept = vault.mark() or b""
    return kept[:MARK_BYTES], kept[MARK_BYTES:]

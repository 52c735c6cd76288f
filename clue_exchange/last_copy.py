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


def worked_here_last(store: Store, vault: Vault) -> bool:
    """Whether it did; a database that never worked did not."""
    with store.reading() as transaction:
        mark = transaction.scalar(select(LAST_START.c.mark))
    return mark is not None and mark == vault.mark()


def note_start(store: Store, vault: Vault) -> None:
    """Its own topics are read back: from now on this database, and no older copy, is the one that worked last."""
    mark = token_bytes(32)
    with store.transaction() as transaction:
        replace_rows(transaction, LAST_START, [{"id": _ONLY, "mark": mark}])
    vault.set_mark(mark)

"""
Fresh tables for a rebuild: the views are folded into them, and take the place of the old ones in one transaction.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import MetaData, Table, delete, insert, select

from clue_exchange.store import Store, Transaction, is_sqlite
from clue_exchange.tables import AID_BRANCH, CLUE
from clue_exchange.views import LIVE, ViewTables

_METADATA = MetaData()


def _fresh(table: Table) -> Table:
    """The same columns under another name."""
    return Table(f"rebuilt_{table.name}", _METADATA, *(column._copy() for column in table.columns))


FRESH = ViewTables(_fresh(CLUE), _fresh(AID_BRANCH))


@contextmanager
def fresh_tables(store: Store) -> Iterator[None]:
    """Empty ones, gone at the end; what a rebuild that was killed left behind goes first."""
    with store.transaction() as transaction:
        _METADATA.drop_all(transaction)
        _METADATA.create_all(transaction)
    try:
        yield
    finally:
        with store.transaction() as transaction:
            _METADATA.drop_all(transaction)


def keep_out_writers(transaction: Transaction) -> None:
    """Until the transaction ends nobody else changes a view; SQLite has one writer anyway."""
    if not is_sqlite(transaction):
        transaction.exec_driver_sql(f"LOCK TABLE {CLUE.name} IN EXCLUSIVE MODE")


def swap(transaction: Transaction) -> None:
    """The fresh rows take the place of the old ones, here and now."""
    for live, fresh in zip(LIVE, FRESH, strict=True):
        transaction.execute(delete(live))
        _copy(transaction, fresh, live)


def copy_views(transaction: Transaction, clue_ids: Collection[UUID]) -> None:
    """The old rows of these clues take the place of the fresh ones."""
    for live, fresh in zip(LIVE, FRESH, strict=True):
        transaction.execute(delete(fresh).where(fresh.c.clue_id.in_(clue_ids)))
        _copy(transaction, live, fresh, clue_ids)


def stored_views(
    transaction: Transaction, clue_ids: Collection[UUID], tables: ViewTables
) -> Mapping[UUID, list[tuple[object, ...]]]:
    """What these tables say of these clues, comparable: all but when it changed."""
    found: dict[UUID, list[tuple[object, ...]]] = {}
    for table in tables:
        columns = [column for column in table.columns if column.name != "changed_at"]
        rows = transaction.execute(select(*columns).where(table.c.clue_id.in_(clue_ids)).order_by(*table.primary_key))
        for row in rows:
            found.setdefault(row.clue_id, []).append(tuple(row))
    return found


def _copy(transaction: Transaction, source: Table, target: Table, clue_ids: Collection[UUID] | None = None) -> None:
    rows = select(source) if clue_ids is None else select(source).where(source.c.clue_id.in_(clue_ids))
    transaction.execute(insert(target).from_select([column.name for column in target.columns], rows))

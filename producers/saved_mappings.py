"""
The mappings that an agency keeps for its own registers: they are used by themselves where they explain a header.

The only writer of the table `saved_mapping`. A mapping holds headers and channel words, nothing of a person.
"""

from datetime import datetime

from sqlalchemy import Row, delete, select

from clue_exchange.errors import CommandRefused
from clue_exchange.register_tables import SAVED_MAPPING
from clue_exchange.store import Transaction, replace_rows
from producers.intake.mapping import RegisterMapping, SavedMapping, bundled_mappings, mapping_of


def save(transaction: Transaction, mapping: RegisterMapping, officer_id: str, now: datetime) -> None:
    """
    Keep a mapping under its name, in the place of one that was kept under it.

    Raises:
        CommandRefused: one that comes with the program has this name.
    """
    if mapping.name in {bundled.name for bundled in bundled_mappings()}:
        raise CommandRefused(
            f"{mapping.name} is the name of a mapping that comes with the program: write another name in the file"
            " 与程序自带的列对应同名,请在文件中改名"
        )
    content = mapping.model_dump_json(include=set(RegisterMapping.model_fields), exclude_defaults=True)
    row = {"name": mapping.name, "content": content, "saved_by": officer_id, "saved_at": now}
    replace_rows(transaction, SAVED_MAPPING, [row])


def saved(transaction: Transaction) -> tuple[SavedMapping, ...]:
    """
    All that are kept, by name.

    Raises:
        MappingInvalid: one is not understood any more: remove it, or save it anew.
    """
    return tuple(map(_mapping, transaction.execute(select(SAVED_MAPPING).order_by(SAVED_MAPPING.c.name))))


def saved_as(transaction: Transaction, name: str) -> SavedMapping:
    """
    The mapping that is kept under a name.

    Raises:
        CommandRefused: there is none.
    """
    row = transaction.execute(select(SAVED_MAPPING).where(SAVED_MAPPING.c.name == name)).one_or_none()
    if row is None:
        raise _none_of(name)
    return _mapping(row)


def remove(transaction: Transaction, name: str) -> None:
    """
    Keep it no longer; what came through it stays as it is.

    Raises:
        CommandRefused: there is none.
    """
    if not transaction.execute(delete(SAVED_MAPPING).where(SAVED_MAPPING.c.name == name)).rowcount:
        raise _none_of(name)


def _mapping(row: Row[tuple[object, ...]]) -> SavedMapping:
    content = mapping_of(row.content, f"saved mapping {row.name}")
    return SavedMapping(**dict(content), saved_by=row.saved_by, saved_at=row.saved_at)


def _none_of(name: str) -> CommandRefused:
    return CommandRefused(f"no mapping is saved as {name}: see `clue-exchange mappings` 没有保存过这个列对应")

"""
One row of a register → what is kept of it, or the reason why it is refused.
"""

import hashlib
import json
from dataclasses import replace
from datetime import date

from producers.intake import id_number, phone
from producers.intake.cells import BLANK_CELL, Cell, RawRow
from producers.intake.dates import day_of
from producers.intake.errors import RowRefused
from producers.intake.flags import Flag, normalised
from producers.intake.header import Header
from producers.intake.mapping import Column
from producers.intake.outcomes import Refused, Taken
from producers.intake.person import name_flags, person_keys
from producers.intake.reasons import Reason
from producers.intake.row_fields import RowFields
from producers.intake.text import word
from schemas.codes import Source
from schemas.errors import InvalidEvent
from schemas.particulars import Particulars

_NUL = "\0"


def take(row: RawRow, header: Header, sheet: str | None, today: date) -> Taken | Refused:
    """
    Take one row, or refuse it with the field and the reason; nothing else happens to a row.

    What is wrong with a number, a telephone or a channel is flagged; only what cannot be kept as stated refuses.
    """
    try:
        return _take(replace(row, cells=_cells(row, header)), header, sheet, today)
    except RowRefused as refusal:
        label = header.label(Column(refusal.field)) if refusal.field else None
        return Refused(row.number, sheet, refusal.reason, refusal.field, label, refusal.detail)


def _cells(row: RawRow, header: Header) -> tuple[Cell, ...]:
    """As many cells as the header names."""
    if row.fault is not None:
        raise RowRefused(row.fault)
    if not row.is_of_grid and len(row.cells) != header.width:
        raise RowRefused(Reason.ragged_row, detail=f"{len(row.cells)} cells, the header has {header.width}")
    unnamed = (row.cells[index] for index in header.unnamed if index < len(row.cells))
    if any(not cell.is_blank for cell in (*unnamed, *row.cells[header.named :])):
        raise RowRefused(Reason.ragged_row, detail="a cell without a header")
    if any(_NUL in cell.text for cell in row.cells):
        raise RowRefused(Reason.character_not_allowed, detail="U+0000")
    return row.cells[: header.named] + (BLANK_CELL,) * (header.named - len(row.cells))


def _take(row: RawRow, header: Header, sheet: str | None, today: date) -> Taken:
    fields = RowFields(row, header)
    received_on = day_of(fields.cell(Column.received_on), today)
    if received_on is None:
        fields.flag(Flag.received_on_missing)
    source, channel = _source(fields, header)
    name = fields.line(Column.name)
    fields.flag(*name_flags(name))
    number = _number(fields, received_on or today)
    telephone = _telephone(fields)
    registered, address = _addresses(fields, header)
    narrative = fields.paragraphs(Column.narrative)
    if narrative is None:
        raise RowRefused(Reason.narrative_missing, Column.narrative)
    told = {
        "name": name, "id_number": number.stated, "phone": telephone.stated, "address": address,
        "registered_address": registered, "narrative": narrative, "explanation": channel,
    }  # fmt: skip
    return Taken(
        row=row.number,
        sheet=sheet,
        row_hash=_row_hash(row, header),
        source=source,
        received_on=received_on,
        particulars=_particulars(told),
        id_number=number.state,
        age_band=id_number.age_band(number.born_on, received_on),
        flags=tuple(fields.flags),
        person_keys=person_keys(number, telephone.key, name),
        model=header.table.model if source is Source.S10 else None,
    )


def _source(fields: RowFields, header: Header) -> tuple[Source, str | None]:
    """The source, and for an unknown channel its word: the code `other` wants words."""
    if header.table.source is not None:
        return header.table.source, None
    channel = fields.line(Column.source)
    if channel is None:
        fields.flag(Flag.source_missing)
        return Source.other, None
    known = header.table.source_of.get(word(channel))
    if known is None:
        fields.flag(Flag.source_unrecognised)
        return Source.other, channel
    return known, None


def _number(fields: RowFields, on: date) -> id_number.IdNumber:
    stated = fields.identifier(Column.id_number) or ""
    number = id_number.examine(stated, on)
    fields.flag(*number.flags)
    return number


def _telephone(fields: RowFields) -> phone.Phone:
    stated = fields.identifier(Column.phone) or ""
    telephone = phone.examine(stated)
    if telephone.stated not in {stated, None}:
        fields.flag(normalised(Column.phone))
    fields.flag(*telephone.flags)
    return telephone


def _addresses(fields: RowFields, header: Header) -> tuple[str | None, str | None]:
    """The registered address and the present one; a word such as 同左 is resolved, or flagged where it cannot be."""
    registered, address = fields.line(Column.registered_address), fields.line(Column.address)
    if address is not None and word(address) in header.table.reference_words:
        if registered is None:
            fields.flag(Flag.address_refers_to_nothing)
        address = registered
    return registered, address


def _particulars(told: dict[str, str | None]) -> Particulars:
    try:
        return Particulars.read(told)
    except InvalidEvent as error:
        raise RowRefused(Reason.not_allowed, detail="; ".join(error.problems)) from None


def _row_hash(row: RawRow, header: Header) -> bytes:
    read = {column: row.cells[index].text for column, index in header.place.items()}
    return hashlib.sha256(json.dumps([header.table.name, read], sort_keys=True).encode()).digest()

"""
Column mappings, kept as data: which header of a register means which field, and which word of it which source.

The files are mappings/*.toml; docs/intake.md says how one is written. An agency may name its own with `--mapping`, and
save it, so that it is used by itself from then on.
"""

import json
import tomllib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from producers.intake.errors import MappingInvalid
from producers.intake.text import word
from schemas.codes import Role, Source
from schemas.event import MachineName

BUNDLED_MAPPINGS = Path(__file__).with_name("mappings")


class Column(StrEnum):
    """What intake takes from a row; every other column is named under `ignored`."""

    entry = "entry"
    received_on = "received_on"
    source = "source"
    name = "name"
    id_number = "id_number"
    phone = "phone"
    registered_address = "registered_address"
    address = "address"
    narrative = "narrative"


ALWAYS_NEEDED = frozenset({Column.received_on, Column.narrative})
Headers = Annotated[tuple[str, ...], Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class TableMapping(_Entry):
    """
    One kind of table.

    Attributes:
        name: what it is called in reports.
        columns: for each field the headers that mean it; the first is the usual one.
        optional: fields whose column may be absent; every other one must be there.
        ignored: headers that are known and not taken.
        source: the one source of the whole table, or
        sources: the channel words of the register and the source that each means.
        model: name and version of the data model (数据模型) whose output has source S10.
        absent: words that mean "nothing stated".
        same_as_registered: words in the address column that mean the registered address.
    """

    name: str
    columns: Mapping[Column, Headers]
    optional: frozenset[Column] = frozenset()
    ignored: tuple[str, ...] = ()
    source: Source | None = None
    sources: Mapping[str, Source] = {}
    model: MachineName | None = None
    absent: tuple[str, ...] = ()
    same_as_registered: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if missing := ALWAYS_NEEDED - self.columns.keys():
            raise ValueError(f"columns: {', '.join(sorted(missing))} is always needed")
        if (self.source is None) == (Column.source not in self.columns):
            raise ValueError("either `source` for the whole table or a source column with its words, not both")
        if (Source.S10 in {self.source, *self.sources.values()}) != (self.model is not None):
            raise ValueError("source S10, and only S10, names its `model` and version")
        headers = [word(header) for synonyms in (*self.columns.values(), self.ignored) for header in synonyms]
        if len(set(headers)) != len(headers):
            raise ValueError("a header stands for two things")
        return self

    @cached_property
    def field_of(self) -> Mapping[str, Column]:
        """Each normalised header and the field that it means."""
        return {word(header): column for column, headers in self.columns.items() for header in headers}

    @cached_property
    def ignored_words(self) -> frozenset[str]:
        return frozenset(map(word, self.ignored))

    @cached_property
    def absent_words(self) -> frozenset[str]:
        return frozenset(map(word, self.absent))

    @cached_property
    def reference_words(self) -> frozenset[str]:
        return frozenset(map(word, self.same_as_registered))

    @cached_property
    def source_of(self) -> Mapping[str, Source]:
        """Each normalised channel word and its source."""
        return {word(channel): source for channel, source in self.sources.items()}


class RegisterMapping(_Entry):
    """
    The tables of one kind of register file, and whose register it is.

    Attributes:
        name: kept with every candidate that came through it.
        role: the only kind of agency that may take it in.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    role: Role
    tables: Annotated[tuple[TableMapping, ...], Field(min_length=1)]


class SavedMapping(RegisterMapping):
    """
    A mapping that this agency keeps (producers/saved_mappings.py): where it explains a header, no other is asked.

    Attributes:
        saved_by: the officer who saved it.
        saved_at: when.
    """

    saved_by: str
    saved_at: datetime


def load_mapping(path: Path) -> RegisterMapping:
    """
    Read one mapping file.

    Raises:
        MappingInvalid: missing, not TOML, or an entry is not understood; says which.
    """
    try:
        return _read(tomllib.loads(path.read_text(encoding="utf-8")), path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingInvalid(path, f"cannot be read ({type(error).__name__})") from error


def mapping_of(content: str, place: str) -> RegisterMapping:
    """
    Read a mapping as JSON; `place` is what an error calls it.

    Raises:
        MappingInvalid: an entry is not understood; says which.
    """
    return _read(json.loads(content), place)


def _read(content: Any, place: Path | str) -> RegisterMapping:
    try:
        return RegisterMapping.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        entry = ".".join(map(str, first["loc"]))
        raise MappingInvalid(place, f"{entry or 'mapping'}: {first['msg']}") from None


def bundled_mappings() -> tuple[RegisterMapping, ...]:
    """The mappings that come with the program."""
    return tuple(load_mapping(path) for path in sorted(BUNDLED_MAPPINGS.glob("*.toml")))

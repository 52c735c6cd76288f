"""
What a new version of a schema does to the old one: unreadable values, changed meanings. Proved with sample values.
"""

import io
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import fastavro
from fastavro.read import SchemaResolutionError
from pydantic import ValidationError

from schemas.codec import Schema
from schemas.event import Coded
from schemas.samples import samples
from schemas.shape import Shape


class Rule(StrEnum):
    """What a schema, a model or a file must not do."""

    old_unreadable = "old_unreadable"
    new_unreadable = "new_unreadable"
    value_changed = "value_changed"
    static_checker = "static_checker"
    name_changed = "name_changed"
    logical_type_changed = "logical_type_changed"
    default_changed = "default_changed"
    model_refuses = "model_refuses"
    model_differs = "model_differs"
    not_in_catalog = "not_in_catalog"
    file_missing = "file_missing"
    unsound = "unsound"
    released_edited = "released_edited"


RESOLUTION_ERRORS = (SchemaResolutionError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError)
"""How fastavro says that one version does not read another."""

RANGE_ERRORS = frozenset(
    {
        "bytes_too_long",
        "bytes_too_short",
        "greater_than_equal",
        "less_than_equal",
        "string_pattern_mismatch",
        "string_too_long",
        "string_too_short",
        "too_long",
        "too_short",
        "value_error",
    }
)
"""What the model may find wrong with a sample: a range, a pattern, a cross-field rule. All else is of the schema."""


def damage_both_ways(old: Schema, old_shape: Shape, new: Schema, new_shape: Shape) -> Iterator[tuple[Rule, str]]:
    """What each of two versions cannot read of the other's values, or reads as something else."""
    ways = ((Rule.old_unreadable, old, old_shape, new), (Rule.new_unreadable, new, new_shape, old))
    for rule, writer, shape, reader in ways:
        for value in samples(shape):
            try:
                told = read_as(writer, value, reader)
            except RESOLUTION_ERRORS as error:
                yield rule, f"version {reader.version} cannot read version {writer.version} ({type(error).__name__})"
                break
            if not _survives(value, told):
                yield Rule.value_changed, f"version {reader.version} reads version {writer.version} as another value"
                break


def read_as(writer: Schema, value: Any, reader: Schema) -> Any:
    """The value written by one version and read by another."""
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, writer.parsed, value, strict=True)
    buffer.seek(0)
    return fastavro.schemaless_reader(buffer, writer.parsed, reader.parsed)


def _survives(value: Any, told: Any) -> bool:
    """Whether everything that both versions know is the same; what only one of them knows may come and go."""
    if isinstance(value, dict) and isinstance(told, dict):
        return all(_survives(value[key], told[key]) for key in value.keys() & told.keys())
    if isinstance(value, list) and isinstance(told, list):
        return len(value) == len(told) and all(map(_survives, value, told))
    return type(value) is type(told) and bool(value == told)


def damage_to_meaning(old: Shape, new: Shape) -> Iterator[tuple[Rule, str]]:
    """Changes that Avro's own rules let pass: names, logical types, defaults."""
    places = dict(new.nodes())
    for path, was in old.nodes():
        now = places.get(path)
        if now is None or now.kind != was.kind:
            continue
        where = path or str(was.name)
        if now.name != was.name:
            yield Rule.name_changed, f"{where}: {was.name} has become {now.name}"
        if now.logical != was.logical:
            yield Rule.logical_type_changed, f"{where}: {was.logical or was.kind} has become {now.logical or now.kind}"
        for field, default in was.defaults.items():
            if field not in now.defaults or now.defaults[field] != default:
                yield Rule.default_changed, f"{where}: the default of {field or 'the enum'} was changed or lost"


def model_refuses(model: type[Coded], writer: Schema, shape: Shape, reader: Schema) -> tuple[str, ...]:
    """What the model cannot read of this version's values, seen through the newest schema: fields, never values."""
    found = set[str]()
    for value in samples(shape):
        try:
            told = read_as(writer, value, reader)
        except RESOLUTION_ERRORS:  # `damage_both_ways` has told it
            return ()
        found.update(_refusals(model, told))
    return tuple(sorted(found))


def _refusals(model: type[Coded], fields: Any) -> Iterator[str]:
    try:
        model.model_validate(fields)
    except ValidationError as error:
        for each in error.errors():
            if each["type"] not in RANGE_ERRORS:
                yield f"{'/'.join(map(str, each['loc']))}: {each['type']}"

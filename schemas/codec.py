"""
Events to bytes and back: strictly, so that a value has one spelling only.

`frame` and `unframe` use Avro's single-object encoding (C3 01, the CRC-64-AVRO fingerprint of the schema, the body;
Avro specification 1.12), so no registry is needed and any Avro library can read a record.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

from schemas.errors import Malformed, NotCanonical, NotFramed, UnknownFingerprint

MARKER = b"\xc3\x01"
HEADER_BYTES = 10
FINGERPRINT_BYTES = 8

_FASTAVRO_ERRORS = (EOFError, IndexError, UnicodeDecodeError, ValueError, OverflowError, KeyError, TypeError)
"""All that fastavro 1.13 raises on bytes or values that are not of the schema; anything else is our bug."""


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One released .avsc: `definition` as it stands in the file, `parsed` for fastavro."""

    name: str
    version: int
    definition: Mapping[str, Any]
    parsed: Any
    fingerprint: bytes

    @classmethod
    def of(cls, name: str, version: int, text: str) -> "Schema":
        definition = json.loads(text)
        canonical = to_parsing_canonical_form(fastavro.parse_schema(definition))
        rabin = bytes.fromhex(fingerprint(canonical, "CRC-64-AVRO"))
        return cls(name, version, definition, fastavro.parse_schema(definition), rabin)


@cache
def released() -> Mapping[tuple[str, int], Schema]:
    """Every schema of avro/, by name and version."""
    schemas = {}
    for entry in sorted(files("schemas").joinpath("avro").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".avsc"):
            name, version, _ = entry.name.split(".")
            number = int(version.removeprefix("v"))
            schemas[name, number] = Schema.of(name, number, entry.read_text(encoding="utf-8"))
    return schemas


@cache
def newest(name: str) -> Schema:
    """The newest version of a schema."""
    return max((schema for schema in released().values() if schema.name == name), key=lambda schema: schema.version)


@cache
def _by_fingerprint() -> Mapping[bytes, Schema]:
    return {schema.fingerprint: schema for schema in released().values()}


def is_known(rabin: bytes) -> bool:
    """Whether a released schema has this fingerprint."""
    return rabin in _by_fingerprint()


def known(rabin: bytes) -> Schema:
    """
    The schema with this fingerprint.

    Raises:
        UnknownFingerprint: no released schema has it.
    """
    schema = _by_fingerprint().get(rabin)
    if schema is None:
        raise UnknownFingerprint(rabin)
    return schema


def encode(schema: Schema, value: Mapping[str, Any]) -> bytes:
    """
    The one spelling of a value, without a frame.

    Raises:
        Malformed: the value is not of the schema.
    """
    buffer = io.BytesIO()
    try:
        fastavro.schemaless_writer(buffer, schema.parsed, value, strict=True)
    except _FASTAVRO_ERRORS as error:
        raise Malformed(f"{schema.name}: {type(error).__name__} while writing") from None
    return buffer.getvalue()


def decode(schema: Schema, data: bytes) -> dict[str, Any]:
    """
    The value of these bytes, as the newest version of the schema sees it.

    Raises:
        NotCanonical: another spelling of the value, or bytes after its end.
        Malformed: not a value of the schema.
    """
    written = _read(schema, data)
    if encode(schema, written) != data:
        raise NotCanonical(f"{schema.name}: not the one spelling of its value")
    reader = newest(schema.name)
    return written if reader is schema else _read(schema, data, reader)


def _read(schema: Schema, data: bytes, reader: Schema | None = None) -> dict[str, Any]:
    try:
        value = fastavro.schemaless_reader(io.BytesIO(data), schema.parsed, reader.parsed if reader else None)
    except _FASTAVRO_ERRORS as error:
        raise Malformed(f"{schema.name}: {type(error).__name__} while reading") from None
    assert isinstance(value, dict)  # noqa: S101  # every released schema is a record
    return value


def frame(schema: Schema, value: Mapping[str, Any]) -> bytes:
    """The value in single-object encoding."""
    return MARKER + schema.fingerprint + encode(schema, value)


def is_framed(name: str, data: bytes) -> bool:
    """Whether these bytes begin as a `name` does, of any released version; says nothing of the rest."""
    of_name = (schema for schema in released().values() if schema.name == name)
    return any(data.startswith(MARKER + schema.fingerprint) for schema in of_name)


def unframe(name: str, data: bytes) -> dict[str, Any]:
    """
    The value of a single-object encoding that must be a `name`, of any released version.

    Raises:
        NotFramed: the marker is missing.
        UnknownFingerprint: not a released version of `name`.
        NotCanonical, Malformed: as for `decode`.
    """
    if len(data) < HEADER_BYTES or data[:2] != MARKER:
        raise NotFramed(f"{name}: no single-object marker")
    schema = known(data[2:HEADER_BYTES])
    if schema.name != name:
        raise UnknownFingerprint(schema.fingerprint)
    return decode(schema, data[HEADER_BYTES:])

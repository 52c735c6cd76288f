"""
Another library's reading of our bytes: Apache `avro` and the .avsc files alone, nothing of schemas/.

The fingerprint is computed here from the Avro specification 1.12, because Apache avro 1.12.2 for Python keeps logical
types in its canonical form and spells a named type anew wherever it is used, so its own fingerprints differ from
everybody else's.
"""

import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import avro.io
import avro.schema

AVSC_FOLDER = Path(__file__).parents[1] / "schemas" / "avro"
EMPTY = 0xC15D213AA4D7A795
KEPT = ("name", "type", "fields", "symbols", "items", "values", "size")
PRIMITIVES = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}


def crc_64_avro(data: bytes) -> bytes:
    """The Rabin fingerprint of the specification, little-endian as the single-object encoding has it."""
    fingerprint = EMPTY
    for byte in data:
        row = (fingerprint ^ byte) & 0xFF
        for _ in range(8):
            row = (row >> 1) ^ (EMPTY if row & 1 else 0)
        fingerprint = (fingerprint >> 8) ^ row
    return fingerprint.to_bytes(8, "little")


def canonical(schema: Any, namespace: str = "") -> Any:
    """The parsing canonical form: full names, nothing that reading does not need, the keys in their order."""
    match schema:
        case str():
            return schema if schema in PRIMITIVES or "." in schema else f"{namespace}.{schema}".lstrip(".")
        case list():
            return [canonical(branch, namespace) for branch in schema]
        case {"type": str(primitive), **others} if primitive in PRIMITIVES and "name" not in others:
            return primitive
    space = schema.get("namespace", namespace)
    kept = {key: schema[key] for key in KEPT if key in schema}
    if "name" in kept:
        kept["name"] = canonical(kept["name"], space)
    for key in ("items", "values"):
        if key in kept:
            kept[key] = canonical(kept[key], space)
    if "fields" in kept:
        fields = kept["fields"]
        kept["fields"] = [{"name": f["name"], "type": canonical(f["type"], space)} for f in fields]
    return kept


@cache
def known_schemas() -> Mapping[bytes, avro.schema.Schema]:
    """Every .avsc of the repository, by fingerprint."""
    schemas = {}
    for path in sorted(AVSC_FOLDER.glob("*.avsc")):
        text = path.read_text(encoding="utf-8")
        spelled = json.dumps(canonical(json.loads(text)), separators=(",", ":"), ensure_ascii=False)
        schemas[crc_64_avro(spelled.encode())] = avro.schema.parse(text)
    return schemas


def read_unframed(fingerprint: bytes, data: bytes) -> dict[str, Any]:
    """The value that these bytes spell in the schema with this fingerprint; AssertionError where bytes are left."""
    source = io.BytesIO(data)
    value = avro.io.DatumReader(known_schemas()[fingerprint]).read(avro.io.BinaryDecoder(source))
    assert isinstance(value, dict)
    assert source.read() == b""
    return value


def read_framed(data: bytes) -> dict[str, Any]:
    """The value of a single-object encoding."""
    assert data[:2] == b"\xc3\x01"
    return read_unframed(data[2:10], data[10:])

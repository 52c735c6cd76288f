"""
Fingerprints after the Avro specification, written without any Avro library, to check what the libraries say.

Apache's Python library 1.12.2 cannot serve: its canonical form keeps {"type":"string"} where a logical type was
stripped, and spells out a named type again where it should name it.
"""

import json
from typing import Any

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
EMPTY = 0xC15D213AA4D7A795


def canonical(schema: Any, namespace: str = "") -> Any:
    """The parsing canonical form (Avro 1.12, "Transforming into Parsing Canonical Form"), before it becomes JSON."""
    if isinstance(schema, str):
        return schema if schema in PRIMITIVES or "." in schema else f"{namespace}.{schema}"
    if isinstance(schema, list):
        return [canonical(branch, namespace) for branch in schema]
    kind = schema["type"]
    if kind in PRIMITIVES:
        return kind
    if kind == "array":
        return {"type": kind, "items": canonical(schema["items"], namespace)}
    inside = schema.get("namespace", namespace)
    named = {"name": f"{inside}.{schema['name']}", "type": kind}
    if kind == "enum":
        return {**named, "symbols": schema["symbols"]}
    if kind == "fixed":
        return {**named, "size": schema["size"]}
    fields = [{"name": field["name"], "type": canonical(field["type"], inside)} for field in schema["fields"]]
    return {**named, "fields": fields}


def rabin(schema: Any) -> bytes:
    """CRC-64-AVRO of the parsing canonical form, as single-object encoding writes it: little-endian."""
    fingerprint = EMPTY
    for byte in json.dumps(canonical(schema), separators=(",", ":")).encode():
        low = (fingerprint ^ byte) & 0xFF
        for _ in range(8):
            low = (low >> 1) ^ (EMPTY if low & 1 else 0)
        fingerprint = (fingerprint >> 8) ^ low
    return fingerprint.to_bytes(8, "little")

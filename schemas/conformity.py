"""
Whether a pydantic model and an .avsc say the same: names, optionality, enum symbols, defaults, nested records, ranges.
"""

import types
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from schemas.shape import Shape

NAMESPACE = "clue_exchange"

SPELLED: Mapping[Any, frozenset[tuple[str, str | None]]] = {
    str: frozenset({("string", None)}),
    int: frozenset({("int", None), ("long", None)}),
    bool: frozenset({("boolean", None)}),
    bytes: frozenset({("bytes", None), ("fixed", None)}),
    UUID: frozenset({("string", "uuid")}),
    date: frozenset({("int", "date")}),
    datetime: frozenset({("long", "timestamp-millis")}),
    AwareDatetime: frozenset({("long", "timestamp-millis")}),
}
"""How a Python type may be spelled: Avro's type and its logical type."""

BITS = {"int": 32, "long": 64}


def differences(model: type[BaseModel], shape: Shape, path: str = "") -> Iterator[str]:
    """Every way in which model and schema differ, as sentences that begin with the field."""
    where = path or model.__name__
    if shape.kind != "record" or shape.name != f"{NAMESPACE}.{model.__name__}":
        yield f"{where}: the model is the record {NAMESPACE}.{model.__name__}, the schema {shape.name or shape.kind}"
        return
    parts = dict(shape.parts)
    if set(parts) != set(model.model_fields):
        yield f"{where}: only one of model and schema has {', '.join(sorted(set(parts) ^ set(model.model_fields)))}"
    for name, field in model.model_fields.items():
        if name in parts:
            inside = f"{path}/{name}" if path else name
            yield from _default_differs(field, name, shape.defaults, inside)
            yield from _type_differs(_whole(field), parts[name], inside)


def _whole(field: FieldInfo) -> Any:
    """The annotation as it was written: pydantic keeps what belongs to the field itself apart from it."""
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _default_differs(field: FieldInfo, name: str, defaults: Mapping[str, Any], path: str) -> Iterator[str]:
    if field.is_required():
        if defaults.get(name) is not None:
            yield f"{path}: the schema has a default, the model has none"
    elif name not in defaults:
        yield f"{path}: the model has a default, the schema has none"
    elif TypeAdapter[Any](Any).dump_python(field.default, mode="json") != defaults[name]:
        yield f"{path}: model and schema have different defaults"


def _type_differs(annotation: Any, shape: Shape, path: str) -> Iterator[str]:
    bare = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    origin, of = get_origin(bare), get_args(bare)
    if origin in (Union, types.UnionType):
        yield from _nullable_differs(of, shape, path)
    elif origin is tuple:
        if shape.kind != "array":
            yield f"{path}: the model has a list, the schema {shape.kind}"
        else:
            yield from _type_differs(of[0], shape.parts[0][1], f"{path}/[]")
    elif issubclass(bare, BaseModel):
        yield from differences(bare, shape, path)
    elif issubclass(bare, StrEnum):
        yield from _enum_differs(bare, shape, path)
    elif (shape.kind, shape.logical) not in SPELLED.get(bare, ()):
        yield f"{path}: the model has {bare.__name__}, the schema {shape.logical or shape.kind}"
    else:
        yield from _is_unlimited(annotation, shape, path)


def _nullable_differs(branches: tuple[Any, ...], shape: Shape, path: str) -> Iterator[str]:
    if shape.kind != "union" or len(shape.parts) != 2 or shape.parts[0][0] != "null":
        yield f"{path}: the model may be None, so the schema must be a union of null, first, and one other type"
    else:
        yield from _type_differs(branches[0], shape.parts[1][1], path)


def _enum_differs(enum: type[StrEnum], shape: Shape, path: str) -> Iterator[str]:
    if shape.name != f"{NAMESPACE}.{enum.__name__}":
        yield f"{path}: the model has the enum {NAMESPACE}.{enum.__name__}, the schema {shape.name or shape.kind}"
    elif shape.symbols != tuple(enum):
        yield f"{path}: the symbols of {enum.__name__} are not the same, in the same order"


def _is_unlimited(annotation: Any, shape: Shape, path: str) -> Iterator[str]:
    """Avro limits neither the length of a text nor an int to its 32 bits, so the model must (hostile-input.md)."""
    limits = TypeAdapter(annotation).json_schema()
    match shape.kind:
        case "string" if shape.logical is None and not {"pattern", "maxLength"} & limits.keys():
            yield f"{path}: the model limits neither pattern nor length of this text"
        case "int" | "long" if shape.logical is None:
            top = 2 ** (BITS[shape.kind] - 1)
            if not -top <= limits.get("minimum", -top - 1) <= limits.get("maximum", top) < top:
                yield f"{path}: the model does not keep this number within Avro's {shape.kind}"
        case "fixed" if not limits.get("minLength") == limits.get("maxLength") == shape.size:
            yield f"{path}: the model does not keep these bytes at {shape.size}"

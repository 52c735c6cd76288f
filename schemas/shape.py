"""
What an .avsc says, with every name resolved: a small tree that the gate compares, samples and walks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

PRIMITIVES = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
Names: TypeAlias = dict[str, "Shape"]


class Unsound(Exception):
    """The .avsc cannot be taken as it is: it is recursive, or names a type that it does not define."""


@dataclass(frozen=True, slots=True)
class Shape:
    """
    One node of a schema.

    Attributes:
        kind: Avro's word: record, enum, array, union, string, …
        name: the full name of a record, enum or fixed.
        logical: the logical type, which Avro's own canonical form forgets.
        parts: the fields of a record, the branches of a union, the items of an array, the values of a map.
        defaults: of the fields that have one; for an enum, its default under the empty name.
    """

    kind: str
    name: str | None = None
    logical: str | None = None
    symbols: tuple[str, ...] = ()
    size: int = 0
    parts: tuple[tuple[str, "Shape"], ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether its values take no bytes, so that an array of them can be endless for nothing."""
        match self.kind:
            case "null":
                return True
            case "fixed":
                return self.size == 0
            case "record":
                return all(part.is_empty for _, part in self.parts)
            case _:
                return False

    def nodes(self, path: str = "") -> Iterator[tuple[str, "Shape"]]:
        """Every node below and this one, each with its path from the top; equal paths mean the same place."""
        yield path, self
        for name, part in self.parts:
            yield from part.nodes(f"{path}/{name}" if path else name)


def shape_of(definition: Any) -> Shape:
    """
    The tree of a whole .avsc.

    Raises:
        Unsound: it contains itself, or names a type that it does not define.
    """
    return _shape(definition, "", {}, ())


def _shape(schema: Any, space: str, names: Names, enclosing: tuple[str, ...]) -> Shape:
    if isinstance(schema, str):
        return Shape(schema) if schema in PRIMITIVES else _named(_full_name(schema, space), names, enclosing)
    if isinstance(schema, list):
        branches = [_shape(branch, space, names, enclosing) for branch in schema]
        kinds = [branch.kind for branch in branches]
        unclear = {kind for kind in kinds if kinds.count(kind) > 1}
        return Shape("union", parts=tuple((b.name or b.kind if b.kind in unclear else b.kind, b) for b in branches))
    kind = schema["type"]
    match kind:
        case "record":
            return _record(schema, space, names, enclosing)
        case "enum" | "fixed":
            default = {"": schema["default"]} if "default" in schema else {}
            name = _full_name(schema["name"], schema.get("namespace", space))
            symbols = tuple(schema.get("symbols", ()))
            names[name] = Shape(kind, name, schema.get("logicalType"), symbols, schema.get("size", 0), (), default)
            return names[name]
        case "array" | "map":
            of = _shape(schema["items" if kind == "array" else "values"], space, names, enclosing)
            return Shape(kind, parts=(("[]" if kind == "array" else "{}", of),))
        case str() if kind in PRIMITIVES:
            return Shape(kind, logical=schema.get("logicalType"))
        case _:
            return _shape(kind, space, names, enclosing)


def _record(schema: Mapping[str, Any], space: str, names: Names, enclosing: tuple[str, ...]) -> Shape:
    space = schema.get("namespace", space)
    name = _full_name(schema["name"], space)
    inside = (*enclosing, name)
    fields = schema["fields"]
    parts = tuple((each["name"], _shape(each["type"], space, names, inside)) for each in fields)
    defaults = {each["name"]: each["default"] for each in fields if "default" in each}
    names[name] = Shape("record", name, parts=parts, defaults=defaults)
    return names[name]


def _named(name: str, names: Names, enclosing: tuple[str, ...]) -> Shape:
    if name in enclosing:
        raise Unsound(f"{name} contains itself: a hostile value of it can kill the process")
    if name not in names:
        raise Unsound(f"{name} is not defined before it is used")
    return names[name]


def _full_name(name: str, space: str) -> str:
    return name if "." in name or not space else f"{space}.{name}"

"""
Sample values of a schema, always the same ones: every enum symbol, every union branch, arrays with and without items.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from schemas.shape import Shape

BIGGEST_INT = 2**31 - 1
BIGGEST_LONG = 2**63 - 1

PLAIN: Mapping[str, tuple[Any, ...]] = {
    "null": (None,),
    "boolean": (True, False),
    "int": (1, -1, BIGGEST_INT),
    "long": (1, -1, BIGGEST_LONG),
    "float": (0.5,),
    "double": (0.5,),
    "bytes": (b"a", b"", b"\x00\xff"),
    "string": ("a", "", "文𠮷"),
}
LOGICAL: Mapping[str, tuple[Any, ...]] = {
    "uuid": (UUID(int=1), UUID(int=2**128 - 1)),
    "date": (date(2024, 2, 29), date(1, 1, 1)),
    "timestamp-millis": (datetime(2024, 2, 29, 23, 59, 59, 999_000, tzinfo=UTC),),
    "timestamp-micros": (datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),),
}


def samples(shape: Shape) -> tuple[Any, ...]:
    """Values of the schema that together use everything in it; the first one is the plainest."""
    build = BUILT.get(shape.kind)
    if build is not None:
        return build(shape)
    return LOGICAL.get(shape.logical or "", PLAIN[shape.kind])


def _of_record(shape: Shape) -> tuple[Any, ...]:
    """The plainest record, and one more for each further sample of each field."""
    choices = {name: samples(part) for name, part in shape.parts}
    plainest = {name: values[0] for name, values in choices.items()}
    others = ({**plainest, name: value} for name, values in choices.items() for value in values[1:])
    return (plainest, *others)


def _of_array(shape: Shape) -> tuple[Any, ...]:
    items = samples(shape.parts[0][1])
    return ([items[0]], [], list(items))


def _of_map(shape: Shape) -> tuple[Any, ...]:
    values = samples(shape.parts[0][1])
    return ({"a": values[0]}, {}, {str(number): value for number, value in enumerate(values)})


def _of_union(shape: Shape) -> tuple[Any, ...]:
    return tuple(value for _, branch in shape.parts for value in samples(branch))


BUILT: Mapping[str, Callable[[Shape], tuple[Any, ...]]] = {
    "record": _of_record,
    "array": _of_array,
    "map": _of_map,
    "union": _of_union,
    "enum": lambda shape: shape.symbols,
    "fixed": lambda shape: (bytes(shape.size), b"\xff" * shape.size),
}

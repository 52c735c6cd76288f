"""
The options of an act, made from the fields of its event; and what their codes mean, for `--help`.
"""

import json
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self, TypeAlias, Union, get_args, get_origin
from uuid import UUID

import click

from console.cli.options import Command
from console.words import MEANINGS
from schemas.codes import Role
from schemas.event import Coded, Event

Rows: TypeAlias = Sequence[tuple[str, str]]

METAVARS: dict[type, str] = {date: "YYYY-MM-DD", UUID: "ID", int: "NUMBER"}


@dataclass(frozen=True, slots=True)
class Field:
    """
    A field of an event.

    Attributes:
        kind: the type of its value, or of each of its values.
        takes_many: whether there may be several.
    """

    name: str
    kind: type
    takes_many: bool
    is_required: bool

    @classmethod
    def all_of(cls, model: type[Coded]) -> list[Self]:
        """Those of a model, in the model's order."""
        return [cls(name, *_inner(field.annotation), field.is_required()) for name, field in model.model_fields.items()]

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    def option(self) -> Callable[[Command], Command]:
        """Several codes are given by repeating the option, a structured value as JSON."""
        if self.kind is bool:
            flags, default = f"{self.flag}/--no-{self.flag[2:]}", None if self.is_required else False
            return click.option(flags, self.name, required=self.is_required, default=default)
        if issubclass(self.kind, Coded):
            told = f"A JSON {self._json_word}: {self._json_form}"
            return click.option(
                self.flag, self.name, required=self.is_required, metavar="JSON", callback=self._read, help=told
            )
        return click.option(
            self.flag,
            self.name,
            type=click.Choice([code.value for code in self.kind]) if issubclass(self.kind, StrEnum) else str,
            required=self.is_required,
            multiple=self.takes_many,
            metavar="CODE" if issubclass(self.kind, StrEnum) else METAVARS.get(self.kind, "TEXT"),
            help="May be repeated." if self.takes_many else None,
        )

    def codes(self) -> Iterator[tuple[str, Rows]]:
        """The code lists that this option takes, each under a heading, and what their codes mean."""
        if issubclass(self.kind, Coded):
            for inner in Field.all_of(self.kind):
                yield from ((f"{self.flag} {inner.name}", rows) for _, rows in inner.codes())
        elif issubclass(self.kind, StrEnum) and self.kind in MEANINGS:
            yield self.flag, [(code, str(meaning)) for code, meaning in MEANINGS[self.kind].items()]

    @property
    def _json_word(self) -> str:
        return "list" if self.takes_many else "object"

    @property
    def _json_form(self) -> str:
        return f"[{_form(self.kind)}]" if self.takes_many else _form(self.kind)

    def _read(self, _: click.Context, parameter: click.Parameter, text: str | None) -> Any:
        if text is None:
            return None
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            raise click.BadParameter(f"is not JSON: {error.msg} at character {error.pos}", param=parameter) from None
        if not isinstance(value, list if self.takes_many else dict):
            raise click.BadParameter(f"must be a JSON {self._json_word}: {self._json_form}", param=parameter)
        return value


class ActCommand(click.Command):
    """Shows below the options what their codes mean."""

    def __init__(self, *args: Any, model: type[Event], **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._model = model

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        offered = {parameter.name for parameter in self.params}
        for field in Field.all_of(self._model):
            for heading, rows in field.codes() if field.name in offered else ():
                with formatter.section(f"{heading} 代码"):
                    formatter.write_dl(rows)


def _form(model: type) -> str:
    """What a structured value looks like: `{"added_by": "federation", "number": 1}`."""
    fields = Field.all_of(model) if issubclass(model, Coded) else []
    return "{" + ", ".join(f'"{field.name}": {_sample(field)}' for field in fields) + "}"


def _sample(field: Field) -> str:
    if field.kind is Role:
        return '"federation"'
    if field.kind is int:
        return "1"
    return _form(field.kind) if issubclass(field.kind, Coded) else "…"


def _inner(hint: Any) -> tuple[type, bool]:
    """The type inside Annotated, tuple and `| None`, and whether there may be several."""
    origin = get_origin(hint)
    if origin is tuple:
        return _inner(get_args(hint)[0])[0], True
    if origin in (Annotated, Union, types.UnionType):
        return _inner(get_args(hint)[0])
    return hint, False

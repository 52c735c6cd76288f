"""
One command for each event of the lifecycle: `transfer`, `accept`, `return` … made from the catalog.

The options of a command are the fields of its event, so a new event type has its command at once.
"""

import json
import types
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import click

from clue_exchange.permissions import SECOND
from clue_exchange.signed_events import SignedEvent
from console.cli.options import config_option, json_option, opened
from console.cli.proving import PROOF_OPTIONS, SECOND_OPTIONS, Proof, prove
from console.people import People
from producers.desk import Told
from schemas.catalog import CATALOG, Carries, EventType
from schemas.codes import Role
from schemas.errors import InvalidEvent
from schemas.event import Coded
from schemas.particulars import Particulars

OPENING_VERBS = ("transfer", "share")
OFFICER_FIELDS = ("officer", "second")
"""Fields that the proof fills in: who acts is never typed as a fact."""


def act_commands() -> Iterator[click.Command]:
    """A command for each row of the catalog."""
    for row in CATALOG:
        yield _command(row)


def _command(row: EventType) -> click.Command:
    def run(config: Path, as_json: bool, clue_id: UUID | None = None, particulars: Any = None, **given: Any) -> None:
        proof, told = Proof.taken_from(given), _told(particulars)
        with opened(config) as agency:
            given |= _officers(row, agency.people, proof, clue_id)
            act, facts = agency.desk().act(row.verb), _facts(row, given)
            signed = act(facts, told) if clue_id is None else act(clue_id, facts, told)
        _tell(row, signed, as_json)

    command = click.command(row.verb, help=f"{row.model.__doc__}\n\n{row.chinese}")(run)
    for option in reversed(list(_options(row))):
        command = option(command)
    return command


def _options(row: EventType) -> Iterator[Any]:
    yield config_option
    if row.verb not in OPENING_VERBS:
        yield click.argument("clue_id", metavar="CLUE", type=click.UUID)
    for name, hint in get_type_hints(row.model, include_extras=True).items():
        if name in row.model.model_fields and name not in OFFICER_FIELDS:
            yield _option(name, hint, required=row.model.model_fields[name].is_required())
    if row.particulars is not Carries.nothing:
        yield click.option(
            "--particulars",
            type=click.File(encoding="utf-8"),
            required=row.particulars is Carries.required,
            help='JSON: {"federation:1": {"name": …, "narrative": …, "explanation": …}}; - reads standard input.',
        )
    yield from PROOF_OPTIONS
    if row.verb in SECOND:
        yield from SECOND_OPTIONS
    yield json_option


def _option(name: str, hint: Any, required: bool) -> Any:
    """The option of one field. A structured value is given as JSON, several codes by repeating the option."""
    hint, is_many = _inner(hint)
    flag = "--" + name.replace("_", "-")
    if hint is bool:
        return click.option(f"{flag}/--no-{flag[2:]}", name, required=required, default=None if required else False)
    if isinstance(hint, type) and issubclass(hint, Coded):
        return click.option(flag, name, required=required, metavar="JSON", callback=_json)
    choice = click.Choice([code.value for code in hint]) if issubclass(hint, StrEnum) else str
    return click.option(flag, name, type=choice, required=required, multiple=is_many)


def _inner(hint: Any) -> tuple[Any, bool]:
    """The type inside Annotated, tuple and `| None`, and whether there may be several."""
    origin = get_origin(hint)
    if origin is Annotated:
        return _inner(get_args(hint)[0])
    if origin in (Union, types.UnionType):
        return _inner(get_args(hint)[0])
    if origin is tuple:
        return _inner(get_args(hint)[0])[0], True
    return hint, False


def _json(_: click.Context, parameter: click.Parameter, text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"is not JSON: {error.msg} at character {error.pos}", param=parameter) from None


def _facts(row: EventType, given: Mapping[str, Any]) -> Any:
    return row.model.read({name: value for name, value in given.items() if value not in (None, ())})


def _told(file: Any) -> Told:
    """Read a file of particulars, by person."""
    if file is None:
        return {}
    told: dict[tuple[Role, int], Particulars] = {}
    try:
        for person, fields in json.load(file).items():
            added_by, _, number = person.partition(":")
            told[Role(added_by), int(number)] = Particulars.read(fields)
    except (ValueError, AttributeError, TypeError):
        raise InvalidEvent("Particulars", ('the file must be JSON: {"federation:1": {"name": …}}',)) from None
    return told


def _officers(row: EventType, people: People, proof: Proof, clue_id: UUID | None) -> dict[str, str]:
    """
    The officer who acts and the second one where two are needed, proven, by the fields that carry their ids.

    Raises:
        NotProven, NotPermitted: a refusal is in the access log before it is raised.
    """
    officer, second = prove(proof, people.officers), proof.second(people.officers)
    people.log.permit(officer, row.verb, clue_id, second)
    return {"officer": officer.officer_id} | ({"second": second.officer_id} if second is not None else {})


def _tell(row: EventType, signed: SignedEvent, as_json: bool) -> None:
    saved = {"clue": str(signed.envelope.clue_id), "event": str(signed.envelope.event_id), "number": signed.number}
    if as_json:
        click.echo(json.dumps(saved))
    else:
        place = f"number {signed.number} in {signed.topic}"
        click.echo(f"{row.name} {row.chinese}: saved for clue {saved['clue']}, {place}")

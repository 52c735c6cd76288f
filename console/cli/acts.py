"""
One command for each event of the lifecycle: `transfer`, `accept`, `return` … made from the catalog.

The options of a command are the fields of its event, so a new event type has its command at once; what it does says
the desk's method.
"""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from clue_exchange.people.permissions import MAY_HAVE_SECOND, SECOND
from clue_exchange.signed_events import SignedEvent
from console.cli.act_options import ActCommand, Field
from console.cli.options import (
    GivenId,
    clue_argument,
    config_option,
    json_option,
    opened,
    permitted_clue,
)
from console.cli.proving import PROOF_OPTIONS, SECOND_OPTIONS, Proof, prove
from console.people import People
from producers.desk import Desk, Told
from schemas.catalog import CATALOG, Carries, EventType
from schemas.codes import Role
from schemas.errors import InvalidEvent
from schemas.particulars import Particulars

OPENING_VERBS = ("transfer", "share")
OFFICER_FIELDS = ("officer", "second")
"""Fields that the proof fills in: who acts is never typed as a fact."""


def act_commands(desk: type[Desk]) -> list[click.Command]:
    """A command for each row of the catalog that this desk, and not the one above it, does."""
    return [_command(row, desk) for row in CATALOG if _method(row) in vars(desk)]


def _method(row: EventType) -> str:
    name = row.verb.replace("-", "_")
    return f"{name}_" if iskeyword(name) else name


def _command(row: EventType, desk: type[Desk]) -> click.Command:
    def run(config: Path, as_json: bool, clue_id: GivenId | None = None, particulars: Any = None, **given: Any) -> None:
        proof, told = Proof.taken_from(given), _told(particulars)
        with opened(config) as agency:
            meant, officers = _permitted(row, agency.people, proof, clue_id)
            act, facts = agency.desk().act(row.verb), _facts(row, {**given, **officers})
            signed = act(facts, told) if meant is None else act(meant, facts, told)
        _tell(row, signed, as_json)

    sentence = (inspect.getdoc(getattr(desk, _method(row))) or "").splitlines()[0]
    meaning = inspect.cleandoc(row.model.__doc__ or "")
    command = ActCommand(
        row.verb,
        model=row.model,
        callback=run,
        help=f"{sentence} {row.chinese}\n\n{row.name}: {meaning}",
        short_help=f"{re.sub(r' [(].*[)]', '', sentence)} {row.chinese}",
    )
    for option in _options(row):
        option(command)
    return command


def _options(row: EventType) -> Iterator[Any]:
    if row.verb not in OPENING_VERBS:
        yield clue_argument
    for field in Field.all_of(row.model):
        if field.name not in OFFICER_FIELDS:
            yield field.option()
    if row.particulars is not Carries.nothing:
        yield click.option(
            "--particulars",
            type=click.File(encoding="utf-8"),
            required=row.particulars is Carries.required,
            help='JSON: {"federation:1": {"name": …, "narrative": …, "explanation": …}}; - reads standard input.',
        )
    yield config_option
    yield from PROOF_OPTIONS
    if row.verb in SECOND or row.verb in MAY_HAVE_SECOND:
        yield from SECOND_OPTIONS
    yield json_option


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


def _permitted(
    row: EventType, people: People, proof: Proof, clue_id: GivenId | None
) -> tuple[UUID | None, dict[str, str]]:
    """
    The clue that is meant; and who acts, with the second one where two are needed, by the fields that carry their ids.

    Raises:
        NotProven, NotPermitted: a refusal is in the access log before it is raised.
        CommandRefused: no such clue is known here, or one in conflict of interest.
    """
    officer, second = prove(proof, people.officers), proof.second(people.officers)
    who = {"officer": officer.officer_id} | ({"second": second.officer_id} if second is not None else {})
    if clue_id is None:
        people.log.permit(officer, row.verb, None, second)
        return None, who
    return permitted_clue(people, clue_id, row.verb, officer, second), who


def _tell(row: EventType, signed: SignedEvent, as_json: bool) -> None:
    saved = {"clue": str(signed.envelope.clue_id), "event": str(signed.envelope.event_id), "number": signed.number}
    if as_json:
        click.echo(json.dumps(saved))
    else:
        place = f"number {signed.number} in {signed.topic}"
        click.echo(f"{row.name} {row.chinese}: saved for clue {saved['clue']}, {place}")

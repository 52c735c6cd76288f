"""
What the command line says of itself: sections, one imperative sentence an act, and every code with its meaning.
"""

from enum import StrEnum
from typing import Any, get_args

import pytest
from click.testing import CliRunner

from console.cli import SECTIONS, main
from console.demo.figures import shortfalls
from console.words import MEANINGS
from schemas.catalog import CATALOG, EventType
from schemas.codes import Role
from schemas.event import Coded
from schemas.view import State

rows = pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.verb)


def help_of(*words: str) -> str:
    """What --help shows on a terminal of 80 columns."""
    return CliRunner(env={"COLUMNS": "80"}).invoke(main, [*words, "--help"]).output


def code_lists(model: type[Coded]) -> set[type[StrEnum]]:
    """The code lists of a model's fields, and of the models inside it."""
    found: set[type[StrEnum]] = set()
    for field in model.model_fields.values():
        found |= _lists_in(field.annotation)
    return found - {Role}


def _lists_in(hint: Any) -> set[type[StrEnum]]:
    if isinstance(hint, type) and issubclass(hint, Coded):
        return code_lists(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {hint}
    return set[type[StrEnum]]().union(*map(_lists_in, get_args(hint)))


def test_every_command_stands_in_one_section() -> None:
    """The list of commands is not an alphabet of forty."""
    listed = [command.name for commands in SECTIONS.values() for command in commands]

    assert sorted(map(str, listed)) == sorted(main.commands)
    assert all(f"{heading}:" in help_of() for heading in SECTIONS)


@rows
def test_an_act_says_what_it_does_and_what_its_codes_mean(row: EventType) -> None:
    """An imperative sentence, the Chinese name, and below the options each code that it takes."""
    shown = " ".join(help_of(row.verb).split())

    assert row.chinese in shown
    assert [
        code
        for codes in code_lists(row.model)
        for code, meaning in MEANINGS[codes].items()
        if f"{code} {meaning}" not in shown
    ] == []


@rows
def test_the_options_of_an_act_stand_in_the_order_of_its_fields(row: EventType) -> None:
    """Then particulars, configuration and proof; --json last."""
    names = [parameter.name for parameter in main.commands[row.verb].params]
    fields = [name for name in row.model.model_fields if name in names]

    assert [name for name in names if name in fields] == fields
    assert names[-1] == "as_json"


@pytest.mark.parametrize("codes", MEANINGS, ids=lambda codes: codes.__name__)
def test_every_code_has_a_meaning(codes: type[StrEnum]) -> None:
    """And no meaning is of a code that does not exist."""
    assert set(MEANINGS[codes]) == set(codes)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("supplement", "abcdef", "--added-persons", '{"number": 1}'), "must be a JSON list: [{"),
        (("request-aid", "abcdef", "--kind", "A01", "--beneficiary", "[]"), "must be a JSON object: {"),
        (("supplement", "abcdef", "--added-persons", "nobody"), "is not JSON"),
    ],
    ids=["list", "object", "not JSON"],
)
def test_a_value_of_the_wrong_form_is_told_the_right_one(words: tuple[str, ...], wanted: str) -> None:
    """In the words of JSON, not of Python."""
    refused = CliRunner().invoke(main, words)

    assert refused.exit_code == 2
    assert wanted in refused.output
    assert "tuple" not in refused.output


MEASURED: dict[str, Any] = {
    "states_reached": [str(state) for state in State],
    "void": {"federation": 6, "procuratorate": 6},
    "void_scripted": 6,
    "waiting": {"federation": 0, "procuratorate": 0},
    "unacknowledged": {"federation": 0, "procuratorate": 0},
    "dead_letters": 0,
    "views_equal": True,
}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"views_equal": False}, "do not see the same"),
        ({"void": {"federation": 6, "procuratorate": 5}}, "differ from the 6 of the script"),
        ({"waiting": {"federation": 2, "procuratorate": 0}}, "2 events wait"),
        ({"dead_letters": 1}, "1 dead letters"),
        ({"states_reached": [str(state) for state in State if state is not State.refused]}, "no clue reached: refused"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_demonstration_that_falls_short_says_how(changes: dict[str, Any], wanted: str) -> None:
    """One sentence each; none where all went well."""
    assert shortfalls(MEASURED) == []
    assert [wanted in sentence for sentence in shortfalls({**MEASURED, **changes})] == [True]

"""
The rules of the house that no linter knows: sizes, names, log events, errors, and documents that are true.
"""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest

from clue_exchange import errors as exchange_errors
from clue_exchange.logs import LogEvent
from console.cli import main
from console.cli.defaulting import Defaulting
from consumers.dead_letters import Reason
from schemas import errors as contract_errors
from schemas.catalog import CATALOG
from schemas.view import State

ROOMS = ("schemas", "clue_exchange", "producers", "consumers", "console", "benchmarks", "tests")
FILE_LINES = 250
FUNCTION_LINES = 40
REFUSED_NAMES = re.compile(r"(^|_)(utils?|common|helpers?|managers?|misc)($|_)")


def python_files() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted(Path(room).rglob("*.py"))


def functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield path, node


def test_no_file_is_longer_than_250_lines() -> None:
    """A file that grows past this holds two things."""
    long = [str(path) for path in python_files() if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES]

    assert long == []


def test_no_function_is_longer_than_40_lines() -> None:
    """A function that grows past this does two things."""
    long = [
        f"{path}:{node.name}" for path, node in functions() if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]

    assert long == []


def test_no_constructor_takes_more_than_seven_parameters() -> None:
    """More than this is a missing concept."""
    wide = [
        f"{path}:{node.lineno}"
        for path, node in functions()
        if node.name == "__init__" and len(node.args.args) + len(node.args.kwonlyargs) - 1 > 7
    ]

    assert wide == []


def test_no_file_is_named_for_nothing_in_particular() -> None:
    """A newcomer finds the file from the name alone."""
    assert [str(path) for path in python_files() if REFUSED_NAMES.search(path.stem)] == []


def test_every_room_and_every_file_says_what_it_is_for() -> None:
    """The first line of a file is its docstring; an empty __init__ needs none."""
    silent = [
        str(path)
        for path in python_files()
        if (text := path.read_text(encoding="utf-8").strip()) and ast.get_docstring(ast.parse(text)) is None
    ]

    assert silent == []


@pytest.mark.parametrize("module", [exchange_errors, contract_errors], ids=lambda module: module.__name__)
def test_every_error_stands_in_the_tree_of_its_docstring(module: object) -> None:
    """The tree at the top of errors.py is complete, and each class says when it comes."""
    tree = str(module.__doc__)
    classes = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Exception)]

    assert [each.__name__ for each in classes if each.__name__ not in tree] == []
    assert [each.__name__ for each in classes if not each.__doc__] == []


def logged_events() -> Iterator[tuple[str, str]]:
    """Every constant first argument of a log call in the rooms."""
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"info", "warning", "error"}
                and "log" in ast.unparse(node.func.value)
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(path), str(node.args[0].value)


def test_the_list_of_log_events_is_what_the_code_logs() -> None:
    """All names of log events stand in one place, and none stands there for nothing."""
    logged = {event for path, event in logged_events() if not path.startswith("tests")}

    assert logged == set(get_args(LogEvent))


def test_the_glossary_explains_every_code_that_people_meet() -> None:
    """States, event types, dead-letter reasons: each has its line."""
    glossary = Path("docs/glossary.md").read_text(encoding="utf-8")
    wanted = [*State, *Reason, *(row.name for row in CATALOG), *(row.chinese for row in CATALOG)]

    assert [str(word) for word in wanted if f"{word}" not in glossary] == []


def command_of(words: list[str]) -> click.Command | None:
    """The command that these words name, or None."""
    command: click.Command = main
    for word in words:
        if not isinstance(command, click.Group) or word.startswith("-"):
            break
        found = command.commands.get(word) or (command.default_command if isinstance(command, Defaulting) else None)
        if found is None:
            return None
        command = found
    return command.default_command if isinstance(command, Defaulting) else command


DOCUMENTS = ("README.md", "docs/operating.md", "CHANGELOG.md")


def documented_commands() -> Iterator[tuple[str, list[str]]]:
    for name in DOCUMENTS:
        for match in re.finditer(r"clue-exchange ([a-z][^`\n#|]*)", Path(name).read_text(encoding="utf-8")):
            yield name, shlex.split(match.group(1))


def test_every_documented_command_exists_with_its_options() -> None:
    """A document names no command and no option that the program does not have."""
    wrong = []
    for document, words in documented_commands():
        command = command_of(words)
        if command is None:
            wrong.append(f"{document}: clue-exchange {' '.join(words)}")
            continue
        known = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
        asked = {word.split("=")[0] for word in words if word.startswith("--")} - {"--help"}
        wrong += [f"{document}: {' '.join(words)}: {option}" for option in asked - known]

    assert wrong == []


def test_every_command_explains_itself() -> None:
    """--help of each command says what it does."""
    silent = []
    for name, command in main.commands.items():
        members = command.commands.values() if isinstance(command, click.Group) else [command]
        silent += [f"{name} {member.name}" for member in members if not member.help]

    assert silent == []


def test_the_doors_of_the_makefile_are_those_of_the_readme() -> None:
    """make demo, test, chaos, check and bench exist and are explained."""
    makefile = Path("Makefile").read_text(encoding="utf-8")
    readme = Path("README.md").read_text(encoding="utf-8")

    for door in ("demo", "test", "chaos", "check", "bench"):
        assert re.search(rf"^{door}:", makefile, re.MULTILINE)
        assert f"make {door}" in readme


def test_every_decision_record_has_its_five_parts() -> None:
    """Status, context, decision, consequences, rejected alternatives."""
    parts = ("Status", "Context", "Decision", "Consequences", "Rejected alternatives")
    records = sorted(Path("docs/decisions").glob("[0-9]*.md"))

    assert records
    assert [
        f"{path}: {part}" for path in records for part in parts if f"## {part}" not in path.read_text(encoding="utf-8")
    ] == []


def test_every_reference_to_a_decision_record_finds_it() -> None:
    """A link from an odd line leads somewhere."""
    numbers = {path.name[:4] for path in Path("docs/decisions").glob("[0-9]*.md")}
    texts = [*python_files(), *Path("docs").rglob("*.md"), Path("README.md"), Path("pyproject.toml")]
    asked = {
        number
        for path in texts
        for number in re.findall(r"(?:docs/decisions/|decision record )([0-9]{4})", path.read_text(encoding="utf-8"))
    }

    assert asked <= numbers


def test_the_lock_names_hashes_and_no_index() -> None:
    """What is installed is what was looked at, from whatever registry."""
    lock = Path("requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^[a-z0-9][a-z0-9-]*==", lock, re.MULTILINE)

    assert pinned
    assert "http" not in lock
    assert lock.count("\\\n    --hash=sha256:") >= len(pinned)


def test_the_wheel_has_all_rooms_and_their_data() -> None:
    """Packages are found by name, so a new one inside a room is in the wheel at once."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    include = project["tool"]["setuptools"]["packages"]["find"]["include"]

    for room in ("schemas", "clue_exchange", "producers", "consumers", "console"):
        assert f"{room}*" in include
        assert (Path(room) / "__init__.py").exists()

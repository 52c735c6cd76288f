"""Crash points: off unless armed, and then as deadly as `kill -9`."""

import ast
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL
from typing import get_args

import pytest
from click.testing import CliRunner

from clue_exchange.crash_points import VARIABLE, CrashPoint, crash_point
from console.cli import main

POINT = "relay.before_mark"


def lived_through(armed: str, times: int) -> tuple[int, str]:
    """How a process ends in which this is armed and which passes the point so often, and what it got to say."""
    code = f"from clue_exchange.crash_points import arm, crash_point; arm({armed!r})\n"
    code += f"for each in range({times}): crash_point({POINT!r}); print(each, flush=True)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_point_that_is_not_armed_does_nothing() -> None:
    """The state of every process that nobody wants to see die."""
    for point in get_args(CrashPoint):
        crash_point(point)


def test_an_armed_point_kills_the_process_with_nothing_cleaned_up() -> None:
    """As `kill -9` does: no handler, no flush, no exit code of its own."""
    assert lived_through(POINT, times=1) == (-SIGKILL, "")


def test_an_armed_point_may_be_passed_some_times_first() -> None:
    """`NAME:after-2` dies the third time."""
    assert lived_through(f"{POINT}:after-2", times=5) == (-SIGKILL, "0\n1\n")


def test_another_point_than_the_armed_one_is_passed() -> None:
    """One name, one place."""
    assert lived_through("loop.before_commit", times=2) == (0, "0\n1\n")


@pytest.mark.parametrize("text", [" ", "relay", "relay.before_mark:2", "relay.before_mark:after-x"])
def test_a_name_that_is_no_crash_point_is_refused(text: str) -> None:
    """A misspelt point would make a test that finds nothing; one line says which there are."""
    result = CliRunner().invoke(main, ["lag", "--config", "/nowhere"], env={VARIABLE: text})

    assert result.exit_code != 0
    assert "there are: command.before_commit" in result.output


def test_every_crash_point_stands_at_one_place_of_the_product() -> None:
    """A name without a place kills nothing, a name with two says nothing about where a process died."""
    found = [
        node.args[0].value
        for room in ("clue_exchange", "consumers", "producers", "console")
        for path in Path(room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "crash_point"
        and isinstance(node.args[0], ast.Constant)
    ]

    assert sorted(map(str, found)) == sorted(get_args(CrashPoint))

"""
Steps of tests whose databases cannot grow: what a command and a node must say, and what must hold of the files.
"""

import json
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from schemas.codes import Role
from tests.desks import TRANSFER, Desk
from tests.faults.county import County
from tests.faults.nodes import FaultyNode

SAVED = {table: f"SELECT * FROM {table}" for table in ("event", "clue", "outbox", "journal_counter", "data_key")}
REFUSED = "Error: the database cannot be used: "


def file_of(here: County, role: Role) -> Path:
    return Path(here.agencies[role].settings.database.removeprefix("sqlite:///"))


def is_sound(here: County, role: Role) -> bool:
    """Whether the database says so of itself."""
    with closing(sqlite3.connect(file_of(here, role))) as connection:
        return list(connection.execute("PRAGMA integrity_check")) == [("ok",)]


def desk_of(here: County) -> Desk:
    """The federation's command line."""
    return Desk.of(here.agencies[Role.federation], here.folder)


def transfer_in_process(desk: Desk, file_bytes: int = resource.RLIM_INFINITY) -> subprocess.CompletedProcess[str]:
    """An officer transfers a clue by the command line, in a process whose files cannot grow past this."""
    words = [*TRANSFER, *desk.by("zhao"), "--particulars", "-", "--config", str(desk.config)]
    command = [sys.executable, "-m", "console", *words]
    told = json.dumps({"federation:1": {"name": "欧阳金丝雀", "narrative": "来电人称被丈夫殴打。"}})

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, resource.RLIM_INFINITY))

    return subprocess.run(  # the limit is the child's alone
        command, input=told, capture_output=True, text=True, preexec_fn=limit, check=False
    )


def require_one_line(refused: subprocess.CompletedProcess[str]) -> None:
    """
    Require that the officer reads one line, and that the command says by its exit code that nothing was saved.

    Raises:
        AssertionError: it is otherwise.
    """
    assert refused.returncode == 1
    assert refused.stderr.startswith(REFUSED)
    assert refused.stderr.count("\n") == 1


def require_clear_end(node: FaultyNode) -> None:
    """
    Require that a node which ended says why in one line, without a stack trace.

    Raises:
        AssertionError: it does not.
    """
    log = node.log.read_text(encoding="utf-8")
    assert {line["error"] for line in node.said("node.failed")} == {"StoreFailed"}
    assert "Traceback" not in log
    assert log.splitlines()[-1].startswith(REFUSED)

"""
Node processes that may be killed, frozen, starved and planted with faults.

Each is a process of its own that runs `clue-exchange node CONFIG` through the command line. It is forked from a server
process that has imported the program and started no thread, so that a start costs half a second less; `kill -9` finds
it as it finds any other.
"""

import json
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from clue_exchange.crash_points import VARIABLE, CrashPoint
from clue_exchange.settings import Settings
from tests.looking_again import comes_true

READY_SECONDS = 90
STOP_SECONDS = 30
LOOK_EVERY_SECONDS = 0.01
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["console.cli", "tests.builders", "psycopg", "kafka"])

Plant = Callable[[], None]
"""Changes the program of one process before it starts: a planted fault, another clock."""


@dataclass(frozen=True, slots=True)
class Start:
    """
    How a node is started.

    Attributes:
        crash_at: the crash point that is armed, as the environment variable spells it.
        file_bytes: RLIMIT_FSIZE: no file can grow past this.
        plant: a fault to plant.
    """

    crash_at: str | None = None
    file_bytes: int | None = None
    plant: Plant | None = None


@dataclass(slots=True)
class FaultyNode:
    """One agency's node process, and its log, which goes on over restarts."""

    settings: Settings
    folder: Path
    _process: ForkServerProcess | None = field(default=None, repr=False)

    @property
    def config(self) -> Path:
        return self.folder / f"{self.settings.agency}.toml"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.settings.agency}.log"

    @property
    def pid(self) -> int | None:
        """The process, while it lives."""
        alive = self._process is not None and self._process.is_alive()
        return self._process.pid if alive and self._process else None

    def start(self, how: Start | None = None) -> None:
        """Start the process; returns at once."""
        assert self.pid is None
        self.config.write_text(self.settings.to_toml(), encoding="utf-8")
        self._process = SERVER.Process(target=_run_node, args=(self.config, self.log, how or Start()))
        self._process.start()

    def start_again(self) -> None:
        """Start it, unless it runs."""
        if self.pid is None:
            self.start()

    def start_ready(self, how: Start | None = None) -> None:
        """Start, and return when it reads the counterpart's journals."""
        connected = self._times("loop.connected")
        self.start(how)
        self._wait_until(lambda: self._times("loop.connected") > connected, READY_SECONDS)

    @property
    def exit_code(self) -> int | None:
        """How the last process ended, negative for a signal; None while it runs."""
        return self._process.exitcode if self._process is not None else None

    def wait_for_end(self, seconds: float = READY_SECONDS) -> int:
        """Wait until the process has ended by itself; its exit code, negative for a signal."""
        assert self._process is not None
        self._process.join(seconds)
        code = self._process.exitcode
        assert code is not None, f"the node of {self.settings.agency} did not end: see {self.log}"
        return code

    def kill(self) -> None:
        """`kill -9`; no effect on one that has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.join(STOP_SECONDS)

    def freeze(self) -> None:
        """SIGSTOP: it is alive and does nothing."""
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        if (pid := self.pid) is not None:
            os.kill(pid, signal.SIGCONT)

    def is_frozen(self) -> bool:
        """Whether it was stopped by a signal."""
        return self._stat(0) == "T"

    def stop(self) -> None:
        """Stop it as an operator does; killed where it does not end."""
        if self._process is None:
            return
        self.thaw()
        self._process.terminate()
        self._process.join(STOP_SECONDS)
        self.kill()

    def cpu_seconds(self) -> float:
        """Processor time that the process has used so far."""
        return (int(self._stat(11)) + int(self._stat(12))) / os.sysconf("SC_CLK_TCK")

    def _stat(self, place: int) -> str:
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[place]

    def lines(self) -> Iterator[dict[str, Any]]:
        """What it has logged so far, over all its lives."""
        for line in self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else ():
            if line.startswith("{") and line.endswith("}"):
                yield json.loads(line)

    def said(self, event: str) -> list[dict[str, Any]]:
        """Its log lines with this event."""
        return [line for line in self.lines() if line["event"] == event]

    def _times(self, event: str) -> int:
        return len(self.said(event))

    def _wait_until(self, condition: Callable[[], bool], seconds: float) -> None:
        came_true = comes_true(lambda: self.pid is None or condition(), seconds, LOOK_EVERY_SECONDS)
        if not came_true or self.pid is None:
            raise AssertionError(f"the node of {self.settings.agency} is not ready: see {self.log}")


def dies_at(point: CrashPoint, passes: int = 0) -> Start:
    """A start of a node that dies when it reaches this point, after so many times."""
    return Start(crash_at=f"{point}:after-{passes}" if passes else point)


def _run_node(config: Path, log: Path, how: Start) -> None:
    """In the new process: what the shell does before `clue-exchange node CONFIG`, and then that."""
    from console.cli import main

    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.environ.pop(VARIABLE, None)
    if how.crash_at is not None:
        os.environ[VARIABLE] = how.crash_at
    if how.file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (how.file_bytes, resource.RLIM_INFINITY))
    if how.plant is not None:
        how.plant()
    sys.argv = ["clue-exchange", "node", str(config)]
    main()

"""
The two node processes of the demonstration: started as an operator would, watched through their logs.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clue_exchange.errors import ExchangeError
from clue_exchange.settings import Settings

READY_SECONDS = 60
STOP_SECONDS = 15
LOOK_EVERY_SECONDS = 0.02


class NodeFailed(ExchangeError):
    """A node process did not become ready, or did not stop cleanly."""


class NodeProcess:
    """
    One agency's node in a process of its own: `clue-exchange node CONFIG`.

    Its process id stands in a file, so that a later demonstration can stop it when this one is killed.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.config = folder / f"{settings.agency}.toml"
        self.log = folder / f"{settings.agency}.log"
        self.pid_file = folder / f"{settings.agency}.pid"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.config.write_text(self.settings.to_toml(), encoding="utf-8")
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """
        Start the node and return when it reads the counterpart's journals.

        Raises:
            NodeFailed: it ended, or was not ready in a minute; names its log.
        """
        connected = self._times_connected()
        command = [sys.executable, *_arguments(self.config)]
        with self.log.open("ab") as log:
            # in a session of its own: the signals of a terminal reach the demonstration, which then stops the node
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                command, stdout=log, stderr=log, start_new_session=True
            )
        self.pid_file.write_text(str(self._process.pid))
        try:
            self._wait_until_ready(self._process, connected)
        except BaseException:  # Ctrl-C too: what was started is not left behind
            self.stop()
            raise

    def _wait_until_ready(self, process: subprocess.Popen[bytes], connected: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while self._times_connected() == connected:
            if process.poll() is not None or time.monotonic() > deadline:
                raise NodeFailed(f"the node of {self.settings.agency} did not become ready: see {self.log}")
            time.sleep(LOOK_EVERY_SECONDS)

    def stop(self) -> None:
        """
        Stop the node with SIGTERM, as an operator does. No effect when it does not run.

        Raises:
            NodeFailed: it did not end in time, and was killed, or it ended with an error.
        """
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise NodeFailed(f"the node of {self.settings.agency} did not stop: see {self.log}") from None
        finally:
            if process.returncode is not None:
                self.pid_file.unlink(missing_ok=True)
        if code != 0:
            raise NodeFailed(f"the node of {self.settings.agency} ended with exit code {code}: see {self.log}")

    def log_lines(self) -> Iterator[dict[str, Any]]:
        """What the node has logged so far."""
        if self.log.exists():
            for line in self.log.read_text(encoding="utf-8").splitlines():
                if line.startswith("{"):
                    yield json.loads(line)

    def _times_connected(self) -> int:
        return sum(line["event"] == "loop.connected" for line in self.log_lines())


def running_node(pid_file: Path) -> int | None:
    """The node process that this file names; None when it has ended, also when a stranger's process has its number."""
    try:
        pid = int(pid_file.read_text())
    except (FileNotFoundError, ValueError):
        return None
    ours = " ".join(_arguments(pid_file.with_suffix(".toml")))
    return pid if _command_line(pid).endswith(ours) else None


def end_node(pid_file: Path) -> None:
    """Stop a node that another process started; killed when it does not end in time."""
    for number, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
        deadline = time.monotonic() + patience
        pid = running_node(pid_file)
        if pid is not None:
            os.kill(pid, number)
        while running_node(pid_file) is not None and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY_SECONDS)


def _arguments(config: Path) -> list[str]:
    return ["-m", "console", "node", str(config.resolve())]


def _command_line(pid: int) -> str:
    """What a process was started with; empty when it has ended."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").rstrip("\0").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    command = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # no input of others
    return shown.stdout.rstrip()

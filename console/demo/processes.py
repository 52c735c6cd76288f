"""
The two node processes of the demonstration: started as an operator would, watched through their logs.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clue_exchange.errors import ExchangeError
from clue_exchange.settings import Settings

READY_SECONDS = 30
STOP_SECONDS = 15
LOOK_EVERY_SECONDS = 0.02


class NodeFailed(ExchangeError):
    """A node process did not become ready, or did not stop cleanly."""


class NodeProcess:
    """One agency's node in a process of its own: `clue-exchange node CONFIG`."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.config = folder / f"{settings.agency}.toml"
        self.log = folder / f"{settings.agency}.log"
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
            NodeFailed: it ended, or was not ready in 30 seconds; names its log.
        """
        connected = self._times_connected()
        command = [sys.executable, "-m", "console", "node", str(self.config)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603  # our own command
        deadline = time.monotonic() + READY_SECONDS
        while self._times_connected() == connected:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
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

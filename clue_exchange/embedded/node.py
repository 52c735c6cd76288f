"""
One broker of the embedded Kafka: its folder, its settings, its process.

All that is known of a running broker stands in its folder (settings, process id), so that any process can stop it.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from clue_exchange.embedded.errors import StartFailed
from clue_exchange.embedded.ports import HOST, Ports

LOG_TAIL_LINES = 15
STOP_SECONDS = 10
SHOWN_SECONDS = 10
LOOK_AGAIN_SECONDS = 0.05

JVM_FLAGS = (
    "-Xmx512m",  # 80 MB with 720 topics; 130 more for each batch that unpacks to 64 MiB: docs/measurements.md
    "-Xms64m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # half the start time; the optimising compiler never earns its keep in a short run
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
)

JAVA_VARIABLES = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH")

LOGGERS = """
rootLogger.level = INFO
rootLogger.appenderRef.kafka.ref = kafka
# what a secured broker denied, and why it did not accept a certificate: Kafka says it nowhere else
logger.authorizer.name = kafka.authorizer.logger
logger.authorizer.level = INFO
logger.authorizer.additivity = false
logger.authorizer.appenderRef.authorizer.ref = authorizer
logger.handshakes.name = org.apache.kafka.common.network.SslTransportLayer
logger.handshakes.level = DEBUG
logger.handshakes.additivity = false
logger.handshakes.appenderRef.handshakes.ref = handshakes
logger.handshakes.filter.leaving.type = RegexFilter
logger.handshakes.filter.leaving.regex = .*closeInBound.*
logger.handshakes.filter.leaving.onMatch = DENY
logger.handshakes.filter.leaving.onMismatch = NEUTRAL
"""
LOG_FILE = """
appender.{name}.type = RollingFile
appender.{name}.name = {name}
appender.{name}.fileName = {folder}/{name}.log
appender.{name}.filePattern = {folder}/{name}.log.%i
appender.{name}.layout.type = PatternLayout
appender.{name}.layout.pattern = %d{{ISO8601}} %p %c: %m%n
appender.{name}.policies.type = Policies
appender.{name}.policies.size.type = SizeBasedTriggeringPolicy
appender.{name}.policies.size.size = 10MB
appender.{name}.strategy.type = DefaultRolloverStrategy
appender.{name}.strategy.max = 2
"""
LOG_NAMES = ("kafka", "authorizer", "handshakes")


class Node:
    """One broker that is its own controller. Its data outlives its process."""

    def __init__(self, folder: Path, node_id: int) -> None:
        self.folder = folder.resolve()
        self.node_id = node_id
        self.data = self.folder / "data"
        self.settings_file = self.folder / "server.properties"
        self.log_file, self.authorizer_log, self.handshakes_log = (self.folder / f"{name}.log" for name in LOG_NAMES)
        self._console_file = self.folder / "console.log"  # what the JVM says before the log is open
        self._pid_file = self.folder / "pid"

    @property
    def known_ports(self) -> Ports | None:
        """The ports of the last start, so that a restart is found where the first one was."""
        if not self.settings_file.exists():
            return None
        (listeners,) = re.findall(r"^listeners=(.*)$", self.settings_file.read_text(), re.MULTILINE)
        found = dict(re.findall(rf"(\w+)://{re.escape(HOST)}:(\d+)", listeners))
        return Ports(*(int(found.get(name, 0)) for name in ("CLIENT", "INTERNAL", "CONTROLLER", "SCRAM", "OUTSIDE")))

    @property
    def pid(self) -> int | None:
        """The process of this broker; None when there is none, also when the pid file names a stranger's process."""
        pid = self._written_pid()
        return pid if pid is not None and self._is_ours(_command_line(pid)) else None

    def write_settings(self, settings: Mapping[str, str]) -> None:
        """Lay the folder out for a start with these settings."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings_file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        log_files = "".join(LOG_FILE.format(name=name, folder=self.folder) for name in LOG_NAMES)
        (self.folder / "log4j2.properties").write_text(LOGGERS + log_files)

    def format(self, java: Path, jars: Sequence[Path], cluster_id: str) -> None:
        """Make the data folder ready for its first start; one that holds data already is left as it is."""
        if (self.data / "meta.properties").exists():
            return
        arguments = ("kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(self.settings_file))
        command = [*self._java(java, jars), *arguments]
        done = subprocess.run(  # noqa: S603  # no input of others
            command, env=_environment(), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise StartFailed("Kafka could not format its data folder", self, done.stdout + done.stderr)

    def spawn(self, java: Path, jars: Sequence[Path]) -> None:
        """Start the process in a session of its own: it outlives the caller, and Ctrl-C does not reach it."""
        command = [*self._java(java, jars), "kafka.Kafka", str(self.settings_file)]
        create = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        files = (
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(self._console_file), create, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        )
        if self.log_file.exists():  # the tail that a failed start shows is of that start
            self.log_file.replace(self.folder / "kafka.log.previous")
        # not Popen: its object warns when it is dropped while a broker that is to outlive us still runs
        pid = os.posix_spawn(command[0], command, _environment(), file_actions=files, setsid=True)
        self._pid_file.write_text(str(pid))
        # for a moment after the spawn Linux shows an empty command line
        wait_until(lambda: self.pid is not None, SHOWN_SECONDS)

    def ask_to_stop(self) -> None:
        """Begin a clean stop; does not wait."""
        self._signal(signal.SIGTERM)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End the process: asked first, killed after `seconds`. Nothing runs when this returns."""
        self.ask_to_stop()
        if not self._wait_for_end(seconds):
            self.kill()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """End the process as a power cut would, and wait until it is gone."""
        self._signal(signal.SIGKILL)
        self._wait_for_end(STOP_SECONDS)

    def log_tail(self) -> str:
        """Give the last lines that the broker wrote, for a person who must know why it did not start."""
        lines: list[str] = []
        for file in (self._console_file, self.log_file):
            if file.exists():
                lines += file.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:])

    def _signal(self, number: signal.Signals) -> None:
        pid = self.pid
        if pid is not None:
            os.kill(pid, number)

    def _wait_for_end(self, seconds: float) -> bool:
        """Wait until the process has let go of its ports and files, and say whether it has."""
        pid = self._written_pid()
        if pid is None:
            return True
        shown = _command_line(pid)
        is_stranger = shown != b"" and not self._is_ours(shown)
        return is_stranger or wait_until(lambda: _has_ended(pid), seconds)

    def _written_pid(self) -> int | None:
        try:
            return int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _is_ours(self, command_line: bytes) -> bool:
        return str(self.settings_file).encode() in command_line

    def _java(self, java: Path, jars: Sequence[Path]) -> list[str]:
        log4j = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        return [str(java), *JVM_FLAGS, log4j, "-cp", os.pathsep.join(map(str, jars))]


def _environment() -> dict[str, str]:
    """Leave out what would change the flags of our own Java."""
    return {name: value for name, value in os.environ.items() if name not in JAVA_VARIABLES}


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Look again and again until it is so or the time is over; says which."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_AGAIN_SECONDS)
    return True


def _command_line(pid: int) -> bytes:
    """Give what the process was started with; empty for one that has ended, or is ending and still holds its ports."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return b""
    command = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, check=False).stdout  # noqa: S603  # no input of others


def _has_ended(pid: int) -> bool:
    """Tell whether the process is gone; a child is reaped, another's child that waits for that counts as gone."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        pass  # started by another process
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except ProcessLookupError:
        return True
    except FileNotFoundError:
        return False  # a system without /proc

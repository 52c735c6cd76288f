"""
Why an embedded broker cannot be had.

* EmbeddedKafkaError           catch this to fall back to a broker elsewhere (`--bootstrap`), or to tell a person
  + JarsUnavailable            a Python package is missing, or Kafka's own jars cannot be fetched
  + PortTaken                  somebody else listens where the broker should
  + AlreadyRunning             a broker of this folder runs, perhaps left behind by a process that died
  + StartFailed                the broker ended while it started, or did not answer in time; carries the end of its log
"""

from pathlib import Path

from clue_exchange.errors import ExchangeError


class EmbeddedKafkaError(ExchangeError):
    """The embedded broker did not start; nothing of it was left running."""


class JarsUnavailable(EmbeddedKafkaError):
    """Kafka's jars or the Java runtime are not on this machine and cannot be fetched; nothing was started."""


class PortTaken(EmbeddedKafkaError):
    """Nothing was started: an orphan on that port would have answered in the new broker's place."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} of 127.0.0.1 is taken: stop what listens there, or choose another port")
        self.port = port


class AlreadyRunning(EmbeddedKafkaError):
    """Nothing was started, and what runs was left alone."""

    def __init__(self, folder: Path, pid: int) -> None:
        super().__init__(
            f"a broker of {folder} is running already (process {pid}): "
            f"use it, or stop it with: clue-exchange broker stop --folder {folder}"
        )
        self.folder = folder
        self.pid = pid


class StartFailed(EmbeddedKafkaError):
    """The broker was stopped again; its data folder is as it was."""

    def __init__(self, what: str, log_file: Path, log_tail: str) -> None:
        super().__init__(f"{what}; the end of {log_file} says:\n{log_tail or '(nothing)'}")
        self.log_file = log_file
        self.log_tail = log_tail

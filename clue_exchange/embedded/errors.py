"""
Why an embedded broker cannot be had.

* EmbeddedKafkaError           catch this to fall back to a broker elsewhere (`--bootstrap`), or to tell a person
  + JarsUnavailable            a Python package is missing, or Kafka's own jars cannot be fetched
  + PortTaken                  somebody else listens where the broker should
  + OtherSize                  the folder holds a cluster of another number of brokers
  + AlreadyRunning             a broker of this folder runs, perhaps left behind by a process that died
  + StartFailed                the broker ended while it started, or did not answer in time; carries the end of its log
"""

from pathlib import Path
from typing import Protocol

from clue_exchange.errors import ExchangeError


class Broker(Protocol):
    """What is told of a broker that did not start."""

    log_file: Path

    def log_tail(self) -> str:
        """Give its last lines."""


class EmbeddedKafkaError(ExchangeError):
    """The embedded broker did not start; nothing of it was left running."""


class JarsUnavailable(EmbeddedKafkaError):
    """Kafka's jars or the Java runtime are not on this machine and cannot be fetched; nothing was started."""


class PortTaken(EmbeddedKafkaError):
    """Nothing was started: an orphan on that port would have answered in the new broker's place."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} of 127.0.0.1 is taken: stop what listens there, or choose another port")
        self.port = port


class OtherSize(EmbeddedKafkaError):
    """Nothing was started: the brokers of a cluster are told of each other once, and for good."""

    def __init__(self, folder: Path, brokers: int) -> None:
        super().__init__(f"{folder} holds a cluster of {brokers}: leave the number out, or choose another folder")
        self.folder = folder
        self.brokers = brokers


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

    def __init__(self, what: str, broker: Broker, said: str | None = None) -> None:
        log_tail = broker.log_tail() if said is None else said
        super().__init__(f"{what}; the end of {broker.log_file} says:\n{log_tail or '(nothing)'}")
        self.log_file = broker.log_file
        self.log_tail = log_tail

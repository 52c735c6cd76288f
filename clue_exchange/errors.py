"""
The errors of the exchange, as one tree. An error carries fields, never a payload.

* ExchangeError                anything this application raises on purpose
  + PoisonRecord               can never be taken in: dead letter, go on
  + Transient                  may succeed later: back off, then stop
    - BrokerUnavailable
    - StoreBusy
  + BrokerRefused              the broker answered, and the answer is no: a person must look
  + StoreFailed                the database answered, and the answer is no (disk full, file damaged): a person must look
  + PositionOutOfRange         the topic does not hold the position that the ledger wants to read next
  + JournalStopped             20 poison records in a row, a foreign cluster, a topic made anew: a person must look
  + PositionMoved              another process took in the same records: this one must stop
  + CommandRefused             an officer's command cannot be done; says why and what can be done instead
  + SettingsInvalid            the configuration cannot be used; says which field and what to do
"""

from typing import ClassVar


class ExchangeError(Exception):
    """Catch this at the outermost door (command line, node) to show one clear line instead of a stack trace."""

    retriable: ClassVar[bool] = False


class PoisonRecord(ExchangeError):
    """
    Can never be taken in; carries the coded reason, never the bytes.

    Attributes:
        reason: one of `consumers.dead_letters.Reason`, as its value.
        number: the journal number, where the signature vouches for it; None where it proves nothing.
    """

    def __init__(self, reason: str, number: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.number = number


class Transient(ExchangeError):
    """Catch this where waiting and trying again is right."""

    retriable: ClassVar[bool] = True


class BrokerUnavailable(Transient):
    """
    No broker answered in time; `acknowledged` leading records of the attempt are safe in the log.

    What was not acknowledged may be in the log all the same (kafka-python, measured: 10 of 10 failed futures were).
    """

    def __init__(self, detail: str, acknowledged: int = 0) -> None:
        super().__init__(f"Kafka does not answer: {detail}")
        self.detail = detail
        self.acknowledged = acknowledged


class StoreBusy(Transient):
    """The database is locked or its connection was cut; the transaction left nothing behind."""


class StoreFailed(ExchangeError):
    """The database cannot write (disk full, damaged file, no such server); the transaction left nothing behind."""


class BrokerRefused(ExchangeError):
    """The broker answers and will not do it: authorisation, unknown topic, record too large."""

    def __init__(self, detail: str, acknowledged: int = 0) -> None:
        super().__init__(f"Kafka refuses: {detail}")
        self.detail = detail
        self.acknowledged = acknowledged


class PositionOutOfRange(ExchangeError):
    """The ledger wants offset `wanted`, the topic holds `first` to `end` (exclusive)."""

    def __init__(self, topic: str, wanted: int, first: int, end: int) -> None:
        super().__init__(f"{topic}: the ledger wants offset {wanted}, the topic holds {first} to {end} (exclusive)")
        self.topic = topic
        self.wanted = wanted
        self.first = first
        self.end = end


class JournalStopped(ExchangeError):
    """A journal must not be read on before a person has looked; its position is unchanged."""

    def __init__(self, topic: str, why: str) -> None:
        super().__init__(f"{topic}: stopped: {why}")
        self.topic = topic
        self.why = why


class PositionMoved(ExchangeError):
    """
    Another process moved the position of this journal since this one read it.

    Nothing of the batch was written. Stop: the other process is the consumer now.
    """

    def __init__(self, topic: str) -> None:
        super().__init__(f"{topic}: another process takes in this journal; this one stops")
        self.topic = topic


class CommandRefused(ExchangeError):
    """Nothing was saved. The message says what is wrong and what can be done."""


class SettingsInvalid(ExchangeError):
    """The configuration cannot be used; nothing was started."""

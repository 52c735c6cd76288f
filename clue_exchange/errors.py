"""
The errors of the exchange, as one tree. An error carries fields, never a payload.

* ExchangeError                anything this application raises on purpose
  + PoisonRecord               can never be taken in: dead letter, go on
  + Transient                  may succeed later: back off, then stop
    - BrokerUnavailable
    - StoreBusy
  + BrokerRefused              the broker answered, and the answer is no: a person must look
  + DoorClosed                 no secure connection: a certificate, a password or the port is wrong: a person must look
  + StoreFailed                the database answered, and the answer is no (disk full, file damaged): a person must look
  + PositionOutOfRange         the topic does not hold the position that the ledger wants to read next
  + TopicsDrifted              own topics do not keep what they should: an administrator must set them
  + JournalStopped             an own journal must not be written on: a person must look
  + PositionMoved              another process took in the same records: this one must stop
  + CommandRefused             an officer's command cannot be done; says why and what can be done instead
  + NotProven                  login and passphrase prove no officer; does not say why
  + NotPermitted               this officer may not do this, or not with this clue; stands in the access log
  + AccessLogBroken            the access log cannot be gone on with: nothing is opened, a person must look
  + SettingsInvalid            the configuration cannot be used; says which field and what to do
  + KeysUnavailable            private keys, a passphrase or a data key are not here; nothing is sent or opened without
  + AgreementInvalid           the agreement is not what both signed, or not between these two
"""

from collections.abc import Sequence
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
    No broker answered in time; `acknowledged` are the places, in the attempt, of the records that are safe in the log.

    What was not acknowledged may be in the log all the same (kafka-python, measured: 10 of 10 failed futures were).
    """

    def __init__(self, detail: str, acknowledged: Sequence[int] = ()) -> None:
        super().__init__(f"Kafka does not answer: {detail}")
        self.detail = detail
        self.acknowledged = acknowledged


class StoreBusy(Transient):
    """The database is locked or its connection was cut; the transaction left nothing behind."""


class StoreFailed(ExchangeError):
    """The database cannot write (disk full, damaged file, no such server); the transaction left nothing behind."""


class BrokerRefused(ExchangeError):
    """The broker answers and will not do it: authorisation, unknown topic, record too large."""

    def __init__(self, detail: str, acknowledged: Sequence[int] = ()) -> None:
        super().__init__(f"Kafka refuses: {detail}")
        self.detail = detail
        self.acknowledged = acknowledged


class DoorClosed(ExchangeError):
    """
    Broker and client do not accept each other; nothing was sent, and trying again does not help.

    Attributes:
        address: which door, `host:port`.
        cause: one of `tls_preflight.Cause`, as its name.
    """

    def __init__(self, address: str, cause: str, detail: str) -> None:
        super().__init__(f"no secure connection to Kafka at {address}: {detail}")
        self.address = address
        self.cause = cause


class PositionOutOfRange(ExchangeError):
    """The ledger wants offset `wanted`, the topic holds `first` to `end` (exclusive)."""

    def __init__(self, topic: str, wanted: int, first: int, end: int) -> None:
        super().__init__(f"{topic}: the ledger wants offset {wanted}, the topic holds {first} to {end} (exclusive)")
        self.topic = topic
        self.wanted = wanted
        self.first = first
        self.end = end


class TopicsDrifted(ExchangeError):
    """
    Topics of this agency are not what they should be; nothing was sent.

    Attributes:
        differences: each with topic, setting, what it should be and what it is.
    """

    def __init__(self, differences: Sequence[str]) -> None:
        super().__init__(
            f"{'; '.join(differences)}. Nothing is sent: let the administrator set this right (`topics check` shows "
            "all, `topics create` makes what is missing), then start the node again"
        )
        self.differences = differences


class JournalStopped(ExchangeError):
    """An own journal must not be written on before a person has looked; nothing was sent."""

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


class NotProven(ExchangeError):
    """
    No officer was proven, and nothing was done.

    The same for an unknown login, a wrong passphrase, a locked and an inactive account: it helps nobody to guess.
    """

    def __init__(self) -> None:
        super().__init__(
            "login and passphrase do not prove an officer who may act here; "
            "after several failures an account waits a quarter of an hour"
        )


class NotPermitted(ExchangeError):
    """
    Nothing was done or opened.

    Attributes:
        reason: one of `clue_exchange.people.permissions.Refusal`, as its value.
    """

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason


class AccessLogBroken(ExchangeError):
    """The head of the access log does not fit its entries; nothing was written or opened."""


class SettingsInvalid(ExchangeError):
    """The configuration cannot be used; nothing was started."""


class KeysUnavailable(ExchangeError):
    """A key that is needed is not here or cannot be opened; there is no way on without it."""


class AgreementInvalid(ExchangeError):
    """The agreement cannot be gone by: not well-formed, a signature is missing or wrong, or it is of other parties."""

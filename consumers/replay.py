"""
Replay: a dead letter that was never reported as rejected is read once more, as if it arrived now.

What a third hand can change is left out: the headers are gone, and the record key is the one that the signed bytes
want. So a good record under a spoofed header or key comes in, and so does one whose signing key came later. What was
rejected stays rejected: its sender has gone on without it. See docs/decisions/0020-stops-and-replay.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from clue_exchange.errors import CommandRefused
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.signed_events import record_key
from clue_exchange.store import Store, Transaction
from clue_exchange.topics import is_family
from consumers.batch import BatchReceiver
from consumers.dead_letters import DeadLetter, DeadLetters, Reason, Resolution
from consumers.taken import Taken
from schemas.catalog import Family
from schemas.envelope import Envelope, Record
from schemas.errors import ContractError
from schemas.key_record import KeyRecord


@dataclass(frozen=True, slots=True)
class Replayed:
    """
    What a dead letter becomes by a replay.

    Attributes:
        became: what becomes of the record: `applied`, `void`, `waiting`, `key` (it brought one), `held` (it is here
            already), `passed_over` (not for us); None where it stays a dead letter.
        reason: why it stays one.
    """

    letter: DeadLetter
    became: str | None
    reason: Reason | None = None


class _Undone(Exception):
    """Nothing of a trial is kept."""

    def __init__(self, replayed: Replayed) -> None:
        super().__init__()
        self.replayed = replayed


class Replay:
    """Replays the dead letters of one agency."""

    def __init__(self, store: Store, dead_letters: DeadLetters, receiver: BatchReceiver) -> None:
        self._store = store
        self._dead_letters = dead_letters
        self._receiver = receiver

    def try_out(self, topic: str, offset: int) -> Replayed:
        """
        What a replay would do; nothing is changed.

        Raises:
            CommandRefused: no such dead letter, or it was reported as rejected.
        """
        try:
            with self._store.transaction() as transaction:
                letter = self._replayable(transaction, topic, offset)
                self._undo(self._replay(transaction, letter))
        except _Undone as undone:
            return undone.replayed

    def replay(self, topic: str, offset: int) -> Replayed:
        """
        Take it in. Once more has no effect.

        Raises:
            CommandRefused: as for `try_out`.
        """
        with self._store.transaction() as transaction:
            letter = self._replayable(transaction, topic, offset)
            replayed = self._replay(transaction, letter)
            if replayed.became is not None and letter.resolution is None:
                is_here = replayed.became == Resolution.HELD
                resolution = Resolution.HELD if is_here else Resolution.REPLAYED
                self._dead_letters.resolve(transaction, letter, resolution)
        return replayed

    def dismiss(self, topic: str, offset: int) -> DeadLetter:
        """
        A person has looked, and there is nothing to do.

        Raises:
            CommandRefused: no such dead letter.
        """
        with self._store.transaction() as transaction:
            letter = self.found(transaction, topic, offset)
            if letter.resolution is None:
                self._dead_letters.resolve(transaction, letter, Resolution.DISMISSED)
        return letter

    def found(self, transaction: Transaction, topic: str, offset: int) -> DeadLetter:
        """
        The dead letter of this place.

        Raises:
            CommandRefused: there is none.
        """
        letter = self._dead_letters.find(transaction, topic, offset)
        if letter is None:
            raise CommandRefused(f"no dead letter {topic}:{offset}: see `clue-exchange dead-letters`")
        return letter

    def _replayable(self, transaction: Transaction, topic: str, offset: int) -> DeadLetter:
        letter = self.found(transaction, topic, offset)
        if letter.number is not None:
            raise CommandRefused(
                f"{letter.name} was reported to its sender as rejected ({letter.reason}, number {letter.number}), "
                "who has gone on without it: it is never taken in"
            )
        return letter

    @staticmethod
    def _undo(replayed: Replayed) -> NoReturn:
        raise _Undone(replayed)

    def _replay(self, transaction: Transaction, letter: DeadLetter) -> Replayed:
        record = as_signed(self._dead_letters.record(transaction, letter))
        taken = self._receiver.take_in_again(transaction, record)
        if taken.poison is not None:
            self._dead_letters.judge_again(transaction, letter, taken.poison)
            return Replayed(letter, None, Reason(taken.poison.reason))
        return Replayed(letter, _became(taken.effect))


def _became(taken: Taken) -> str:
    if taken.placements:
        return taken.placements[0].outcome
    if taken.keys:
        return "key"
    return "held" if taken.repeated else "passed_over"


def as_signed(record: ReceivedRecord) -> ReceivedRecord:
    """The record as its signed bytes want it: no headers, and the record key that they name."""
    key = _key_in(record.value, _key_id if is_family(record.topic, Family.KEYS) else _event_key)
    return replace(record, headers=(), key=record.key if key is None else key)


def _key_in(value: bytes | None, read: Callable[[bytes], bytes]) -> bytes | None:
    try:
        return None if value is None else read(Record.from_value(value).body)
    except ContractError:
        return None


def _event_key(body: bytes) -> bytes:
    return record_key(Envelope.from_body(body))


def _key_id(body: bytes) -> bytes:
    return KeyRecord.from_body(body).key_id.encode()

"""
How far each journal of the counterpart is taken in: the next offset and number, what is missing, and its hash.

The start position of a consumer is read here and nowhere else; Kafka's committed offsets are a hint for outside tools.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, delete, select, update

from clue_exchange.errors import PositionMoved
from clue_exchange.journal_tables import JOURNAL_BEYOND, JOURNAL_GAP, JOURNAL_POSITION
from clue_exchange.kafka_records import TopicIdentity
from clue_exchange.store import Transaction, insert_new
from schemas.receipt import empty_journal_hash, journal_hash


class Stop(StrEnum):
    """Why a journal is not read on before a person has looked. docs/operating.md says what to do."""

    POISON_CAP = "poison_cap"
    TOPIC_CHANGED = "topic_changed"
    PARTITIONS = "partitions"
    BEYOND_THE_END = "beyond_the_end"
    KILLS = "kills"


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers of a journal that never arrived, `first` to `last` inclusive."""

    first: int
    last: int

    def without(self, number: int) -> tuple["Gap", ...]:
        if not self.first <= number <= self.last:
            return (self,)
        rest = (Gap(self.first, number - 1), Gap(number + 1, self.last))
        return tuple(gap for gap in rest if gap.first <= gap.last)


@dataclass(frozen=True, slots=True)
class OpenGap(Gap):
    """A gap, and since when it is known."""

    since: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """
    How far a journal is taken in.

    Attributes:
        next_offset: where to read on in the topic.
        next_number: one more than the highest number that was taken in.
        gaps: missing numbers below `next_number`, ascending.
        poison_in_a_row: records that were dead-lettered since the last good one.
        topic_id: of the topic that this position belongs to; None before the first contact.
        hash: of the journal up to the number `hashed`, over the bodies of all its numbers; None before the first.
        beyond: body hashes that could not join it yet, for a gap is, or was, before them. `advance` stores them, or
            lets them join where nothing is missing before them any more.
    """

    topic: str
    next_offset: int = 0
    next_number: int = 1
    gaps: tuple[Gap, ...] = ()
    poison_in_a_row: int = 0
    topic_id: str | None = None
    hash: bytes | None = None
    hashed: int = 0
    beyond: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)

    @property
    def hash_so_far(self) -> bytes:
        """The hash of the journal up to the number `hashed`."""
        return self.hash or empty_journal_hash(self.topic)

    @property
    def held_up_to(self) -> int:
        """Every number up to this one is here."""
        return self.gaps[0].first - 1 if self.gaps else self.next_number - 1

    def take(self, number: int, body_hash: bytes) -> "Position":
        """
        The position after this number was taken in: it may open a gap, or close one.

        No effect where the number is here already: its first body stands.
        """
        if number == self.next_number == self.hashed + 1:
            joined = journal_hash(self.hash_so_far, [body_hash])
            return replace(self, next_number=number + 1, hash=joined, hashed=number)
        if number >= self.next_number:
            opened = (Gap(self.next_number, number - 1),) if number > self.next_number else ()
            after = replace(self, next_number=number + 1, gaps=self.gaps + opened)
        elif any(gap.first <= number <= gap.last for gap in self.gaps):
            after = replace(self, gaps=tuple(part for gap in self.gaps for part in gap.without(number)))
        else:
            return self
        return replace(after, beyond=(*self.beyond, (number, body_hash)))


def read_position(transaction: Transaction, topic: str) -> Position:
    """The position of a journal; its beginning where nothing was taken in yet."""
    return read_positions(transaction, [topic])[0]


def read_positions(transaction: Transaction, topics: Sequence[str]) -> list[Position]:
    """The positions of these journals, in their order."""
    return _positions(transaction, topics, _POSITIONS)


def lock_positions(transaction: Transaction, topics: Sequence[str]) -> list[Position]:
    """The same, which nobody else moves before the transaction ends: a batch and a replay may meet."""
    return _positions(transaction, topics, _LOCKED)  # SQLite has one writer anyway


def _positions(transaction: Transaction, topics: Sequence[str], wanted: Select[Any]) -> list[Position]:
    named = {"topics": list(topics)}
    rows = {row.topic: row for row in transaction.execute(wanted, named)}
    gaps: dict[str, tuple[Gap, ...]] = dict.fromkeys(topics, ())
    for gap in transaction.execute(_GAPS, named):
        gaps[gap.topic] += (Gap(gap.first, gap.last),)
    return [_position(topic, rows.get(topic), gaps[topic]) for topic in topics]


def _position(topic: str, row: Row[Any] | None, gaps: tuple[Gap, ...]) -> Position:
    if row is None:
        return Position(topic)
    return Position(
        topic=topic,
        next_offset=row.next_offset,
        next_number=row.next_number,
        gaps=gaps,
        poison_in_a_row=row.poison_in_a_row,
        topic_id=row.topic_id,
        hash=row.hash,
        hashed=(gaps[0].first if gaps else row.next_number) - 1,
    )


def open_gaps(transaction: Transaction, topic: str) -> list[OpenGap]:
    """The gaps of a journal, ascending, each with the moment since when it is known."""
    gaps = transaction.execute(_GAPS, {"topics": [topic]})
    return [OpenGap(gap.first, gap.last, gap.since) for gap in gaps]


def advance(transaction: Transaction, before: Position, after: Position, now: datetime) -> None:
    """
    Move the position, in the transaction of what was taken in.

    Raises:
        PositionMoved: another process moved it since `before` was read; the transaction must be rolled back.
    """
    after = _joined(transaction, after)
    beginning = Position(before.topic)
    if before == beginning:  # so it may not be stored yet
        insert_new(transaction, JOURNAL_POSITION, [_row(beginning)])
    moved = transaction.execute(_MOVE, {"_topic": before.topic, "_before": before.next_offset, **_row(after)})
    if moved.rowcount != 1:
        raise PositionMoved(before.topic)
    if after.gaps != before.gaps:
        _write_gaps(transaction, after, now)


def recognise(transaction: Transaction, topic: str, found: TopicIdentity, now: datetime) -> Stop | None:
    """
    Note at the first contact which topic the position belongs to; from then on, say why another must not be read.

    A topic that was deleted and made anew, or is another cluster's, has other records at the same offsets. One with
    other partitions than one is no journal.
    """
    before = read_position(transaction, topic)
    if found.partitions != 1:
        return Stop.PARTITIONS
    if before.topic_id is None:
        advance(transaction, before, replace(before, topic_id=found.topic_id), now)
    elif before.topic_id != found.topic_id:
        return Stop.TOPIC_CHANGED
    return None


def go_on_at(transaction: Transaction, topic: str, offset: int, now: datetime) -> None:
    """Go on at the first record that the topic still holds; the numbers before it turn out to be missing."""
    before = read_position(transaction, topic)
    advance(transaction, before, replace(before, next_offset=offset), now)


def forget_poison(transaction: Transaction, topic: str) -> None:
    """Count the dead letters in a row from nothing again: a person has looked."""
    transaction.execute(update(JOURNAL_POSITION).where(JOURNAL_POSITION.c.topic == topic).values(poison_in_a_row=0))


_TOPICS: BindParameter[str] = bindparam("topics", expanding=True)
_POSITIONS = select(JOURNAL_POSITION).where(JOURNAL_POSITION.c.topic.in_(_TOPICS))
_LOCKED = _POSITIONS.order_by(JOURNAL_POSITION.c.topic).with_for_update()
_GAPS = select(JOURNAL_GAP).where(JOURNAL_GAP.c.topic.in_(_TOPICS)).order_by(JOURNAL_GAP.c.first)
_MOVE = (
    update(JOURNAL_POSITION)
    .where(JOURNAL_POSITION.c.topic == bindparam("_topic"), JOURNAL_POSITION.c.next_offset == bindparam("_before"))
    .values({column.name: bindparam(column.name) for column in JOURNAL_POSITION.columns})
)


def _joined(transaction: Transaction, position: Position) -> Position:
    """Store the hashes that came beyond a gap; the position with all of them joined that nothing is missing before."""
    if not position.beyond:
        return position
    rows = [{"topic": position.topic, "number": number, "hash": each} for number, each in position.beyond]
    insert_new(transaction, JOURNAL_BEYOND, rows)
    free = JOURNAL_BEYOND.c.topic == position.topic, JOURNAL_BEYOND.c.number <= position.held_up_to
    hashes = transaction.scalars(select(JOURNAL_BEYOND.c.hash).where(*free).order_by(JOURNAL_BEYOND.c.number))
    joined = journal_hash(position.hash_so_far, hashes)
    transaction.execute(delete(JOURNAL_BEYOND).where(*free))
    return replace(position, hash=joined, hashed=position.held_up_to, beyond=())


def _row(position: Position) -> dict[str, object]:
    return {
        "topic": position.topic,
        "next_offset": position.next_offset,
        "next_number": position.next_number,
        "poison_in_a_row": position.poison_in_a_row,
        "topic_id": position.topic_id,
        "hash": position.hash,
    }


def _write_gaps(transaction: Transaction, position: Position, now: datetime) -> None:
    """Replace the gaps of this journal; one that only shrank keeps the moment since when it is missing."""
    old = transaction.execute(select(JOURNAL_GAP).where(JOURNAL_GAP.c.topic == position.topic)).all()
    transaction.execute(delete(JOURNAL_GAP).where(JOURNAL_GAP.c.topic == position.topic))
    rows = [
        {
            "topic": position.topic,
            "first": gap.first,
            "last": gap.last,
            "since": next((o.since for o in old if o.first <= gap.first and gap.last <= o.last), now),
        }
        for gap in position.gaps
    ]
    insert_new(transaction, JOURNAL_GAP, rows)

"""
How far each journal of the counterpart is taken in: the next offset, the next number, and the numbers that are missing.

The start position of a consumer is read here and nowhere else; Kafka's committed offsets are a hint for outside tools.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select, update

from clue_exchange.errors import PositionMoved
from clue_exchange.kafka_records import TopicIdentity
from clue_exchange.store import Transaction, insert_new
from clue_exchange.tables import JOURNAL_GAP, JOURNAL_POSITION


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
    """

    topic: str
    next_offset: int = 0
    next_number: int = 1
    gaps: tuple[Gap, ...] = ()
    poison_in_a_row: int = 0
    topic_id: str | None = None

    @property
    def held_up_to(self) -> int:
        """Every number up to this one is here."""
        return self.gaps[0].first - 1 if self.gaps else self.next_number - 1

    def take(self, number: int) -> "Position":
        """The position after this number was taken in: it may open a gap, or close one."""
        if number >= self.next_number:
            opened = (Gap(self.next_number, number - 1),) if number > self.next_number else ()
            return replace(self, next_number=number + 1, gaps=self.gaps + opened)
        kept = []
        for gap in self.gaps:
            if not gap.first <= number <= gap.last:
                kept.append(gap)
                continue
            kept += [
                part for part in (Gap(gap.first, number - 1), Gap(number + 1, gap.last)) if part.first <= part.last
            ]
        return replace(self, gaps=tuple(kept))


def read_position(transaction: Transaction, topic: str) -> Position:
    """The position of a journal; its beginning where nothing was taken in yet."""
    row = transaction.execute(select(JOURNAL_POSITION).where(JOURNAL_POSITION.c.topic == topic)).one_or_none()
    if row is None:
        return Position(topic)
    gaps = transaction.execute(select(JOURNAL_GAP).where(JOURNAL_GAP.c.topic == topic).order_by(JOURNAL_GAP.c.first))
    return Position(
        topic=topic,
        next_offset=row.next_offset,
        next_number=row.next_number,
        gaps=tuple(Gap(gap.first, gap.last) for gap in gaps),
        poison_in_a_row=row.poison_in_a_row,
        topic_id=row.topic_id,
    )


def open_gaps(transaction: Transaction, topic: str) -> list[OpenGap]:
    """The gaps of a journal, ascending, each with the moment since when it is known."""
    gaps = transaction.execute(select(JOURNAL_GAP).where(JOURNAL_GAP.c.topic == topic).order_by(JOURNAL_GAP.c.first))
    return [OpenGap(gap.first, gap.last, gap.since) for gap in gaps]


def advance(transaction: Transaction, before: Position, after: Position, now: datetime) -> None:
    """
    Move the position, in the transaction of what was taken in.

    Raises:
        PositionMoved: another process moved it since `before` was read; the transaction must be rolled back.
    """
    insert_new(transaction, JOURNAL_POSITION, [_row(Position(before.topic))])
    moved = transaction.execute(
        update(JOURNAL_POSITION)
        .where(JOURNAL_POSITION.c.topic == before.topic, JOURNAL_POSITION.c.next_offset == before.next_offset)
        .values(_row(after))
    )
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


def _row(position: Position) -> dict[str, object]:
    return {
        "topic": position.topic,
        "next_offset": position.next_offset,
        "next_number": position.next_number,
        "poison_in_a_row": position.poison_in_a_row,
        "topic_id": position.topic_id,
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

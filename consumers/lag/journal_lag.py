"""
How far an agency is behind its counterpart's journals, and how far Kafka is behind the agency's outbox, at one moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clue_exchange.journal_stops import stopped
from clue_exchange.journals import OpenGap, Position, Stop, open_gaps, read_position
from clue_exchange.outbox_depth import Left
from clue_exchange.store import Transaction
from clue_exchange.topics import is_family
from consumers.lag.ends import JournalEnd
from consumers.lag.rules import LagState, Sample, state_of
from consumers.lag.samples import lag_samples
from schemas.catalog import EVENT_FAMILIES

OLDEST_MAX = timedelta(seconds=60)
"""An outbox that is older needs a person: the node does not run, or Kafka does not answer."""
IN_ERROR = frozenset({LagState.STOP, LagState.STALL, LagState.REWIND})


@dataclass(frozen=True, slots=True)
class JournalLag:
    """
    One journal of the counterpart.

    Attributes:
        end: by Kafka, or, where it was not asked in vain, by the newest sample; None where neither knows.
        state: None where the end is not known.
        stopped: why it is not read on; None where it is.
    """

    position: Position
    gaps: Sequence[OpenGap]
    end: JournalEnd | None
    state: LagState | None
    stopped: Stop | None
    now: datetime

    @property
    def held_up_to(self) -> int | None:
        """Every number up to this one is here; None of a topic that throws numbers away."""
        keeps_all = any(is_family(self.position.topic, family) for family in EVENT_FAMILIES)
        return self.position.held_up_to if keeps_all else None

    @property
    def records_behind(self) -> int | None:
        return None if self.end is None else max(0, self.end.end_offset - self.position.next_offset)

    @property
    def seconds_behind(self) -> float | None:
        """How long the next record has waited, by its writer's clock."""
        if self.records_behind == 0:
            return 0.0
        written_at = None if self.end is None else self.end.next_written_at
        return None if written_at is None else round(max(0.0, (self.now - written_at).total_seconds()), 1)

    @property
    def needs_a_person(self) -> bool:
        is_lost = self.end is not None and self.end.is_out_of_range
        return is_lost or self.stopped is not None or bool(self.gaps) or self.state in IN_ERROR


@dataclass(frozen=True, slots=True)
class Lag:
    """
    Both ways of an agency.

    Attributes:
        kafka: why Kafka did not say where the journals end; None where it did.
    """

    journals: Sequence[JournalLag]
    outbox: Left
    kafka: str | None
    now: datetime

    @property
    def age(self) -> timedelta:
        """How long the oldest record of the outbox has waited."""
        return timedelta() if self.outbox.oldest is None else self.now - self.outbox.oldest

    @property
    def needs_a_person(self) -> bool:
        return self.kafka is not None or self.age > OLDEST_MAX or any(each.needs_a_person for each in self.journals)


def journal_lag(transaction: Transaction, topic: str, ends: Mapping[str, JournalEnd], now: datetime) -> JournalLag:
    """How far one journal is behind; without Kafka's word by the end that the node has seen last."""
    position, samples = read_position(transaction, topic), lag_samples(transaction, topic)
    end = ends.get(topic)
    if end is None and samples:
        end = JournalEnd(max(samples[-1].end_offset, position.next_offset))
    state = None if end is None else state_of(samples, Sample(now, position.next_offset, end.end_offset))
    stop = stopped(transaction).get(topic)
    return JournalLag(position, open_gaps(transaction, topic), end, state, None if stop is None else stop.reason, now)

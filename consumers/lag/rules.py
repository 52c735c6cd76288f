"""
The state of a consumer, judged as Burrow does: by what it did over a window, not by a number of records. Pure.

The rules are those of linkedin/Burrow (its wiki, "Consumer Lag Evaluation Rules", and its evaluator, where the two
differ), with the option `minimum-complete` at one half. What a commit of an offset is to Burrow, a sample is to us: it
is taken by the loop itself, so a loop that hangs or died leaves none. See docs/decisions/0022-lag-states.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

EVERY = timedelta(seconds=10)
"""Between two samples."""
WINDOW = 10
"""So many samples are kept of a journal."""
FEWEST = 5
"""With fewer, nothing but silence is judged."""


class LagState(StrEnum):
    """How the consumer of a journal does."""

    OK = "OK"  # it works, or has nothing to do
    WARN = "WARN"  # it works, and falls behind
    STOP = "STOP"  # it is silent: the node does not run, or its loop hangs
    STALL = "STALL"  # it is there and does not move
    REWIND = "REWIND"  # its position went back


@dataclass(frozen=True, slots=True)
class Sample:
    """
    Where a consumer stood.

    Attributes:
        next_offset: the position in the ledger.
        end_offset: what the next record of the topic would have got.
    """

    at: datetime
    next_offset: int
    end_offset: int

    @property
    def lag(self) -> int:
        return max(0, self.end_offset - self.next_offset)


def state_of(samples: Sequence[Sample], now: Sample) -> LagState:
    """
    Judge by the samples, the oldest first, and by how it stands now.

    Who has nothing to take in is never in error; silence is judged before anything else, since samples age.
    """
    if now.lag == 0:
        return LagState.OK
    if len(samples) < FEWEST:
        is_silent = not samples or now.at - samples[-1].at > EVERY * WINDOW
        return LagState.STOP if is_silent else LagState.OK
    if _is_silent(samples, now.at) and not _was_level(samples, now):
        return LagState.STOP
    if _went_back(samples):
        return LagState.REWIND
    if any(sample.lag == 0 for sample in samples):
        return LagState.OK
    if len({sample.next_offset for sample in samples}) == 1:
        return LagState.STALL
    if all(before.lag <= after.lag for before, after in pairwise(samples)):
        return LagState.WARN
    return LagState.OK


def _is_silent(samples: Sequence[Sample], now: datetime) -> bool:
    """Silent for longer than the whole window lasted."""
    return now - samples[-1].at > samples[-1].at - samples[0].at


def _was_level(samples: Sequence[Sample], now: Sample) -> bool:
    """A topic that rests for long, and has a new record just now, makes nobody silent: the loop has not seen it yet."""
    recent = [sample.end_offset for sample in samples if now.at - sample.at <= EVERY * WINDOW]
    return any(end <= samples[-1].next_offset for end in recent)


def _went_back(samples: Sequence[Sample]) -> bool:
    """It went back, and has not come again to where it had been."""
    went_back = any(after.next_offset < before.next_offset for before, after in pairwise(samples))
    return went_back and samples[-1].next_offset < max(sample.next_offset for sample in samples)

"""
The states of a consumer, by Burrow's rules: a table of windows, each with the state that it must give.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from consumers.lag.rules import EVERY, FEWEST, WINDOW, LagState, Sample, state_of

BEGUN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
Offsets = Sequence[tuple[int, int]]


def window(*offsets: tuple[int, int]) -> list[Sample]:
    """Samples with these positions and ends, ten seconds apart."""
    return [Sample(BEGUN + EVERY * place, position, end) for place, (position, end) in enumerate(offsets)]


def state(offsets: Offsets, now: tuple[int, int], later: timedelta = EVERY) -> LagState:
    """The state so long after the last sample."""
    samples = window(*offsets)
    last = samples[-1].at if samples else BEGUN
    return state_of(samples, Sample(last + later, *now))


GROWING = [(place, 10 + 2 * place) for place in range(WINDOW)]
STANDING = [(5, 10)] * WINDOW
LEVEL = [(10, 10)] * WINDOW
BACK = [(20, 30), (21, 31), (3, 32), (4, 33), (5, 34)]


@pytest.mark.parametrize(
    ("offsets", "now", "expected"),
    [
        (LEVEL, (10, 10), LagState.OK),
        ([*GROWING[:-1], (40, 40)], (40, 45), LagState.OK),
        ([(place, 30) for place in range(WINDOW)], (10, 30), LagState.OK),
        ([(0, 10), (1, 12), (2, 11), (3, 14), (4, 16)], (4, 16), LagState.OK),
        (GROWING, (10, 30), LagState.WARN),
        ([(place, 10 + place) for place in range(WINDOW)], (10, 20), LagState.WARN),
        (STANDING, (5, 10), LagState.STALL),
        ([(5, 10 + place) for place in range(WINDOW)], (5, 20), LagState.STALL),
        (BACK, (5, 35), LagState.REWIND),
        ([(20, 20), (20, 20), (3, 20), (4, 20), (5, 20)], (5, 20), LagState.REWIND),
        ([*BACK[:3], (22, 33), (23, 40)], (23, 41), LagState.OK),
        (BACK, (40, 40), LagState.OK),
    ],
    ids=[
        "nothing to do",
        "lag was zero once",
        "lag shrinks",
        "lag shrinks once",
        "falls behind",
        "keeps its distance",
        "stands still",
        "stands still while the topic grows",
        "went back",
        "went back from the end",
        "went back and came again",
        "went back and is level",
    ],
)
def test_what_a_window_says(offsets: Offsets, now: tuple[int, int], expected: LagState) -> None:
    """While samples come as they should."""
    assert state(offsets, now) is expected


@pytest.mark.parametrize("offsets", [GROWING, STANDING, BACK, LEVEL], ids=["growing", "standing", "back", "level"])
def test_silence_for_longer_than_the_window_is_a_stop(offsets: Offsets) -> None:
    """Whatever the window says; not before, and not where there is nothing to take in."""
    span = EVERY * (len(offsets) - 1)
    silent = max(span, EVERY * WINDOW) + timedelta(seconds=1)
    end = offsets[-1][0] + 5

    assert state(offsets, (offsets[-1][0], end), silent) is LagState.STOP
    assert state(offsets, (offsets[-1][0], end), span) is not LagState.STOP
    assert state(offsets, (end, end), silent) is LagState.OK


def test_the_first_record_after_a_long_rest_is_no_stop() -> None:
    """The topic was level a moment ago: the loop has not seen the record yet."""
    resting = window(*[(10, 10)] * FEWEST)
    a_while_later = resting[-1].at + EVERY * (FEWEST + 1)

    assert state_of(resting, Sample(a_while_later, 10, 11)) is LagState.OK
    assert state_of(resting, Sample(resting[-1].at + EVERY * (WINDOW + 1), 10, 11)) is LagState.STOP


@pytest.mark.parametrize("count", range(FEWEST))
def test_too_few_samples_tell_silence_alone(count: int) -> None:
    """A node that has just begun is not judged; one that is silent since is, and one that never ran."""
    soon, late = timedelta(seconds=1), EVERY * WINDOW + timedelta(seconds=1)

    assert state(STANDING[:count], (5, 10), late) is LagState.STOP
    assert state(STANDING[:count], (5, 10), soon) is (LagState.OK if count else LagState.STOP)

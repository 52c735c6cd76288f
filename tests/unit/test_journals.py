"""
Which numbers of a journal are here: gaps open, shrink and close.
"""

from hypothesis import given
from hypothesis import strategies as st

from clue_exchange.journals import Gap, Position


def taking(*numbers: int) -> Position:
    position = Position("t")
    for number in numbers:
        position = position.take(number, bytes([number]) * 32)
    return position


def test_a_number_beyond_the_next_opens_a_gap() -> None:
    """What lies between is missing."""
    position = taking(1, 5)

    assert (position.gaps, position.next_number, position.held_up_to) == ((Gap(2, 4),), 6, 1)


def test_a_number_in_the_middle_of_a_gap_splits_it() -> None:
    """Both sides of it are still missing."""
    assert taking(5, 3).gaps == (Gap(1, 2), Gap(4, 4))


@given(st.lists(st.integers(min_value=1, max_value=40), max_size=60))
def test_gaps_and_numbers_are_those_of_a_set(numbers: list[int]) -> None:
    """Whatever the order and however often: the position holds just the numbers that were taken."""
    position = taking(*numbers)

    missing = {n for gap in position.gaps for n in range(gap.first, gap.last + 1)}
    assert set(range(1, position.next_number)) - missing == set(numbers)
    assert position.next_number == max(numbers, default=0) + 1
    assert all(a.last + 1 < b.first for a, b in zip(position.gaps, position.gaps[1:], strict=False))

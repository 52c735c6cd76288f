"""Sums of packed rows: the same as adding entry by entry."""

from hypothesis import given
from hypothesis import strategies as st

from producers.screening.sums import Fields, SumsByByte

ROWS = st.lists(st.lists(st.integers(-(1 << 16), 1 << 16), min_size=3, max_size=3), max_size=20)


@given(rows=ROWS)
def test_a_sum_of_packed_rows_is_the_sum_of_the_rows(rows: list[list[int]]) -> None:
    """An entry below zero takes nothing from its neighbour, and no sum runs over its field."""
    fields = Fields.for_sums_of(3, rows)

    assert fields.unpacked(sum(map(fields.packed, rows))) == [sum(row[at] for row in rows) for at in range(3)]


@given(numbers=st.lists(st.integers(), max_size=40), data=st.data())
def test_sums_by_byte_are_the_sums_of_the_selected_numbers(numbers: list[int], data: st.DataObject) -> None:
    """Looking up eight at a time leaves nothing out and adds nothing twice."""
    selected = data.draw(st.integers(0, (1 << len(numbers)) - 1))

    chosen = [number for at, number in enumerate(numbers) if selected >> at & 1]
    assert SumsByByte.of(numbers).of_bits(selected) == sum(chosen)

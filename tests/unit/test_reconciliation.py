"""
What a reconciliation says: bounded in size, the same for the same holdings, and another for others.
"""

from datetime import date, timedelta
from uuid import UUID

from clue_exchange.holdings import Holding, by_day, of_days
from clue_exchange.topics import RECORD_CAP_BYTES
from schemas.envelope import Record
from schemas.reconciliation import (
    CLUES_CAP,
    DAYS_CAP,
    ClueHolding,
    ClueHoldings,
    DayDigests,
    ReconcileStep,
    held,
    nothing_held,
)

FIRST = date(2010, 1, 1)


def holding(number: int, day: date = FIRST) -> Holding:
    parties = {"federation": held([bytes([number % 256]) * 32]), "procuratorate": held([])}
    return Holding(day, ClueHolding(clue_id=UUID(int=number), view=bytes(32), **parties))


def value_bytes(body: bytes) -> int:
    """Of the record that carries this body."""
    return len(Record(number=2**50, body=body, key_id="sign-" + "0" * 60, signature=bytes(64)).to_value())


def test_a_question_about_more_days_than_a_record_holds_counts_the_oldest_to_the_first() -> None:
    """It stays below the cap of a record, and every clue is in it."""
    found = [holding(n, FIRST + timedelta(days=n)) for n in range(DAYS_CAP + 100)]

    asked = DayDigests(recipient="federation-110101", round=UUID(int=1), days=by_day(found))

    assert value_bytes(asked.to_body()) < RECORD_CAP_BYTES
    assert len(asked.days) == DAYS_CAP
    assert asked.days[0].clues == 101
    assert sum(day.clues for day in asked.days) == len(found)
    assert DayDigests.from_body(asked.to_body()) == asked


def test_the_longest_answer_stays_below_the_cap_of_a_record() -> None:
    """All days, and as many clues as it may list."""
    days = tuple(FIRST + timedelta(days=n) for n in range(DAYS_CAP))
    clues = tuple(nothing_held(UUID(int=2**127 + n)) for n in range(CLUES_CAP))

    answer = ClueHoldings(
        recipient="procuratorate-110101",
        round=UUID(int=1),
        step=ReconcileStep.answer,
        days=days,
        up_to=clues[-1].clue_id,
        clues=clues,
    )

    assert value_bytes(answer.to_body()) < RECORD_CAP_BYTES


def test_a_day_has_the_same_digest_in_any_order_and_another_for_another_event() -> None:
    """Events, views and clues: whatever differs shows."""
    one, two = holding(1), holding(2)
    other = Holding(FIRST, two.clue.model_copy(update={"view": b"v" * 32}))

    assert by_day([one, two]) == by_day([two, one])
    assert len({by_day(found)[0].digest for found in ([one], [two], [one, two], [one, other])}) == 4
    assert held([b"a", b"b"]) == held([b"b", b"a"]) != held([b"a", b"c"])


def test_days_before_the_first_of_a_question_count_to_it() -> None:
    """Both sides merge alike, though one of them has older days."""
    old, new = holding(1, FIRST), holding(2, FIRST + timedelta(days=5))
    found = {each.clue.clue_id: each for each in (old, new)}
    first = FIRST + timedelta(days=3)

    assert [day.day for day in by_day(found.values(), first)] == [first, FIRST + timedelta(days=5)]
    assert of_days(found, [first], first) == {old.clue.clue_id}

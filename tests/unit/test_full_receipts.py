"""
What a receipt tells of: all of the journal, or as much as its lists have room for.
"""

import pytest

from schemas.errors import InvalidEvent
from schemas.receipt import MISSING_CAP, REJECTED_CAP, JournalReceipt, NumberRange, Rejection, empty_journal_hash

TOPIC = "federation-110101.clues"


def a_receipt(missing: int = 0, rejected: int = 0, highest: int = 2_000) -> JournalReceipt:
    """Every other number from 3 on is missing; every one from 101 on is rejected; the newest rejections come first."""
    return JournalReceipt(
        topic=TOPIC,
        held_up_to=1,
        hash=empty_journal_hash(TOPIC),
        highest=highest,
        missing=tuple(NumberRange(first=number, last=number) for number in range(3, 3 + 2 * missing, 2)),
        rejected=tuple(
            Rejection(number=number, hash=bytes(32), reason="malformed") for number in range(100 + rejected, 100, -1)
        ),
    )


@pytest.mark.parametrize(
    ("receipt", "told"),
    [
        (a_receipt(), (1, 2_000)),
        (a_receipt(MISSING_CAP - 1, REJECTED_CAP - 1), (1, 2_000)),
        (a_receipt(missing=MISSING_CAP), (1, 1 + 2 * MISSING_CAP)),
        (a_receipt(rejected=REJECTED_CAP), (101, 2_000)),
    ],
    ids=["short lists", "almost full lists", "gaps left out above", "rejections left out below"],
)
def test_a_full_list_says_nothing_of_what_it_left_out(receipt: JournalReceipt, told: tuple[int, int]) -> None:
    """A sender that took silence for a yes would never send those again."""
    assert receipt.told is not None
    assert (receipt.told.first, receipt.told.last) == told


def test_a_receipt_of_an_empty_journal_tells_of_no_number() -> None:
    """There is none that could be held."""
    empty = JournalReceipt(topic=TOPIC, held_up_to=0, hash=empty_journal_hash(TOPIC), highest=0)

    assert empty.told is None


def test_there_is_no_number_nought_to_reject() -> None:
    """Journals begin at 1: a receipt that says so is refused as it is read."""
    with pytest.raises(InvalidEvent):
        Rejection.read({"number": 0, "hash": bytes(32), "reason": "malformed"})

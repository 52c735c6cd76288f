"""
Records of a journal that were deleted, moved or altered are named, by public keys alone.
"""

import pytest

from clue_exchange.evidence.faults import Fault
from clue_exchange.evidence.records import check_journal
from clue_exchange.keys import public_keys
from clue_exchange.signing import PublicKey
from schemas.codes import Role
from tests.evidence_steps import flipped
from tests.two_sides import FEDERATION, TwoSides

CLUES = f"{FEDERATION}.clues"


@pytest.fixture
def journal(sides: TwoSides) -> list[bytes]:
    """Six records of the federation."""
    for _ in range(6):
        sides.transfer()
    return [record.value or b"" for record in sides.events_of(Role.federation)]


@pytest.fixture
def keys(sides: TwoSides) -> list[PublicKey]:
    """The keys by which the procuratorate knows the federation."""
    with sides.procuratorate.store.reading() as transaction:
        return public_keys.keys_of(transaction, CLUES)


def found(
    journal: list[bytes], keys: list[PublicKey], order: list[int], last: int | None = None
) -> list[tuple[str, Fault]]:
    """What is wrong with the records of these numbers in this order."""
    values = [journal[number - 1] for number in order]
    return [(finding.member, finding.fault) for finding in check_journal(CLUES, enumerate(values), keys, last)]


def test_a_journal_as_it_was_written_holds(journal: list[bytes], keys: list[PublicKey]) -> None:
    """Also where a sender repeated what it was not sure to have sent."""
    assert found(journal, keys, [1, 2, 3, 4, 5, 6], last=6) == []
    assert found(journal, keys, [1, 2, 1, 2, 3, 4, 5, 6]) == []


def test_deleted_records_are_named(journal: list[bytes], keys: list[PublicKey]) -> None:
    """One, several, the first; and the end, where the sender's last number is known."""
    missing = Fault.NUMBERS_MISSING

    for number in range(1, 6):
        order = [other for other in range(1, 7) if other != number]
        assert found(journal, keys, order) == [(f"{CLUES}, number {number},", missing)]
    assert found(journal, keys, [1, 5, 6]) == [(f"{CLUES}, numbers 2 to 4,", missing)]
    assert found(journal, keys, [1, 2, 3, 4]) == []
    assert found(journal, keys, [1, 2, 3, 4], last=6) == [(f"{CLUES}, numbers 5 to 6,", missing)]


def test_moved_records_are_named(journal: list[bytes], keys: list[PublicKey]) -> None:
    """Neighbours and others that were swapped; one that was moved to the end."""
    moved = Fault.NUMBER_ORDER

    assert found(journal, keys, [1, 3, 2, 4, 5, 6]) == [(f"{CLUES}:2", moved)]
    assert found(journal, keys, [1, 5, 3, 4, 2, 6]) == [(f"{CLUES}:{place}", moved) for place in (2, 3, 4)]
    assert found(journal, keys, [2, 3, 4, 5, 6, 1]) == [(f"{CLUES}:5", moved)]


def test_altered_and_foreign_records_are_named(journal: list[bytes], keys: list[PublicKey], sides: TwoSides) -> None:
    """By their places; the number that they stood for is missing."""
    altered = [journal[0], flipped(journal[1], len(journal[1]) // 2), journal[2]]
    topic = f"{FEDERATION}.case-progress"
    with sides.procuratorate.store.reading() as transaction:
        other_keys = public_keys.keys_of(transaction, topic)

    assert [(f.member, f.fault) for f in check_journal(CLUES, enumerate(altered), keys)] == [
        (f"{CLUES}:1", Fault.SIGNATURE),
        (f"{CLUES}, number 2,", Fault.NUMBERS_MISSING),
    ]
    assert {f.fault for f in check_journal(topic, enumerate(journal), other_keys)} == {Fault.SIGNATURE}
    assert {f.fault for f in check_journal(CLUES, enumerate(journal), [])} == {Fault.NOT_PROVEN}

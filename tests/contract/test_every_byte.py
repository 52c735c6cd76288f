"""
Every byte of a stored record counts: changed in turn, none is accepted and none changes state.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.store import Transaction
from schemas.codes import Role
from tests.two_sides import TwoSides, rows

PATTERNS = (0x01, 0x80, 0xFF)
TABLES = ("event", "clue", "data_key", "public_key")


def flipped(record: ReceivedRecord) -> Iterator[ReceivedRecord]:
    """The record with each byte of its value changed in turn, the pattern changing with the place."""
    value = record.value or b""
    for place in range(len(value)):
        pattern = PATTERNS[place % len(PATTERNS)]
        yield replace(record, value=value[:place] + bytes([value[place] ^ pattern]) + value[place + 1 :])


def state(transaction: Transaction) -> list[list[tuple[object, ...]]]:
    return [rows(transaction, f"SELECT * FROM {table}") for table in TABLES]


def accepted(sides: TwoSides, record: ReceivedRecord) -> bool:
    """Whether it is taken in, or changes anything but position and dead letters; the next one meets the same node."""
    agency = sides.procuratorate
    with agency.store.engine.connect() as transaction:
        before = state(transaction)
        taken = agency.batches().take_in(transaction, [record])
        is_refused = len(taken.dead_letters) == 1 and taken.dead_letters[0].number is None
        has_effect = bool(taken.placements or taken.keys) or state(transaction) != before
        transaction.rollback()
    return has_effect or not is_refused


@pytest.mark.parametrize("topic", ["clues", "keys"])
def test_no_byte_of_a_stored_record_can_be_changed(sides: TwoSides, topic: str) -> None:
    """threats.md, row 4: all are dead letters without a number; the genuine one is then taken in as ever."""
    sides.transfer()
    records = sides.sent_by(Role.federation)
    keys = [each for each in records if each.topic.endswith(".keys")]
    genuine = next(each for each in records if each.topic.endswith(f".{topic}"))
    if topic == "clues":
        sides.give(Role.procuratorate, keys)

    places = [place for place, record in enumerate(flipped(genuine)) if accepted(sides, record)]

    assert len(genuine.value or b"") > 400
    assert places == []
    assert accepted(sides, genuine)


@pytest.mark.parametrize("length", [0, 1, 9, 10, 40, 200])
def test_no_part_of_a_stored_record_is_accepted(sides: TwoSides, length: int) -> None:
    """Truncated, or with bytes behind it."""
    sides.transfer()
    genuine = sides.events_of(Role.federation)[0]
    value = genuine.value or b""

    assert not accepted(sides, replace(genuine, value=value[:length]))
    assert not accepted(sides, replace(genuine, value=value[:-length] if length else b""))
    assert not accepted(sides, replace(genuine, value=value + bytes(length + 1)))

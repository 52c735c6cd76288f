"""
What taking in a batch promises, on SQLite and on PostgreSQL.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from clue_exchange.journals import Gap, read_position
from clue_exchange.kafka_records import ReceivedRecord
from consumers.dead_letters import Reason
from consumers.taken import POISON_CAP
from schemas.codes import Role
from tests.two_sides import FEDERATION, PROCURATORATE, TwoSides, renumbered, rows

CLUES = f"{FEDERATION}.clues"


def a_record(sides: TwoSides) -> ReceivedRecord:
    """The record of a clue that the federation has transferred."""
    sides.transfer()
    return sides.events_of(Role.federation)[-1]


def dead_letters(sides: TwoSides) -> list[Reason]:
    with sides.procuratorate.store.reading() as transaction:
        return [letter.reason for letter in sides.procuratorate.dead_letters.listed(transaction)]


def test_a_repeated_record_has_no_effect_but_moves_the_position(sides: TwoSides) -> None:
    """The same bytes again: counted, nothing else changes."""
    record = a_record(sides)
    first = sides.give(Role.procuratorate, [record])
    again = sides.give(Role.procuratorate, [replace(record, offset=1)])

    assert (len(first.placements), first.repeated) == (1, 0)
    assert (len(again.placements), again.repeated) == (0, 1)
    assert again.next_offsets == {CLUES: 2}


def test_a_record_below_the_position_is_not_looked_at(sides: TwoSides) -> None:
    """A replayed offset is what a zombie would bring."""
    record = a_record(sides)
    sides.give(Role.procuratorate, [record])

    again = sides.give(Role.procuratorate, [record])

    assert (len(again.placements), again.repeated, again.next_offsets) == (0, 0, {CLUES: 1})


def test_a_missing_number_is_recorded_and_other_clues_go_on(sides: TwoSides) -> None:
    """A gap is never skipped silently, and closes when the late number arrives."""
    for _ in range(4):
        sides.transfer()
    first, second, third, fourth = sides.events_of(Role.federation)

    opened = sides.give(Role.procuratorate, renumbered([first, fourth]))
    with sides.procuratorate.store.reading() as transaction:
        position = read_position(transaction, CLUES)
    sides.give(Role.procuratorate, [replace(third, offset=2)])
    with sides.procuratorate.store.reading() as transaction:
        smaller = read_position(transaction, CLUES)
    sides.give(Role.procuratorate, [replace(second, offset=3)])
    with sides.procuratorate.store.reading() as transaction:
        whole = read_position(transaction, CLUES)

    assert opened.gaps_opened == [CLUES]
    assert len(opened.placements) == 2
    assert (position.gaps, position.held_up_to) == ((Gap(2, 3),), 1)
    assert smaller.gaps == (Gap(2, 2),)
    assert (whole.gaps, whole.held_up_to) == ((), 4)


Damage = Callable[[ReceivedRecord], ReceivedRecord]


def flipped(value: bytes) -> bytes:
    """The last bit turned over. (A zero there would often change nothing: a signature's last byte is 16 at most.)"""
    return value[:-1] + bytes([value[-1] ^ 1])


DAMAGES: dict[Reason, Damage] = {
    Reason.NO_VALUE: lambda r: replace(r, value=None),
    Reason.TOO_LARGE: lambda r: replace(r, value=(r.value or b"") + bytes(300_000)),
    Reason.NOT_FRAMED: lambda r: replace(r, value=b"not a record"),
    Reason.UNKNOWN_FINGERPRINT: lambda r: replace(r, value=b"\xc3\x01" + bytes(8) + b"x"),
    Reason.NOT_CANONICAL: lambda r: replace(r, value=(r.value or b"") + b"\x00"),
    Reason.MALFORMED: lambda r: replace(r, value=(r.value or b"")[:-5]),
    Reason.BAD_SIGNATURE: lambda r: replace(r, value=flipped(r.value or b"")),
    Reason.KEY_MISMATCH: lambda r: replace(r, key=b"another key"),
    Reason.HEADER_MISMATCH: lambda r: replace(r, headers=(*r.headers, ("ce_type", b"FundsPaid"))),
}


@pytest.mark.parametrize("reason", DAMAGES, ids=str)
def test_poison_is_dead_lettered_with_its_bytes_and_good_records_go_on(sides: TwoSides, reason: Reason) -> None:
    """A third hand's damage: kept, told in the topic, its number stays missing; the record after it is taken in."""
    bad, good = DAMAGES[reason](a_record(sides)), replace(a_record(sides), offset=1)

    taken = sides.give(Role.procuratorate, [bad, good])

    assert [letter.reason for letter in taken.dead_letters] == [reason]
    assert len(taken.placements) == 1
    with sides.procuratorate.store.reading() as transaction:
        assert read_position(transaction, CLUES).gaps == (Gap(1, 1),)
        assert rows(transaction, "SELECT reason FROM dead_letter") == [(reason.value,)]
        notes = rows(transaction, f"SELECT count(*) FROM outbox WHERE topic = '{PROCURATORATE}.dead-letter'")
    assert notes == [(1,)]


def test_a_record_copied_to_another_topic_is_not_believed(sides: TwoSides) -> None:
    """The signature covers the topic."""
    copied = replace(a_record(sides), topic=f"{FEDERATION}.case-progress")

    sides.give(Role.procuratorate, [copied])

    assert dead_letters(sides) == [Reason.BAD_SIGNATURE]


def test_headers_that_are_absent_or_unknown_change_nothing(sides: TwoSides) -> None:
    """Headers are a courtesy and never steer the reader."""
    record = replace(a_record(sides), headers=(("schema-id", b"7"), ("rule", b"\xff")))

    assert len(sides.give(Role.procuratorate, [record]).placements) == 1


def test_twenty_poison_records_in_a_row_stop_the_journal_and_a_good_one_resets_the_count(sides: TwoSides) -> None:
    """So many in a row are our bug: a person must look. Nothing after the twentieth is touched."""
    good = a_record(sides)
    poison = [replace(good, value=b"junk") for _ in range(POISON_CAP - 1)]
    journal = renumbered([*poison, good, *poison, replace(good, value=b"junk"), good])

    taken = sides.give(Role.procuratorate, journal)

    assert taken.stopped == [CLUES]
    assert len(taken.dead_letters) == 2 * POISON_CAP - 1
    assert taken.next_offsets == {CLUES: len(journal) - 1}


def test_a_failure_in_the_middle_leaves_neither_effect_nor_position(sides: TwoSides) -> None:
    """Effect, position, dead letters and what they make us send commit together or not at all."""
    journal = [replace(a_record(sides), value=b"junk"), replace(a_record(sides), offset=1)]
    agency = sides.procuratorate

    def take_in_and_die() -> None:
        with agency.store.transaction() as transaction:
            agency.batches().take_in(transaction, journal)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in_and_die()

    with agency.store.reading() as transaction:
        assert read_position(transaction, CLUES).next_offset == 0
        for table in ("event", "clue", "dead_letter", "outbox", "journal_gap"):
            assert rows(transaction, f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_rejected_record_that_is_sent_again_is_noted_once(sides: TwoSides) -> None:
    """A relay that was killed before its mark sends it again: no second dead letter, and no step towards the cap."""
    with sides.federation.store.transaction() as transaction:
        sides.federation.outbox.append(transaction, CLUES, b"key", b"signed, and no envelope", {})
    (signed,) = sides.events_of(Role.federation)

    taken = [sides.give(Role.procuratorate, [replace(signed, offset=n)]) for n in range(POISON_CAP + 1)]

    assert [len(each.dead_letters) for each in taken] == [1] + [0] * POISON_CAP
    assert sum(each.repeated for each in taken) == POISON_CAP
    assert dead_letters(sides) == [Reason.NOT_FRAMED]


def test_a_gap_that_is_only_split_is_not_told_as_a_new_one(sides: TwoSides) -> None:
    """The operator is told once that numbers are missing."""
    for _ in range(5):
        sides.transfer()
    first, _, third, _, fifth = sides.events_of(Role.federation)

    opened = sides.give(Role.procuratorate, renumbered([first, fifth]))
    split = sides.give(Role.procuratorate, [replace(third, offset=2)])

    assert (opened.gaps_opened, split.gaps_opened) == ([CLUES], [])

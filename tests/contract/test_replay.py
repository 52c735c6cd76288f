"""
Dead letters that are read once more: what was never rejected, and nothing else. On SQLite and on PostgreSQL.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from clue_exchange.errors import CommandRefused
from clue_exchange.journals import Gap, read_position
from clue_exchange.kafka_records import ReceivedRecord
from consumers.dead_letters import Reason, Resolution
from consumers.replay import Replayed
from schemas.clue_events import ErasureConfirmed, ErasureRequested
from schemas.codes import Role
from tests.builders import an_event
from tests.key_steps import Restart, relayed, rotate
from tests.two_sides import FEDERATION, TwoSides, rows

CLUES, KEYS = f"{FEDERATION}.clues", f"{FEDERATION}.keys"
TABLES = ("event", "clue", "data_key", "public_key", "dead_letter", "journal_position", "journal_gap", "outbox")


def state(sides: TwoSides) -> list[list[tuple[object, ...]]]:
    with sides.procuratorate.store.reading() as transaction:
        return [rows(transaction, f"SELECT * FROM {table}") for table in TABLES]


def resolution(sides: TwoSides, topic: str = CLUES, offset: int = 0) -> Resolution | None:
    with sides.procuratorate.store.reading() as transaction:
        letter = sides.procuratorate.dead_letters.find(transaction, topic, offset)
    assert letter is not None
    return letter.resolution


def replayed(sides: TwoSides, topic: str = CLUES, offset: int = 0) -> Replayed:
    return sides.procuratorate.replay().replay(topic, offset)


def spoof_a_header(record: ReceivedRecord) -> ReceivedRecord:
    return replace(record, headers=(("ce_type", b"FundsPaid"),))


def spoof_the_key(record: ReceivedRecord) -> ReceivedRecord:
    return replace(record, key=b"another key")


@pytest.mark.parametrize("spoof", [spoof_a_header, spoof_the_key])
def test_a_good_record_that_a_third_hand_touched_comes_in(
    sides: TwoSides, spoof: Callable[[ReceivedRecord], ReceivedRecord]
) -> None:
    """Its signed bytes are good; its number is missing no more, and both sides see the same."""
    clue_id = sides.transfer().envelope.clue_id
    sides.transfer()
    first, second = sides.events_of(Role.federation)
    sides.give(Role.procuratorate, [*sides.keys_of(Role.federation), spoof(first), second])
    with sides.procuratorate.store.reading() as transaction:
        before = read_position(transaction, CLUES)

    outcome = replayed(sides)

    assert before.gaps == (Gap(1, 1),)
    assert (outcome.became, resolution(sides)) == ("applied", Resolution.REPLAYED)
    with sides.procuratorate.store.reading() as transaction:
        after = read_position(transaction, CLUES)
    assert (after.next_offset, after.next_number, after.gaps) == (2, 3, ())
    assert len(sides.digests(clue_id)) == 1


def test_a_trial_changes_nothing(sides: TwoSides) -> None:
    """It says what would happen, and can be asked as often as one likes."""
    sides.transfer()
    sides.give(Role.procuratorate, [spoof_a_header(sides.events_of(Role.federation)[0])])
    before = state(sides)

    tried = [sides.procuratorate.replay().try_out(CLUES, 0).became for _ in range(2)]

    assert tried == ["waiting", "waiting"]
    assert state(sides) == before


def test_once_more_has_no_effect(sides: TwoSides) -> None:
    """It is here already: no second event, and the first resolution stays."""
    sides.transfer()
    sides.give(Role.procuratorate, sides.keys_of(Role.federation))
    sides.give(Role.procuratorate, [spoof_a_header(sides.events_of(Role.federation)[0])])
    replayed(sides)
    with sides.procuratorate.store.reading() as transaction:
        before = rows(transaction, "SELECT * FROM event"), rows(transaction, "SELECT * FROM clue")

    again = replayed(sides)

    with sides.procuratorate.store.reading() as transaction:
        assert (rows(transaction, "SELECT * FROM event"), rows(transaction, "SELECT * FROM clue")) == before
    assert (again.became, resolution(sides)) == ("held", Resolution.REPLAYED)


def test_what_the_sender_sent_again_meanwhile_is_held(sides: TwoSides) -> None:
    """The gap was filled by itself; the dead letter needs nobody any more."""
    sides.transfer()
    (genuine,) = sides.events_of(Role.federation)
    sides.give(Role.procuratorate, [spoof_the_key(genuine), replace(genuine, offset=1)])

    assert (replayed(sides).became, resolution(sides)) == ("held", Resolution.HELD)


def test_a_record_whose_signing_key_came_later_comes_in(kept: TwoSides, restart: Restart) -> None:
    """It was a bad signature then; it is a good one now."""
    rotate(kept.federation)
    stream = relayed(kept.federation)
    begun = restart(kept)
    begun.transfer()
    later = relayed(begun.federation)
    (event,) = (record for record in later if record.topic == CLUES)
    kept.give(Role.procuratorate, [replace(event, offset=0)])
    before = kept.procuratorate.replay().try_out(CLUES, 0)
    kept.give(Role.procuratorate, [record for record in (*stream, *later) if record.topic == KEYS])

    after = replayed(kept)

    assert (before.became, before.reason) == (None, Reason.BAD_SIGNATURE)
    assert (after.became, after.reason) == ("applied", None)


def test_a_tombstone_that_came_before_its_erasure_is_resolved_after_it(sides: TwoSides) -> None:
    """It was alarmed then; by now both sides have destroyed the key."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    key = next(record for record in sides.keys_of(Role.federation) if (record.key or b"").startswith(b"person-"))
    sides.give(Role.procuratorate, [replace(key, value=None, offset=50)])
    early = sides.procuratorate.replay().try_out(KEYS, 50)
    sides.federation.federation().request_erasure(clue_id, an_event(ErasureRequested))
    sides.exchange()
    sides.procuratorate.procuratorate().confirm_erasure(clue_id, an_event(ErasureConfirmed))

    late = replayed(sides, KEYS, 50)

    assert (early.became, early.reason) == (None, Reason.TOMBSTONE)
    assert (late.became, resolution(sides, KEYS, 50)) == ("held", Resolution.HELD)


def test_what_was_rejected_is_never_taken_in(sides: TwoSides) -> None:
    """Its sender learned it from a receipt and has gone on without it."""
    with sides.federation.store.transaction() as transaction:
        sides.federation.outbox.append(transaction, CLUES, b"key", b"signed, and no envelope", {})
    sides.give(Role.procuratorate, sides.events_of(Role.federation))

    with pytest.raises(CommandRefused, match="rejected"):
        replayed(sides)


def test_junk_stays_a_dead_letter(sides: TwoSides) -> None:
    """A replay is no way around a check."""
    sides.transfer()
    sides.give(Role.procuratorate, [replace(sides.events_of(Role.federation)[0], value=b"junk")])

    outcome = replayed(sides)

    assert (outcome.became, outcome.reason, resolution(sides)) == (None, Reason.NOT_FRAMED, None)


def test_a_fault_inside_that_only_shows_now_is_rejected_now(kept: TwoSides, restart: Restart) -> None:
    """The late key proves the number: it is used up, told in the next receipt, and replayed no more."""
    rotate(kept.federation)
    stream = relayed(kept.federation)
    begun = restart(kept)
    with begun.federation.store.transaction() as transaction:
        begun.federation.outbox.append(transaction, CLUES, b"key", b"signed, and no envelope", {})
    (bad,) = relayed(begun.federation)
    kept.give(Role.procuratorate, [bad])
    kept.give(Role.procuratorate, [record for record in stream if record.topic == KEYS])

    outcome = replayed(kept)

    assert (outcome.became, outcome.reason) == (None, Reason.NOT_FRAMED)
    with kept.procuratorate.store.reading() as transaction:
        assert read_position(transaction, CLUES).held_up_to == 1
        assert rows(transaction, "SELECT number, reason FROM rejection") == [(1, "not_framed")]
    with pytest.raises(CommandRefused, match="rejected"):
        replayed(kept)


def test_a_dead_letter_that_is_not_there_is_named(sides: TwoSides) -> None:
    """With the command that lists them."""
    with pytest.raises(CommandRefused, match="dead-letters"):
        replayed(sides, CLUES, 7)

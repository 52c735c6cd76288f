"""
Receipts: what the other side holds, lacks and can never take in; and what a sender makes of it.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from clue_exchange.chains import REJECTED_ITSELF
from clue_exchange.key_tables import DATA_KEY
from clue_exchange.logs import Log, json_log
from clue_exchange.sealing import new_data_key
from clue_exchange.tables import OUTBOX
from clue_exchange.topics import topic_name
from consumers import worklist
from consumers.dead_letters import Reason
from schemas.catalog import Family
from schemas.clue_events import ClueSupplemented
from schemas.codes import Role
from schemas.fold import REJECTED
from schemas.receipt import NumberRange
from tests.builders import an_event
from tests.receipt_steps import (
    CLUES,
    journal_in,
    known_of,
    mark_all_sent,
    newest_receipt,
    pending_numbers,
    receipts_of,
)
from tests.two_sides import FEDERATION, TwoSides

F, P = Role.federation, Role.procuratorate


@pytest.fixture
def log_text() -> io.StringIO:
    """What the rounds log."""
    return io.StringIO()


@pytest.fixture
def log(log_text: io.StringIO) -> Log:
    """The log of the rounds under test."""
    return json_log(log_text)


def test_a_batch_is_acknowledged_by_one_receipt(sides: TwoSides) -> None:
    """It says how far the journal is held, with the journal's hash, and what this side has sent itself."""
    for _ in range(3):
        sides.transfer()
    sides.give(P, sides.sent_by(F))

    held = journal_in(newest_receipt(sides, P))
    assert len(receipts_of(sides, P)) == 1
    assert (held.held_up_to, held.highest, held.missing, held.waiting, held.rejected) == (3, 3, (), (), ())


def test_a_batch_of_receipts_alone_is_not_acknowledged(sides: TwoSides) -> None:
    """Otherwise two nodes would thank each other for ever."""
    sides.transfer()
    sides.exchange()
    before = len(receipts_of(sides, P)), len(receipts_of(sides, F))
    sides.give(F, receipts_of(sides, P))
    sides.give(P, receipts_of(sides, F))

    assert (len(receipts_of(sides, P)), len(receipts_of(sides, F))) == before


def test_the_sender_knows_what_is_held_and_since_when(sides: TwoSides) -> None:
    """Each event carries the moment of the first receipt that named it."""
    sides.transfer()
    sides.give(P, sides.sent_by(F))
    since = sides.clock.now
    sides.give(F, receipts_of(sides, P))
    sides.clock.forward(hours=1)
    sides.transfer()

    with sides.federation.store.reading() as transaction:
        rows = transaction.execute(select(OUTBOX.c.held_at).where(OUTBOX.c.topic == CLUES).order_by(OUTBOX.c.number))
        assert list(rows.scalars()) == [since, None]
    assert known_of(sides).held_up_to == 1


def test_missing_numbers_are_sent_again_and_nothing_else(sides: TwoSides) -> None:
    """The receipt stays before the gap; what it names goes back into the outbox, and closes the gap."""
    for _ in range(5):
        sides.transfer()
    sent = sides.sent_by(F)
    mark_all_sent(sides)
    lost = [each for each in sent if each.topic == CLUES and each.offset in (1, 2)]
    sides.give(P, [each for each in sent if each not in lost])
    gap = journal_in(newest_receipt(sides, P))
    taken = sides.give(F, receipts_of(sides, P))
    again = pending_numbers(sides)
    sides.give(P, [replace(each, offset=5 + place) for place, each in enumerate(lost)])
    closed = journal_in(newest_receipt(sides, P))

    assert (gap.held_up_to, gap.highest, gap.missing) == (1, 5, (NumberRange(first=2, last=3),))
    assert (again, taken.receipts[0].sent_again) == ([2, 3], 2)
    assert (closed.held_up_to, closed.missing) == (5, ())
    assert sides.give(F, receipts_of(sides, P)).receipts[-1].halted == []


def test_what_was_sent_just_now_is_not_sent_again(sides: TwoSides) -> None:
    """A receipt that crosses a record on its way causes no second copy, however often it says the same."""
    for _ in range(3):
        sides.transfer()
    sent = sides.sent_by(F)
    with sides.federation.store.transaction() as transaction:
        sides.federation.outbox.mark_sent(transaction, sides.federation.outbox.pending(transaction, 100))
    sides.give(P, [each for each in sent if each.offset != 1 or each.topic != CLUES])
    sides.give(F, receipts_of(sides, P))

    assert pending_numbers(sides) == []


@contextmanager
def another_facts_key(sides: TwoSides) -> Iterator[None]:
    """While this lasts, the procuratorate has another key under the id of the federation's facts key."""
    agency = sides.procuratorate
    with agency.store.reading() as transaction:
        of_federation = DATA_KEY.c.owner == FEDERATION, DATA_KEY.c.clue_id.is_(None)
        key_id = transaction.execute(select(DATA_KEY.c.key_id).where(*of_federation)).scalar_one()
    right = agency.vault.get([key_id])
    agency.vault.destroy([key_id])
    agency.vault.put({key_id: new_data_key()})
    yield
    agency.vault.destroy([key_id])
    agency.vault.put(right)


def reject_a_supplement(sides: TwoSides) -> UUID:
    """A clue that both sides have, and whose first supplement the procuratorate rejects."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.federation.federation().supplement(clue_id, an_event(ClueSupplemented))
    with another_facts_key(sides):
        sides.give(P, sides.sent_by(F))
    return clue_id


def outcomes(sides: TwoSides, role: Role, clue_id: UUID) -> list[tuple[str, str | None]]:
    with sides.side(role).store.reading() as transaction:
        return [(each.outcome, each.void) for each in worklist.chain(transaction, clue_id)]


def test_a_rejected_event_is_void_on_both_sides_with_all_that_builds_on_it(sides: TwoSides) -> None:
    """The receipt names it by hash and reason; both views are equal, and the sender goes on from before it."""
    clue_id = reject_a_supplement(sides)
    sides.federation.federation().supplement(clue_id, an_event(ClueSupplemented))
    sides.give(P, sides.sent_by(F))
    rejected = journal_in(newest_receipt(sides, P)).rejected
    taken = sides.give(F, receipts_of(sides, P))
    told = outcomes(sides, F, clue_id)
    sides.federation.federation().supplement(clue_id, an_event(ClueSupplemented))
    sides.exchange()

    assert [(each.number, each.reason) for each in rejected] == [(2, Reason.PART_UNREADABLE)]
    assert [each.number for receipt in taken.receipts for each in receipt.rejected] == [2]
    assert told == [("applied", None), ("void", REJECTED), ("void", REJECTED_ITSELF)]
    assert outcomes(sides, P, clue_id) == [("applied", None), ("applied", None), ("void", REJECTED)]
    assert len(sides.digests(clue_id)) == 1


def test_a_rejected_event_is_not_held_and_a_good_one_is(sides: TwoSides) -> None:
    """Its number is used up, but the sender is not told that the other side has it."""
    reject_a_supplement(sides)
    sides.give(F, receipts_of(sides, P))

    with sides.federation.store.reading() as transaction:
        wanted = select(OUTBOX.c.number).where(OUTBOX.c.topic == CLUES, OUTBOX.c.held_at.is_not(None))
        assert list(transaction.scalars(wanted)) == [1]
    assert known_of(sides).held_up_to == 2


def test_a_lost_tail_is_found_by_its_last_record(sides: TwoSides, log: Log) -> None:
    """It shows no gap; so the last record is sent again after a while, makes one, and the receipt names the rest."""
    for _ in range(4):
        sides.transfer()
    sent = sides.sent_by(F)
    sides.give(P, [each for each in sent if each.topic != CLUES or each.offset == 0])
    mark_all_sent(sides)
    sides.give(F, receipts_of(sides, P))
    rounds = sides.federation.receipt_rounds(log)
    rounds.go_round()
    asked = pending_numbers(sides)
    rounds.go_round()
    sides.give(P, [replace(each, offset=1) for each in sides.events_of(F) if each.offset == 3])
    sides.give(F, receipts_of(sides, P))

    assert asked == [4]
    assert pending_numbers(sides) == [2, 3, 4]


def test_a_receipt_is_said_again_only_where_it_changed_or_something_is_missing(sides: TwoSides, log: Log) -> None:
    """An idle node is quiet; one that lacks something goes on asking."""
    for _ in range(3):
        sides.transfer()
    sent = sides.sent_by(F)
    sides.give(P, [each for each in sent if each.topic != CLUES or each.offset != 1])
    rounds = sides.procuratorate.receipt_rounds(log)
    rounds.go_round()
    with_gap = len(receipts_of(sides, P))
    sides.give(P, [replace(each, offset=3) for each in sent if each.topic == CLUES and each.offset == 1])
    closed = len(receipts_of(sides, P))
    rounds.go_round()

    assert (with_gap, closed) == (2, 3)
    assert len(receipts_of(sides, P)) == closed


def test_a_missing_key_is_named_and_sent_again(sides: TwoSides) -> None:
    """An event whose key record is lost waits; the receipt names the key, and its owner sends the record again."""
    sides.transfer()
    sent = sides.sent_by(F)
    mark_all_sent(sides)
    sides.give(P, sides.events_of(F) or [each for each in sent if each.topic == CLUES])
    wanted = newest_receipt(sides, P).missing_keys
    sides.give(F, receipts_of(sides, P))
    again = pending_numbers(sides, topic_name(FEDERATION, Family.KEYS))
    sides.give(P, [each for each in sent if each.topic.endswith(".keys")])

    assert len(wanted) == 2
    assert again == [1, 2]
    assert newest_receipt(sides, P).missing_keys == ()
    assert sides.give(P, []).placements == []

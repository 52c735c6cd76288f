"""
What the outbox promises, on SQLite and on PostgreSQL.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from clue_exchange import outbox_depth
from clue_exchange.errors import CommandRefused
from clue_exchange.tables import OUTBOX
from schemas.clue_events import ClueAccepted, ClueTransferred
from schemas.codes import Role
from schemas.envelope import Record
from schemas.particulars import Particulars
from schemas.receipt import NumberRange
from tests.builders import PERSON, an_event
from tests.receipt_steps import CLUES
from tests.two_sides import TwoSides


def test_what_is_marked_is_not_pending_any_more(sides: TwoSides) -> None:
    """Acknowledged once is enough; what was not stays, in the order of its numbers."""
    agency = sides.federation
    for _ in range(3):
        sides.transfer()
    with agency.store.transaction() as transaction:
        keys = [record for record in agency.outbox.pending(transaction, 10) if record.topic.endswith(".keys")]
        agency.outbox.mark_sent(transaction, keys)
    with agency.store.transaction() as transaction:
        pending = agency.outbox.pending(transaction, 10)
        agency.outbox.mark_sent(transaction, pending[:1])
    with agency.store.reading() as transaction:
        left = agency.outbox.pending(transaction, 10)

    assert [record.number for record in pending] == [1, 2, 3]
    assert left == pending[1:]


def test_its_depth_says_how_much_waits_and_since_when(sides: TwoSides) -> None:
    """What an operator wants to know when the broker is away."""
    agency, first = sides.federation, sides.clock.now
    sides.transfer()
    sides.clock.forward(minutes=5)
    sides.transfer()

    with agency.store.reading() as transaction:
        depth = outbox_depth.depth(transaction)

    assert (depth.records, depth.oldest) == (5, first)  # two events, two persons' keys, the facts key
    assert sides.clock.now - first == timedelta(minutes=5)


def test_a_record_in_the_outbox_is_the_one_in_the_ledger(sides: TwoSides) -> None:
    """The bytes are signed once; number, key and courtesy headers go with them."""
    signed = sides.transfer()

    (record,) = sides.events_of(Role.federation)

    assert record.value == signed.value
    assert record.key == str(signed.envelope.clue_id).encode()
    assert Record.from_value(record.value).number == 1
    assert dict(record.headers)["ce_type"] == b"ClueTransferred"


def test_each_journal_has_numbers_of_its_own(sides: TwoSides) -> None:
    """A clue event and a dead letter do not share a counter."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()

    accepted = sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted))

    assert (accepted.topic, accepted.number) == ("procuratorate-110101.clues", 1)


def test_an_event_that_no_broker_would_take_is_refused_before_it_is_saved(sides: TwoSides) -> None:
    """Otherwise it would stand in the outbox for ever, and everything behind it."""
    persons = [{**PERSON, "number": number} for number in range(1, 9)]
    told = {(Role.federation, n): Particulars(narrative="被打" * 10_000) for n in range(1, 9)}

    with pytest.raises(CommandRefused, match="bytes"):
        sides.federation.federation().transfer(an_event(ClueTransferred, persons=persons), told)

    assert sides.events_of(Role.federation) == []


def test_a_slow_clock_does_not_turn_the_order_of_a_journal(sides: TwoSides) -> None:
    """Records are sent by their numbers, whatever the time says."""
    for _ in range(3):
        sides.transfer()
        sides.clock.forward(seconds=-30)
    with sides.federation.store.reading() as transaction:
        sent = [record.number for record in sides.federation.outbox.pending(transaction, 4) if ".clues" in record.topic]

    assert sent == sorted(sent)
    assert sent[0] == 1


def test_what_a_receipt_does_not_tell_of_is_not_held_by_it(sides: TwoSides) -> None:
    """Below what it tells of nothing changes; of that, all but the absent is held; above it nothing is."""
    agency, before = sides.federation, sides.clock.now
    for _ in range(6):
        sides.transfer()
    with agency.store.transaction() as transaction:
        agency.outbox.mark_held(transaction, CLUES, NumberRange(first=1, last=6), [NumberRange(first=1, last=1)])
    sides.clock.forward(minutes=1)
    with agency.store.transaction() as transaction:
        agency.outbox.mark_held(transaction, CLUES, NumberRange(first=3, last=5), [NumberRange(first=4, last=4)])

    with agency.store.reading() as transaction:
        rows = transaction.execute(select(OUTBOX.c.held_at).where(OUTBOX.c.topic == CLUES).order_by(OUTBOX.c.number))
        assert list(rows.scalars()) == [None, before, before, None, before, None]
    with agency.store.transaction() as transaction:
        agency.outbox.mark_held(transaction, CLUES, None, [])
        assert agency.outbox.held_among(transaction, CLUES, range(1, 7)) == []

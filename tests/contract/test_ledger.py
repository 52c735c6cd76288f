"""
What the ledger promises, on SQLite and on PostgreSQL.
"""

import random
from threading import Thread
from uuid import uuid4

import pytest

from clue_exchange.errors import CommandRefused, PositionMoved
from clue_exchange.journals import advance, read_position
from consumers import worklist
from consumers.waiting import waiting as waiting_events
from schemas.case_events import AidDecided, ApplicationFiled, FundsPaid
from schemas.clue_events import ClueAccepted, ClueDeclined, ClueTransferred, ClueWithdrawn
from schemas.codes import Role
from schemas.errors import InvalidEvent, NotLegal
from tests.builders import an_event
from tests.two_sides import HER_PARTICULARS, TwoSides, renumbered, rows


def test_a_transferred_clue_is_seen_by_both_sides(sides: TwoSides) -> None:
    """The first promise of the exchange."""
    clue_id = sides.transfer().envelope.clue_id

    sides.exchange()

    assert len(sides.digests(clue_id)) == 1
    with sides.procuratorate.store.reading() as transaction:
        row = worklist.clue(transaction, clue_id)
    assert row is not None
    assert (row.state, row.turn, row.applied, row.waiting) == ("transferred", "procuratorate", 1, 0)


def test_any_order_and_any_repetition_gives_the_same_views(sides: TwoSides) -> None:
    """Records arrive as they like; the views are the same."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    desk = sides.procuratorate.procuratorate()
    desk.accept(clue_id, an_event(ClueAccepted))
    desk.file_application(clue_id, an_event(ApplicationFiled))
    desk.decide(clue_id, an_event(AidDecided))
    desk.pay(clue_id, an_event(FundsPaid))
    shuffled = sides.sent_by(Role.procuratorate) * 2
    random.Random(7).shuffle(shuffled)  # noqa: S311  # an order, no secret

    for record in renumbered(shuffled):
        sides.give(Role.federation, [record])

    assert len(sides.digests(clue_id)) == 1
    with sides.federation.store.reading() as transaction:
        assert worklist.outcomes(transaction) == {"applied": 5}


def test_an_event_waits_for_its_predecessor_and_then_takes_its_place(sides: TwoSides) -> None:
    """What builds on a missing event is kept, shown as waiting, and placed when the other arrives."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    desk = sides.procuratorate.procuratorate()
    desk.accept(clue_id, an_event(ClueAccepted))
    desk.file_application(clue_id, an_event(ApplicationFiled))
    applied, accepted = sorted(sides.events_of(Role.procuratorate), key=lambda record: record.topic)

    sides.give(Role.federation, sides.keys_of(Role.procuratorate))
    first = sides.give(Role.federation, [applied])
    with sides.federation.store.reading() as transaction:
        waiting = waiting_events(transaction)
    second = sides.give(Role.federation, [accepted])

    assert [placed.outcome for placed in first.placements] == ["waiting"]
    assert [row.event_type for row in waiting] == ["ApplicationFiled"]
    assert len(waiting[0].waits_for) == 1
    assert {placed.event_type for placed in second.placements} == {"ClueAccepted", "ApplicationFiled"}
    assert len(sides.digests(clue_id)) == 1


def test_money_that_was_paid_is_not_unpaid_by_a_withdrawal_that_crossed_it(sides: TwoSides) -> None:
    """Both act unseen; who holds the turn goes first; the other's event is void on both sides."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    desk = sides.procuratorate.procuratorate()
    desk.accept(clue_id, an_event(ClueAccepted))
    desk.file_application(clue_id, an_event(ApplicationFiled))
    sides.give(Role.federation, sides.events_of(Role.procuratorate))

    desk.decide(clue_id, an_event(AidDecided))
    desk.pay(clue_id, an_event(FundsPaid))
    sides.federation.federation().withdraw(clue_id, an_event(ClueWithdrawn))
    sides.exchange()

    assert len(sides.digests(clue_id)) == 1
    for role in Role:
        with sides.side(role).store.reading() as transaction:
            row = worklist.clue(transaction, clue_id)
            voided = [event.event_type for event in worklist.chain(transaction, clue_id) if event.outcome == "void"]
        assert row is not None
        assert row.state == "paid"
        assert voided == ["ClueWithdrawn"]


def test_a_command_that_is_not_legal_is_refused_and_leaves_nothing(sides: TwoSides) -> None:
    """The error names the state, the turn and what is possible; no row is written, no number is used."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    desk = sides.procuratorate.procuratorate()

    with pytest.raises(NotLegal) as refused:
        desk.pay(clue_id, an_event(FundsPaid))

    assert (refused.value.state, refused.value.turn) == ("transferred", "procuratorate")
    assert "ClueAccepted" in refused.value.possible
    assert sides.events_of(Role.procuratorate) == []
    assert desk.accept(clue_id, an_event(ClueAccepted)).number == 1


def test_a_decline_by_one_officer_alone_is_refused(sides: TwoSides) -> None:
    """Two different persons stand behind a decline."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()

    with pytest.raises(NotLegal, match="second officer"):
        sides.procuratorate.procuratorate().decline(clue_id, an_event(ClueDeclined, second="officer-1"))


def test_a_transfer_that_does_not_say_who_she_is_is_refused(sides: TwoSides) -> None:
    """A clue without particulars helps nobody."""
    with pytest.raises(InvalidEvent, match="particulars"):
        sides.federation.federation().transfer(an_event(ClueTransferred), {})


def test_an_act_of_the_other_side_is_refused_by_name(sides: TwoSides) -> None:
    """A federation does not decline."""
    with pytest.raises(CommandRefused, match="does not decline"):
        sides.federation.desk().act("decline")


def test_a_clue_that_is_not_known_cannot_be_extended(sides: TwoSides) -> None:
    """Nothing but a transfer or a share opens a clue."""
    clue_id = uuid4()

    with pytest.raises(NotLegal, match="unopened"):
        sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted))

    with sides.procuratorate.store.reading() as transaction:
        assert worklist.clue(transaction, clue_id) is None


def test_the_numbers_of_a_journal_have_no_gap_whoever_writes(sides: TwoSides) -> None:
    """Four threads transfer at once, and some commands fail: the numbers are 1 to n, each once."""
    desk = sides.federation.federation()

    def work() -> None:
        for turn in range(5):
            desk.transfer(an_event(ClueTransferred), HER_PARTICULARS)
            if turn % 2:
                with pytest.raises(InvalidEvent):
                    desk.transfer(an_event(ClueTransferred), {})

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with sides.federation.store.reading() as transaction:
        assert rows(
            transaction, "SELECT number FROM outbox WHERE topic = 'federation-110101.clues' ORDER BY number"
        ) == [(n,) for n in range(1, 21)]
        assert rows(transaction, "SELECT number FROM event ORDER BY number") == [(n,) for n in range(1, 21)]


def test_two_commands_on_one_clue_at_once_do_not_fork_its_chain(sides: TwoSides) -> None:
    """The database lets one go first; the other is judged by what it did."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    desk = sides.procuratorate.procuratorate()
    refused: list[NotLegal] = []

    def accept() -> None:
        try:
            desk.accept(clue_id, an_event(ClueAccepted))
        except NotLegal as error:
            refused.append(error)

    threads = [Thread(target=accept) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 3
    sides.exchange()
    assert len(sides.digests(clue_id)) == 1


def test_a_late_writer_is_refused_by_the_position(sides: TwoSides) -> None:
    """A consumer that slept while another took over writes nothing."""
    sides.transfer()
    records = sides.events_of(Role.federation)
    agency = sides.procuratorate
    with agency.store.reading() as transaction:
        before = read_position(transaction, records[0].topic)
    sides.give(Role.procuratorate, records)

    with pytest.raises(PositionMoved), agency.store.transaction() as transaction:
        advance(transaction, before, before, sides.clock())

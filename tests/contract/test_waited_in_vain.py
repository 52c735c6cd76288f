"""
An event that waited to be read, and proves to be poison when it can be: a dead letter, told to its sender.
"""

from dataclasses import replace

from clue_exchange import journal_stops
from clue_exchange.chains import REJECTED_ITSELF
from clue_exchange.journals import Stop
from clue_exchange.sealing import new_data_key
from consumers import worklist
from consumers.dead_letters import Reason
from consumers.taken import POISON_CAP, Taken
from consumers.waiting import waiting
from schemas.clue_events import ClueSupplemented
from schemas.codes import Role
from tests.builders import an_event
from tests.receipt_steps import CLUES, journal_in, known_of, newest_receipt, receipts_of
from tests.two_sides import TwoSides, rows

F, P = Role.federation, Role.procuratorate


def open_with_another_key(sides: TwoSides) -> Taken:
    """The keys arrive, and what the procuratorate has under the id of the facts key is another one."""
    with sides.federation.store.reading() as transaction:
        ((key_id,),) = rows(transaction, "SELECT key_id FROM data_key WHERE clue_id IS NULL")
    sides.procuratorate.vault.put({str(key_id): new_data_key()})
    return sides.give(P, sides.keys_of(F))


def test_it_becomes_a_dead_letter_and_its_sender_learns_it(sides: TwoSides) -> None:
    """With its reason and its place in Kafka; void on both sides; the receipt that says so is believed."""
    clue_id = sides.transfer().envelope.clue_id
    sides.federation.federation().supplement(clue_id, an_event(ClueSupplemented))
    sides.give(P, sides.events_of(F))
    sides.give(F, receipts_of(sides, P))
    waited = known_of(sides).waiting

    taken = open_with_another_key(sides)
    rejected = journal_in(newest_receipt(sides, P)).rejected
    told = sides.give(F, receipts_of(sides, P))

    assert waited == (1, 2)
    letters = [(each.topic, each.offset, each.number, each.reason) for each in taken.dead_letters]
    assert letters == [(CLUES, n - 1, n, Reason.PART_UNREADABLE) for n in (1, 2)]
    assert {(each.number, each.reason) for each in rejected} == {(n, Reason.PART_UNREADABLE) for n in (1, 2)}
    assert [receipt.halted for receipt in told.receipts] == [[]]
    for role in Role:
        with sides.side(role).store.reading() as transaction:
            found = [(each.outcome, each.void) for each in worklist.chain(transaction, clue_id)]
            assert found == [("void", REJECTED_ITSELF)] * 2
            assert waiting(transaction) == []
    assert len(sides.digests(clue_id)) == 1
    with sides.federation.store.reading() as transaction:
        assert rows(transaction, f"SELECT number FROM outbox WHERE topic = '{CLUES}' AND held_at IS NOT NULL") == []


def test_it_is_rejected_once(sides: TwoSides) -> None:
    """Sent again it has no effect, and nothing is left to be read."""
    sides.transfer()
    sides.give(P, sides.events_of(F))
    open_with_another_key(sides)

    again = sides.give(P, [replace(each, offset=7) for each in sides.events_of(F)])

    assert (again.repeated, again.dead_letters) == (1, [])
    procuratorate = sides.procuratorate
    with procuratorate.store.transaction() as transaction:
        assert procuratorate.batches().reopen(transaction) == Taken()
        assert rows(transaction, "SELECT * FROM unread_record") == []


def test_what_can_be_read_leaves_nothing_to_reject(sides: TwoSides) -> None:
    """The usual end of waiting."""
    sides.transfer()
    sides.give(P, sides.events_of(F))
    with sides.procuratorate.store.reading() as transaction:
        before = rows(transaction, "SELECT count(*) FROM unread_record")

    taken = sides.give(P, sides.keys_of(F))

    assert [each.outcome for each in taken.placements] == ["applied"]
    with sides.procuratorate.store.reading() as transaction:
        assert (before, rows(transaction, "SELECT count(*) FROM unread_record")) == ([(1,)], [(0,)])


def test_no_more_than_the_poison_cap_at_once(sides: TwoSides) -> None:
    """So many of one journal are rather our fault than the sender's: it stops, and the rest waits for a person."""
    for _ in range(POISON_CAP + 1):
        sides.transfer()
    sides.give(P, sides.events_of(F))
    taken = open_with_another_key(sides)
    procuratorate = sides.procuratorate
    with procuratorate.store.transaction() as transaction:
        stopped = journal_stops.stopped(transaction)
        left = len(waiting(transaction))
        untouched = procuratorate.batches().reopen(transaction)
        journal_stops.let_go_on(transaction, CLUES)
        rest = procuratorate.batches().reopen(transaction)

    assert (len(taken.dead_letters), taken.stopped, left) == (POISON_CAP, [CLUES], 1)
    assert {topic: each.reason for topic, each in stopped.items()} == {CLUES: Stop.POISON_CAP}
    assert (untouched, len(rest.dead_letters)) == (Taken(), 1)

"""
What stands in our journals that we did not write: named, ruled, numbered. On SQLite and on PostgreSQL.
"""

from secrets import token_bytes

from clue_exchange import forgeries
from clue_exchange.forgeries import Forgery, Ruling
from clue_exchange.journals import Gap, read_position
from clue_exchange.last_copy import MARK_BYTES, note_start, worked_here_last
from clue_exchange.renumbering import move_behind
from schemas.codes import Role
from tests.two_sides import FEDERATION, TwoSides, rows

CLUES = f"{FEDERATION}.clues"
ALL = 2**53


def named(sides: TwoSides, number: int) -> Forgery:
    return Forgery(CLUES, number, bytes([number]) * 32, number, sides.clock())


def test_a_forgery_stays_named_since_it_was_found_and_only_what_stands_counts(sides: TwoSides) -> None:
    """A later ruling takes the place of an earlier one."""
    ours = sides.transfer()
    found = named(sides, 2)
    with sides.federation.store.transaction() as transaction:
        forgeries.note(transaction, [found])
        sides.clock.forward(hours=1)
        forgeries.settle(transaction, [named(sides, 2), named(sides, 3)], Ruling.REFUSED, sides.clock())
        refused = forgeries.bodies(transaction, CLUES, 0, ALL)
        (stands,) = forgeries.settle(transaction, [named(sides, 2)], Ruling.STANDS, sides.clock())
        listed = forgeries.listed(transaction)

        assert refused == {1: ours.hash}
        assert forgeries.bodies(transaction, CLUES, 0, ALL) == {1: ours.hash, 2: found.hash}
        assert forgeries.bodies(transaction, CLUES, 1, 2) == {2: found.hash}
        assert stands.noted_at == found.noted_at
        assert [(each.number, each.ruling) for each in listed] == [(2, Ruling.STANDS), (3, Ruling.REFUSED)]
        assert forgeries.settled(transaction, CLUES) == {(2, found.hash), (3, named(sides, 3).hash)}


def test_an_event_that_gives_up_its_number_stays_the_same_event(sides: TwoSides) -> None:
    """Signed anew under the next number, it arrives and takes its place; its old number is missing there."""
    first, second = sides.transfer(), sides.transfer()
    with sides.federation.store.transaction() as transaction:
        move_behind(transaction, sides.federation.outbox, CLUES, [first.number])

    taken = sides.give(Role.procuratorate, sides.sent_by(Role.federation))

    assert {placed.outcome for placed in taken.placements} == {"applied"}
    with sides.procuratorate.store.reading() as transaction:
        held = rows(transaction, "SELECT number, hash FROM event ORDER BY number")
        assert [(number, bytes(hash_)) for number, hash_ in held] == [(2, second.hash), (3, first.hash)]  # type: ignore[call-overload]  # a row of anything
        assert read_position(transaction, CLUES).gaps == (Gap(1, 1),)
    assert len(sides.digests(first.envelope.clue_id)) == 1


def test_an_older_copy_is_told_from_the_database_that_worked_last(sides: TwoSides) -> None:
    """By a mark that is in the vault too, and changes with each start; a vault that was lost knows none."""
    store, vault = sides.federation.store, sides.federation.vault
    never = worked_here_last(store, vault)
    note_start(store, vault)
    now = worked_here_last(store, vault)
    with store.reading() as transaction:
        ((older,),) = rows(transaction, "SELECT mark FROM last_start")
    note_start(store, vault)

    assert (never, now, worked_here_last(store, vault)) == (False, True, True)
    assert vault.mark() != older
    vault.set_mark(bytes(older))  # type: ignore[call-overload]  # a row of anything
    assert not worked_here_last(store, vault)


def test_a_start_that_is_cut_off_leaves_no_older_copy(sides: TwoSides) -> None:
    """The vault has the next mark and the last one before the database changes: a kill in between decides nothing."""
    store, vault = sides.federation.store, sides.federation.vault
    note_start(store, vault)
    last = vault.mark() or b""
    vault.set_mark(token_bytes(MARK_BYTES) + last)

    assert worked_here_last(store, vault)
    vault.set_mark(token_bytes(MARK_BYTES))
    assert not worked_here_last(store, vault)

"""
What stands in our journals that we did not write: named, ruled, numbered. On SQLite and on PostgreSQL.
"""

from secrets import token_bytes

import pytest

from clue_exchange import forgeries
from clue_exchange.errors import CommandRefused
from clue_exchange.forgeries import Forgery, Ruling
from clue_exchange.journals import Gap, read_position
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.last_copy import MARK_BYTES, note_start, worked_here_last
from clue_exchange.renumbering import move_behind, skipped
from clue_exchange.signing import PublicKey
from consumers.first_records import believed
from schemas.codes import Role
from schemas.envelope import Record, signed_bytes
from schemas.receipt import JournalReceipt, empty_journal_hash, journal_hash
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


def told(*hashes: bytes) -> JournalReceipt:
    """A receipt of a journal that holds these bodies, from number 1 on."""
    whole = journal_hash(empty_journal_hash(CLUES), hashes)
    return JournalReceipt(topic=CLUES, held_up_to=len(hashes), hash=whole, highest=len(hashes))


def test_the_hash_of_the_receipt_says_whether_a_revoked_key_was_still_believed(sides: TwoSides) -> None:
    """It was, it was not, and neither can be: then nothing is settled."""
    genuine, (old, *_) = sides.transfer(), sides.ceremony.keys[Role.federation].signing
    new = PrivateKeys.generate().signing[0]
    sources = sides.events_of(Role.federation)
    for key, body in ((old, b"the thief's"), (new, b"ours")):
        signature = key.private.sign(signed_bytes(CLUES, 2, body))
        record = Record(number=2, body=body, key_id=key.key_id, signature=signature)
        sources.append(ReceivedRecord(CLUES, 0, len(sources), b"key", record.to_value(), (), 0))
    thief, ours = (Record.from_value(each.value or b"").body_hash for each in sources[1:])
    keys = [PublicKey(old.key_id, CLUES, old.public, 1, 1), PublicKey(new.key_id, CLUES, new.public, 2)]
    mine = {1: genuine.hash, 2: ours}

    assert believed(sources, keys, told(genuine.hash, thief), mine).first[2].hash == thief
    assert believed(sources, keys, told(genuine.hash, ours), mine).first[2].hash == ours
    assert believed(sources[1:], keys, told(genuine.hash, ours), mine).first[2].hash == ours
    with pytest.raises(CommandRefused, match="up to number 3 is not"):
        believed(sources, keys, told(genuine.hash, thief, ours), mine)


def test_skipped_numbers_are_counted_however_many_there_are() -> None:
    """A thief may write under the highest number that there is."""
    assert skipped([4, 1], 6) == [range(2, 4), range(5, 7)]
    assert skipped([1, ALL], ALL) == [range(2, ALL)]
    assert skipped([], 0) == skipped([1, 2], 2) == []

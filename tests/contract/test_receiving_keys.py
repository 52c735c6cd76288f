"""
Receiving keys change in mid-stream and no data key is lost. On SQLite and on PostgreSQL.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from clue_exchange.errors import CommandRefused, KeysUnavailable
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys import missing_keys
from clue_exchange.keys.receiving_rotation import ReceivingRotation
from clue_exchange.tables import CLUE, OUTBOX
from console.wiring import Agency
from schemas.clue_events import ErasureConfirmed, ErasureRequested
from schemas.codes import Role
from schemas.envelope import Record
from schemas.key_record import KeyKind, KeyRecord
from tests.builders import an_event
from tests.key_steps import key_file, publish, relayed, restarted
from tests.two_sides import PROCURATORATE, TwoSides, rows

F, P = Role.federation, Role.procuratorate


def rotation(agency: Agency) -> ReceivingRotation:
    return ReceivingRotation(agency.settings.agency, agency.store, agency.outbox)


def announce(sides: TwoSides) -> TwoSides:
    """The procuratorate makes a new receiving key; its node begins with it, and announces it."""
    rotation(sides.procuratorate).make(key_file(sides.procuratorate))
    begun = restarted(sides, P)
    with begun.procuratorate.store.transaction() as transaction:
        assert begun.procuratorate.keyring.announce(transaction) is not None
    return begun


def keys_in(records: list[ReceivedRecord]) -> list[KeyRecord]:
    """The data keys in these records."""
    read = [KeyRecord.from_body(Record.from_value(each.value or b"").body) for each in records]
    return [each for each in read if each.kind in (KeyKind.facts, KeyKind.person)]


def wrapped_for(records: list[ReceivedRecord]) -> set[str]:
    """For which receiving keys of the procuratorate they are wrapped."""
    return {
        wrap.receiving_key_id for each in keys_in(records) for wrap in each.wraps if wrap.recipient == PROCURATORATE
    }


def opened(sides: TwoSides) -> int:
    """How many data keys the procuratorate has that it can use."""
    agency = sides.procuratorate
    with agency.store.reading() as transaction:
        known = {str(key_id) for (key_id,) in rows(transaction, "SELECT key_id FROM data_key")}
        return len(agency.keyring.open_keys(transaction, known))


def without_database(sides: TwoSides, folder: Path) -> TwoSides:
    """The procuratorate's database and vault are lost; its key file is there."""
    old = sides.procuratorate
    settings = old.settings.model_copy(update={"database": f"sqlite:///{folder}/new.db", "vault": None})
    begun = Agency.assemble(settings, key_file(old).read(), sides.ceremony.signed, old.clock)
    old.close()
    return replace(sides, procuratorate=begun)


def numbered(records: list[ReceivedRecord]) -> list[ReceivedRecord]:
    return [replace(each, offset=offset) for offset, each in enumerate(records)]


@pytest.fixture
def before(kept: TwoSides) -> TwoSides:
    """Two clues, of which the procuratorate has the keys: of the facts, and of each woman."""
    for _ in range(2):
        kept.transfer()
    kept.give(P, relayed(kept.federation))
    assert opened(kept) == 3
    return kept


def test_all_data_keys_are_wrapped_anew_for_a_new_receiving_key(before: TwoSides) -> None:
    """Those that were published before and those that come; who holds the old key as well lacks none of them."""
    sides = announce(before)
    (old, new) = sides.procuratorate.keys.receiving
    taken = sides.give(F, sides.keys_of(P))
    sides.transfer()
    sent = sides.keys_of(F)
    got = sides.give(P, sides.sent_by(F))

    assert taken.wrapped_anew == 3
    assert (len(keys_in(sent)), wrapped_for(sent)) == (4, {new.key_id})
    assert (got.dead_letters, opened(sides)) == ([], 4)
    assert sides.procuratorate.keys.receiving_key(old.key_id) is not None
    assert sides.give(F, [replace(each, offset=9) for each in sides.keys_of(P)]).wrapped_anew == 0
    sides.procuratorate.close()


def test_what_was_under_way_for_the_old_key_is_read(before: TwoSides) -> None:
    """The counterpart has not heard of the new one yet."""
    sides = announce(before)
    sides.transfer()
    got = sides.give(P, sides.sent_by(F))

    assert wrapped_for(sides.keys_of(F)) == {sides.procuratorate.keys.receiving[0].key_id}
    assert ([each.outcome for each in got.placements], opened(sides)) == (["applied"], 4)
    sides.procuratorate.close()


def test_an_old_key_is_destroyed_when_nothing_is_wrapped_for_it_alone(before: TwoSides) -> None:
    """Refused before; afterwards a process begins without it, though the agreement names it."""
    sides = announce(before)
    old, new = (key.key_id for key in sides.procuratorate.keys.receiving)
    rotating, file = rotation(sides.procuratorate), key_file(sides.procuratorate)
    with pytest.raises(CommandRefused, match="does not hold the announcement"):
        rotating.retire(file, old)
    sides.give(F, relayed(sides.procuratorate))
    with pytest.raises(CommandRefused, match="3 data keys are wrapped for"):
        rotating.retire(file, old)
    with pytest.raises(CommandRefused, match="no old receiving key"):
        rotating.retire(file, new)
    sides.give(P, sides.sent_by(F))

    rotating.retire(file, old)
    begun = restarted(sides, P)

    assert ([key.key_id for key in begun.procuratorate.keys.receiving], begun.procuratorate.keys.retired) == (
        [new],
        (old,),
    )
    assert opened(begun) == 3
    begun.procuratorate.close()


def test_a_lost_database_is_filled_from_records_that_were_wrapped_anew(before: TwoSides, tmp_path: Path) -> None:
    """The older ones, which Kafka has not let go of yet, are no dead letters; the newer ones open."""
    stream = stored(before.federation)
    sides = announce(before)
    sides.give(F, relayed(sides.procuratorate))
    stream += stored(sides.federation)
    sides.give(P, sides.sent_by(F))
    rotation(sides.procuratorate).retire(key_file(sides.procuratorate), sides.procuratorate.keys.receiving[0].key_id)
    begun = without_database(sides, tmp_path)

    first = begun.give(P, numbered(stream[:3]))
    with begun.procuratorate.store.transaction() as transaction:
        wanted = len(missing_keys.listed(transaction, 10))
    then = begun.give(P, numbered(stream)[3:])
    with begun.procuratorate.store.transaction() as transaction:
        left = missing_keys.listed(transaction, 10)

    assert (first.dead_letters, wanted, first.repeated) == ([], 3, 3)
    assert (then.dead_letters, left, opened(begun)) == ([], [], 3)
    begun.procuratorate.close()


def stored(agency: Agency) -> list[ReceivedRecord]:
    """The key records in the outbox, sent or not, in their order."""
    with agency.store.reading() as transaction:
        of_keys = select(OUTBOX).where(OUTBOX.c.topic.endswith(".keys")).order_by(OUTBOX.c.number)
        found = transaction.execute(of_keys).all()
        return [ReceivedRecord(r.topic, 0, r.number - 1, r.key, r.value, (), 0) for r in found]


def test_a_process_that_does_not_hold_the_new_key_stops_and_says_so(before: TwoSides) -> None:
    """Nothing is a dead letter, and the position stays: it must begin anew with the key file."""
    old = before.procuratorate
    rotation(old).make(key_file(old))
    begun = Agency.open(old.settings, old.clock)
    with begun.store.transaction() as transaction:
        begun.keyring.announce(transaction)
    before.give(F, before.keys_of(P))

    with pytest.raises(KeysUnavailable, match="start it again"):
        before.give(P, before.keys_of(F))

    with old.store.reading() as transaction:
        assert old.dead_letters.count(transaction) == 0
    taken = replace(before, procuratorate=begun).give(P, before.keys_of(F))
    assert taken.dead_letters == []
    begun.close()


def test_after_a_receiving_key_was_lost_everything_is_wrapped_for_another(before: TwoSides, tmp_path: Path) -> None:
    """Its key file and database are gone, an old copy of the file is there: lost is said, a new key is announced."""
    copy = key_file(before.procuratorate).read()
    sides = announce(before)
    lost = sides.procuratorate.keys.receiving[1].key_id
    sides.give(F, relayed(sides.procuratorate))
    relayed(sides.federation)
    file = key_file(sides.procuratorate)
    with pytest.raises(CommandRefused, match="no receiving key of this agency that is lost"):
        rotation(sides.procuratorate).give_up(file, lost)
    file.write(copy)

    rotation(sides.procuratorate).give_up(file, lost)
    found = announce(sides)
    found.procuratorate.vault.destroy(found.procuratorate.vault.key_ids())
    found.give(F, found.keys_of(P))
    found.give(P, found.keys_of(F))

    assert opened(found) == 3
    assert lost in found.procuratorate.keys.retired
    found.procuratorate.close()


def test_the_key_of_an_erased_person_is_not_wrapped_again(before: TwoSides) -> None:
    """She is dead for every key."""
    with before.federation.store.reading() as transaction:
        clue_id = transaction.execute(select(CLUE.c.clue_id).limit(1)).scalar_one()
    before.procuratorate.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    before.exchange()
    before.federation.federation().confirm_erasure(clue_id, an_event(ErasureConfirmed))
    sides = announce(before)

    assert sides.give(F, sides.keys_of(P)).wrapped_anew == 2
    sides.procuratorate.close()


def test_a_receiving_key_under_a_false_id_is_a_dead_letter(before: TwoSides) -> None:
    """An id is made from its key."""
    stranger = KeyRecord(kind=KeyKind.receiving, key_id="recv-of-nobody", public_key=bytes(32))

    taken = before.give(F, [publish(before.procuratorate, stranger)])

    assert [letter.reason for letter in taken.dead_letters] == ["key_reused"]
    assert taken.wrapped_anew == 0

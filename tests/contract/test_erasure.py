"""
What erasing a person promises, on SQLite and on PostgreSQL: her data die on both sides, the proof of the case lives.
"""

import io
import sqlite3
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from clue_exchange.access_log import AccessLog
from clue_exchange.errors import CommandRefused, KeysUnavailable
from clue_exchange.keys import missing_keys
from clue_exchange.logs import json_log
from clue_exchange.people.access_entries import Subject
from clue_exchange.people.permissions import Officer, OfficerRole, Purpose
from consumers import worklist
from consumers.particulars import open_particulars
from consumers.receive import stored_event
from schemas.clue_events import (
    ClueAccepted,
    ClueSupplemented,
    ClueTransferred,
    ConsentWithdrawn,
    ErasureConfirmed,
    ErasureRequested,
)
from schemas.codes import Role
from schemas.event import PersonKey
from schemas.particulars import Particulars
from tests.builders import an_event
from tests.two_sides import TwoSides, rows

HER: PersonKey = (Role.federation, 1)
HANDLER = Officer("officer-7", OfficerRole.officer)


def opened(sides: TwoSides, role: Role, clue_id: UUID) -> Particulars:
    """What an officer of a side reads of her."""
    agency = sides.side(role)
    subject = Subject(clue_id=clue_id, person=HER)
    log = AccessLog(agency.store, sides.clock)
    with log.opening(HANDLER, subject, Purpose.handling) as permit, agency.store.reading() as transaction:
        return open_particulars(transaction, agency.ledger, agency.keyring, clue_id, HER, permit)


def erase(sides: TwoSides, clue_id: UUID) -> None:
    """Asked by the procuratorate, confirmed by the federation, known to both."""
    sides.procuratorate.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    sides.exchange()
    sides.federation.federation().confirm_erasure(clue_id, an_event(ErasureConfirmed))
    sides.exchange()


def test_both_sides_read_what_was_told_of_her_after_an_entry_in_the_log(sides: TwoSides) -> None:
    """The newest statement of each field; what is not told again stays."""
    clue_id = sides.transfer().envelope.clue_id
    told = {HER: Particulars(phone="19900000001")}
    sides.federation.federation().supplement(clue_id, an_event(ClueSupplemented), told)
    sides.exchange()

    read = {role: opened(sides, role, clue_id) for role in Role}

    assert read[Role.federation] == read[Role.procuratorate]
    assert (read[Role.federation].name, read[Role.federation].phone) == ("欧阳金丝雀", "19900000001")
    for role in Role:
        with sides.side(role).store.reading() as transaction:
            assert rows(transaction, "SELECT count(*) FROM access_log WHERE act = 'open-particulars'") == [(1,)]


def test_after_an_erasure_nothing_of_her_can_be_opened_and_both_views_are_equal(sides: TwoSides) -> None:
    """Her key is dead on both sides; the chain stands."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()

    erase(sides, clue_id)

    assert len(sides.digests(clue_id)) == 1
    for role in Role:
        agency = sides.side(role)
        with pytest.raises(CommandRefused, match="erased"):
            opened(sides, role, clue_id)
        with agency.store.reading() as transaction:
            (person_key,) = rows(transaction, "SELECT key_id FROM data_key WHERE destroyed_at IS NOT NULL")
            assert worklist.outcomes(transaction)["applied"] == 3
        assert agency.vault.get([str(person_key[0])]) == {}


def test_the_originator_tombstones_her_key_once_both_have_destroyed_it(sides: TwoSides) -> None:
    """And keeps no copy of the record that carried it."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    erase(sides, clue_id)

    tombstones = [record for record in sides.keys_of(Role.federation) if record.value is None]
    with sides.federation.store.reading() as transaction:
        buried = "SELECT key FROM outbox WHERE value IS NULL"
        kept = rows(transaction, f"SELECT number FROM outbox WHERE key IN ({buried})")

    assert len(tombstones) == 1
    assert len(kept) == 1
    assert sides.give(Role.procuratorate, tombstones).dead_letters == []


def test_the_tombstone_is_written_once_more_a_day_later(sides: TwoSides) -> None:
    """Kafka closes the segment that still has her key only when it writes again."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    erase(sides, clue_id)
    written = []
    for _ in range(4):
        sides.federation.housekeeping(json_log(io.StringIO())).do_once()
        written.append(max(record.offset for record in sides.keys_of(Role.federation)))
        sides.clock.forward(hours=13)

    assert written[0] == written[1]
    assert written[2] == written[3] == written[1] + 1


def test_a_tombstone_without_an_erasure_destroys_nothing_and_alarms(sides: TwoSides) -> None:
    """It carries no signature: the operator of the cluster could have written it."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    key = next(record for record in sides.keys_of(Role.federation) if (record.key or b"").startswith(b"person-"))

    taken = sides.give(Role.procuratorate, [replace(key, value=None, offset=99)])

    assert [letter.is_alert for letter in taken.dead_letters] == [True]
    assert opened(sides, Role.procuratorate, clue_id).name == "欧阳金丝雀"


def test_her_key_record_replayed_after_the_erasure_does_not_bring_her_back(sides: TwoSides) -> None:
    """Dead is dead, also for a key that arrives for the first time after the order."""
    clue_id = sides.transfer().envelope.clue_id
    keys = sides.keys_of(Role.federation)
    sides.exchange()
    erase(sides, clue_id)

    sides.give(Role.procuratorate, [replace(record, offset=50 + n) for n, record in enumerate(keys)])

    with pytest.raises(CommandRefused, match="erased"):
        opened(sides, Role.procuratorate, clue_id)


def test_nothing_more_can_be_told_of_an_erased_person(sides: TwoSides) -> None:
    """A later statement would have no key to die with."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    erase(sides, clue_id)

    with pytest.raises(KeysUnavailable, match="erased"):
        sides.federation.federation().supplement(clue_id, an_event(ClueSupplemented), {HER: Particulars(phone="1")})


def test_a_restart_after_a_kill_buries_what_is_marked_dead(sides: TwoSides) -> None:
    """The mark commits with the event; the key itself dies right after, or at the next start."""
    clue_id = sides.transfer().envelope.clue_id
    agency = sides.federation
    with agency.store.transaction() as transaction:
        agency.keyring.destroy(transaction, clue_id, [HER])

    with agency.store.reading() as transaction:
        first, second = agency.keyring.bury(transaction), agency.keyring.bury(transaction)

    assert (first, second) == (1, 0)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # PostgreSQL: pg_dump, see docs/security.md
def test_a_backup_of_the_main_database_cannot_open_her(sides: TwoSides, tmp_path: Path) -> None:
    """Backups leave the vault out: what was told is there, sealed, and no key for it."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    source = sqlite3.connect(tmp_path / "agency.db")
    source.execute("VACUUM INTO ?", (str(tmp_path / "backup.db"),))
    source.close()
    erase(sides, clue_id)
    keys = sides.federation.keys

    for held in (b"key_material", keys.table_key, keys.index_key):
        assert held not in (tmp_path / "backup.db").read_bytes()
    with sides.federation.store.reading() as transaction:
        ((topic, value), *_) = sides.federation.ledger.applied_records(transaction, clue_id)
    part = stored_event(topic, value).envelope.particulars[0].part
    assert sides.federation.vault.get([part.key_id]) == {}


def test_consent_that_was_withdrawn_masks_her_on_both_sides(sides: TwoSides) -> None:
    """Processing goes on only until it can be ended."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted))
    sides.federation.federation().withdraw_consent(clue_id, an_event(ConsentWithdrawn))
    sides.exchange()

    for role in Role:
        with pytest.raises(CommandRefused, match="consent"):
            opened(sides, role, clue_id)


def test_the_same_number_is_found_in_another_clue_and_nothing_is_done_about_it(sides: TwoSides) -> None:
    """Each side finds it by an index of its own; the two indexes have nothing in common."""
    number = "11010519491231002X"
    told = [Particulars(name="欧阳金丝雀", id_number=number), Particulars(name="乙某", id_number="110105491231002")]
    clues = [sides.federation.federation().transfer(an_event(ClueTransferred), {HER: each}) for each in told]
    sides.exchange()

    tokens = {}
    for role in Role:
        agency = sides.side(role)
        with agency.store.reading() as transaction:
            found = agency.index.same_persons(transaction, clues[0].envelope.clue_id)
            tokens[role] = {row[0] for row in rows(transaction, "SELECT token FROM person_index")}
        assert [each.clue_id for each in found] == [clues[1].envelope.clue_id]
    assert not tokens[Role.federation] & tokens[Role.procuratorate]


def test_the_key_of_an_erased_person_is_asked_for_no_more(sides: TwoSides) -> None:
    """It never came, as after a rebuild when compaction has taken it; no receipt names it from then on."""
    clue_id = sides.transfer().envelope.clue_id
    sent = sides.sent_by(Role.federation)
    sides.give(Role.procuratorate, [each for each in sent if not (each.key or b"").startswith(b"person-")])
    agency = sides.procuratorate
    with agency.store.transaction() as transaction:
        before = missing_keys.listed(transaction, 10)
    agency.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))

    with agency.store.transaction() as transaction:
        after = missing_keys.listed(transaction, 10)

    assert [key_id[:7] for key_id in before] == ["person-"]
    assert after == []

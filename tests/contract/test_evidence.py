"""
What an evidence pack promises: anybody verifies it offline with public keys alone. On SQLite and on PostgreSQL.
"""

import base64
from pathlib import Path

import pytest

from clue_exchange.errors import CommandRefused
from clue_exchange.evidence.check import verify_bytes, verify_pack
from clue_exchange.evidence.faults import WORDS, Fault
from clue_exchange.evidence.keys import Trust
from clue_exchange.evidence.pack import Exporter, export_pack
from console.evidence_words import CHINESE_FAULTS
from schemas.clue_events import ClueAccepted, ClueSupplemented, ErasureConfirmed, ErasureRequested
from schemas.codes import Role
from tests.builders import A_UUID, an_event
from tests.evidence_steps import a_clue_of_four, announce, events_in, faults, members_of, pack_of
from tests.key_steps import forged, key_file, relayed, restarted, rotate, rotation
from tests.two_sides import FEDERATION, HER_PARTICULARS, PROCURATORATE, TwoSides, a_ceremony

TYPES = ["ClueTransferred", "ClueReturned", "ClueSupplemented", "ClueAccepted"]


def trust_in(sides: TwoSides) -> Trust:
    """The agreement that both have on paper."""
    return Trust((sides.ceremony.signed,))


@pytest.mark.parametrize("role", list(Role))
def test_a_pack_of_either_side_verifies(sides: TwoSides, role: Role) -> None:
    """With the agreement that is known from elsewhere, and with nothing."""
    data = pack_of(sides, a_clue_of_four(sides), role)

    for trust in (trust_in(sides), Trust()):
        verdict = verify_bytes(data, trust)
        assert verdict.findings == []
        assert verdict.is_anchored is trust.is_given
        assert [link.event.envelope.event_type for link in verdict.links] == TYPES
        assert not any(link.is_concurrent for link in verdict.links)
        assert verdict.receipts == 0
        assert [agency for agency, _ in verdict.roots] == [FEDERATION, PROCURATORATE]


def test_the_same_ledger_gives_the_same_bytes_and_both_sides_have_the_same_events(sides: TwoSides) -> None:
    """No time, no chance: packs can be compared byte by byte."""
    clue_id = a_clue_of_four(sides)
    first, second, theirs = (
        pack_of(sides, clue_id),
        pack_of(sides, clue_id),
        pack_of(sides, clue_id, Role.procuratorate),
    )

    ours = members_of(first)
    assert first == second
    assert len(events_in(ours)) == 4
    assert {name: ours[name] for name in events_in(ours)} == {
        name: data for name, data in members_of(theirs).items() if name.startswith("events/")
    }


def test_a_pack_holds_nothing_in_clear_and_no_private_key(sides: TwoSides) -> None:
    """Parts stay sealed; the keys in it are public ones."""
    data = pack_of(sides, a_clue_of_four(sides))

    (told,) = HER_PARTICULARS.values()
    for secret in (told.name or "", told.narrative or "", "officer-"):
        assert secret.encode() not in data
    for keys in sides.ceremony.keys.values():
        signing = (key.private.private_bytes_raw() for key in keys.signing)
        receiving = (key.private.private_bytes_raw() for key in keys.receiving)
        for key in (*signing, *receiving, keys.table_key, keys.index_key):
            assert key not in data
            assert base64.b64encode(key) not in data


def test_a_pack_of_a_clue_with_an_erased_person_verifies(sides: TwoSides) -> None:
    """Her key was never needed; what is exported after the erasure opens for nobody."""
    clue_id = a_clue_of_four(sides)
    before = pack_of(sides, clue_id)
    sides.procuratorate.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    sides.exchange()
    sides.federation.federation().confirm_erasure(clue_id, an_event(ErasureConfirmed))
    sides.exchange()
    after = verify_bytes(pack_of(sides, clue_id), trust_in(sides))

    assert faults(before) == set()
    assert after.findings == []
    assert [link.event.envelope.event_type for link in after.links][4:] == ["ErasureRequested", "ErasureConfirmed"]


def test_events_that_had_not_seen_each_other_are_told_to_be_concurrent(sides: TwoSides) -> None:
    """Their order depends on facts, which stay sealed."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.clock.forward(hours=1)
    sides.federation.federation().supplement(clue_id, an_event(ClueSupplemented))
    sides.clock.forward(hours=1)
    sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted))
    sides.exchange()

    verdict = verify_bytes(pack_of(sides, clue_id))

    assert verdict.findings == []
    assert [link.is_concurrent for link in verdict.links] == [False, False, True]


def test_a_predecessor_that_never_arrived_is_named(sides: TwoSides) -> None:
    """The pack says what the ledger holds, and what it lacks."""
    clue_id = sides.transfer().envelope.clue_id
    sides.federation.federation().supplement(clue_id, an_event(ClueSupplemented))
    key_records, events = sides.keys_of(Role.federation), sides.events_of(Role.federation)
    sides.give(Role.procuratorate, [*key_records, *events[1:]])

    data = pack_of(sides, clue_id, Role.procuratorate)

    assert faults(data) == {(f"events/{FEDERATION}.clues/{2:016d}.record", Fault.NO_PREDECESSOR)}


def test_keys_that_rotated_are_proven_by_their_records(sides: TwoSides, tmp_path: Path) -> None:
    """From the key in the agreement to the new one, by a record that the old one signed; nothing else is trusted."""
    sides.write_files(tmp_path)
    clue_id = a_clue_of_four(sides)
    new = rotate(sides.federation)
    stream = relayed(sides.federation)
    begun = restarted(sides)
    begun.federation.federation().supplement(clue_id, an_event(ClueSupplemented))
    without = pack_of(begun, clue_id, Role.procuratorate)
    announce(begun, stream)
    data = pack_of(begun, clue_id)
    begun.federation.close()

    supplement = f"events/{FEDERATION}.clues/{3:016d}.record"
    assert verify_bytes(data, trust_in(sides)).findings == []
    assert new.key.key_id.encode() in members_of(data)[supplement]
    assert supplement not in members_of(without)
    assert any(name.startswith(f"keys/{FEDERATION}.keys/") for name in members_of(data))


def test_what_a_revoked_key_signed_later_is_named_and_what_it_signed_before_holds(
    sides: TwoSides, tmp_path: Path
) -> None:
    """A thief's record under a free number, put into the ledger by whoever can write there."""
    sides.write_files(tmp_path)
    clue_id = a_clue_of_four(sides)
    thief = sides.ceremony.keys[Role.federation].signing[0]
    rotate(sides.federation)
    stream = relayed(sides.federation)
    begun = restarted(sides)
    rotation(begun.federation).revoke(thief.key_id, key_file(begun.federation).read())
    stream += relayed(begun.federation)
    announce(begun, stream)
    begun.federation.federation().supplement(clue_id, an_event(ClueSupplemented))
    honest = pack_of(begun, clue_id)
    topic = f"{FEDERATION}.clues"
    genuine = next(each for each in stream if each.topic == topic)
    with begun.federation.store.transaction() as transaction:
        value = forged(topic, 3, genuine, thief).value
        transaction.exec_driver_sql("DELETE FROM event WHERE event_type = 'ClueSupplemented' AND number = 3")
        held = "UPDATE event SET number = 3, record = {} WHERE event_type = 'ClueTransferred'"
        marker = "?" if begun.federation.store.is_sqlite else "%s"
        transaction.exec_driver_sql(held.format(marker), (value,))
    data = pack_of(begun, clue_id)
    begun.federation.close()

    assert faults(honest, trust_in(sides)) == set()
    assert (f"events/{topic}/{3:016d}.record", Fault.NOT_PROVEN) in faults(data)


def test_a_pack_is_not_believed_by_another_agreement_or_key(sides: TwoSides) -> None:
    """Whoever makes a whole pack anew, keys and agreement too, is found out by what the reader knows."""
    data = pack_of(sides, a_clue_of_four(sides))
    keys = sides.ceremony.keys
    ids = {role: keys[role].signing[0].key_id for role in Role}
    agreement = f"agreements/{1:07d}/agreement.json"

    assert (agreement, Fault.AGREEMENT) in faults(data, Trust((a_ceremony().signed,)))
    assert (agreement, Fault.NOT_TRUSTED) in faults(data, Trust(key_ids=frozenset({ids[Role.federation]})))
    assert faults(data, Trust(key_ids=frozenset(ids.values()))) == set()


def test_a_pack_is_a_new_file_of_its_owners_alone(sides: TwoSides, tmp_path: Path) -> None:
    """Evidence is not written over evidence; a clue that is not known has none."""
    agency, file = sides.federation, tmp_path / "evidence.zip"
    clue_id = a_clue_of_four(sides)
    by = Exporter(FEDERATION, agency.keys, agency.agreements)
    with agency.store.reading() as transaction:
        export_pack(file, transaction, clue_id, by)
        with pytest.raises(CommandRefused, match="exists already"):
            export_pack(file, transaction, clue_id, by)
        with pytest.raises(CommandRefused, match="no clue"):
            export_pack(tmp_path / "other.zip", transaction, A_UUID, by)

    assert file.stat().st_mode & 0o777 == 0o600
    assert verify_pack(file).holds
    with pytest.raises(CommandRefused):
        verify_pack(tmp_path / "other.zip")


def test_every_fault_has_its_words_in_both_languages() -> None:
    """Tables, so that none is forgotten."""
    assert set(WORDS) == set(CHINESE_FAULTS) == set(Fault)

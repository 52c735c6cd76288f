"""
Nothing in an evidence pack can be changed, taken away, added or moved without being named.
"""

import pytest

from clue_exchange.evidence.faults import Fault
from clue_exchange.evidence.format import KEYS, MANIFEST, RANGES, SIGNATURE, agreement_name, record_name
from clue_exchange.evidence.pack_file import write_members
from clue_exchange.keys.keystore import PrivateKeys
from schemas.envelope import Record
from tests.evidence_steps import CLUES, Exported, envelope_in, events_in, faults, flipped, signed_record
from tests.key_steps import announcement, revocation
from tests.two_sides import FEDERATION, PROCURATORATE, a_ceremony

AGREEMENT = agreement_name(1)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return Exported.in_folder(tmp_path_factory.mktemp("evidence"))


@pytest.mark.slow
def test_no_byte_of_a_member_can_be_changed_by_the_exporting_agency(pack: Exported) -> None:
    """It writes manifest and signature anew; records and agreement are signed by both."""
    unnamed = []
    for name in pack.members.keys() - {MANIFEST, SIGNATURE}:
        for place in range(len(pack.members[name])):
            found = pack.forged({**pack.members, name: flipped(pack.members[name], place)})
            beside = AGREEMENT if name.startswith("agreements/") else name
            if not {name, beside} & {member for member, _ in found}:
                unnamed.append((name, place, found))

    assert unnamed == []


def test_a_member_that_was_taken_away_is_named(pack: Exported) -> None:
    """By anybody but the exporting agency: each of them."""
    for name in pack.members:
        rest = {other: data for other, data in pack.members.items() if other != name}
        assert (name, Fault.MISSING) in faults(write_members(rest))


def test_an_event_that_the_exporting_agency_leaves_out_is_missed_by_those_that_build_on_it(pack: Exported) -> None:
    """All but the end of the chain, which only the other side's pack, or a receipt, can show."""
    for name in events_in(pack.members):
        found = pack.forged({other: data for other, data in pack.members.items() if other != name})
        is_last = envelope_in(pack.members, name).event_type == "ClueAccepted"
        assert {fault for _, fault in found} == (set() if is_last else {Fault.NO_PREDECESSOR})


@pytest.mark.parametrize("name", [AGREEMENT, agreement_name(1, FEDERATION), agreement_name(1, PROCURATORATE), RANGES])
def test_what_proves_the_keys_cannot_be_left_out_even_by_the_exporting_agency(pack: Exported, name: str) -> None:
    """Without it nothing is proven."""
    found = pack.forged({other: data for other, data in pack.members.items() if other != name})

    assert {member for member, _ in found} & {AGREEMENT, RANGES}


@pytest.mark.parametrize("name", ["events/notes.txt", "receipts/a", f"events/{CLUES}/{9:016d}.record"])
def test_a_member_that_was_added_is_named(pack: Exported, name: str) -> None:
    """By anybody, and by the exporting agency."""
    members = {**pack.members, name: b"something"}

    assert (name, Fault.ADDED) in faults(write_members(members))
    assert {fault for member, fault in pack.forged(members) if member == name} <= {Fault.NAME, Fault.UNREADABLE}
    assert pack.forged(members)


def test_records_that_exchanged_places_or_signatures_are_named(pack: Exported) -> None:
    """Topic and number are under the signature, and so is every byte of the body."""
    first, second = (name for name in events_in(pack.members) if CLUES in name)
    one, other = (Record.from_value(pack.members[name]) for name in (first, second))
    exchanged = {first: pack.members[second], second: pack.members[first]}
    resigned = {first: one.model_copy(update={"signature": other.signature}).to_value()}
    other_topic = {first.replace("clues", "case-progress"): pack.members[first]}

    assert pack.forged(pack.members | exchanged) == {
        *((name, Fault.OTHER_NUMBER) for name in (first, second)),
        *((name, Fault.NO_PREDECESSOR) for name in events_in(pack.members) if name not in (first, second)),
    }
    assert (first, Fault.SIGNATURE) in pack.forged(pack.members | resigned)
    assert {fault for name, fault in pack.forged(pack.members | other_topic) if name in other_topic} == {
        Fault.SIGNATURE
    }


def test_another_agreement_in_its_place_proves_nothing(pack: Exported) -> None:
    """It is signed by both, as its own keys say; no event names it, and no record is signed by these."""
    other = a_ceremony().signed
    members = {AGREEMENT: other.agreement.canonical()}
    members |= {agreement_name(1, agency): signature for agency, signature in other.signatures.items()}
    found = pack.forged({**pack.members, **members})

    assert {(name, Fault.NOT_PROVEN) for name in events_in(pack.members)} <= found
    assert (SIGNATURE, Fault.SIGNATURE) in found


def test_agreements_are_read_within_bounds(pack: Exported) -> None:
    """Neither a huge one nor very many cost more than their bytes."""
    huge = {AGREEMENT: b"[" + b"[]," * 5_000_000 + b"[]]"}
    many = {agreement_name(version): pack.members[AGREEMENT] for version in range(1, 3_000)}

    assert (AGREEMENT, Fault.AGREEMENT) in pack.forged({**pack.members, **huge})
    assert ("agreements/", Fault.TOO_LARGE) in pack.forged({**pack.members, **many})


@pytest.mark.parametrize("where", ["clue_id", "recipient", "agreement_hash", "suite", "previous", "event_id"])
def test_an_event_that_its_sender_signed_and_that_does_not_belong_is_named(pack: Exported, where: str) -> None:
    """Each field that ties it to this clue, these parties, this chain."""
    first, second = (name for name in events_in(pack.members) if CLUES in name)
    mine = envelope_in(pack.members, second)
    changed = {
        "clue_id": (mine.event_id, Fault.OTHER_CLUE),
        "recipient": ("procuratorate-110102", Fault.OTHER_PARTY),
        "agreement_hash": (bytes(32), Fault.OTHER_AGREEMENT),
        "suite": ("gm-1", Fault.NEWER),
        "previous": (mine.seen, Fault.MISLINKED),
        "event_id": (envelope_in(pack.members, first).event_id, Fault.ID_TWICE),
    }
    value, wanted = changed[where]
    body = mine.model_copy(update={where: value}).to_body()

    assert (second, wanted) in pack.forged(pack.members | signed_record(pack.federation, CLUES, 2, body))


def test_a_fork_is_named_on_both_branches(pack: Exported) -> None:
    """Two events of one sender in the same place: an honest node never makes them."""
    second = [name for name in events_in(pack.members) if CLUES in name][1]
    mine = envelope_in(pack.members, second)
    body = mine.model_copy(update={"event_id": mine.clue_id}).to_body()
    twin = signed_record(pack.federation, CLUES, 3, body)

    assert pack.forged(pack.members | twin) == {(name, Fault.FORK) for name in (second, *twin)}


def test_numbers_that_contradict_the_links_are_named(pack: Exported) -> None:
    """A later event has the higher number in its journal."""
    first = next(name for name in events_in(pack.members) if CLUES in name)
    body = Record.from_value(pack.members[first]).body
    rest = {name: data for name, data in pack.members.items() if name != first}

    found = pack.forged(rest | signed_record(pack.federation, CLUES, 7, body))

    assert found == {(f"events/{CLUES}/{2:016d}.record", Fault.NUMBER_ORDER)}


def test_an_announcement_that_its_owner_did_not_sign_is_named(pack: Exported) -> None:
    """Nobody brings a key of his own into the pack, or revokes one of another party."""
    topic, key = f"{FEDERATION}.keys", PrivateKeys.generate().signing[0]
    for record in (announcement(key, CLUES), revocation(pack.federation, CLUES, 1)):
        (value,) = signed_record(pack.procuratorate, topic, 9, record.to_body()).values()
        name = record_name(KEYS, topic, 9)

        assert pack.forged({**pack.members, name: value}) == {(name, Fault.NOT_PROVEN)}

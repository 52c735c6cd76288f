"""
Nothing in an evidence pack can be changed, taken away, added or moved without being named.
"""

import io
import tracemalloc
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from clue_exchange.evidence_check import verify_bytes, verify_pack
from clue_exchange.evidence_faults import Fault
from clue_exchange.evidence_format import MANIFEST, RANGES, SIGNATURE, agreement_name
from clue_exchange.keystore import SigningKey
from clue_exchange.pack_file import PACK_CAP_BYTES, WHOLE_FILE, write_members
from schemas.codes import Role
from schemas.envelope import Record
from tests.evidence_steps import (
    Members,
    a_clue_of_four,
    envelope_in,
    events_in,
    faults,
    flipped,
    members_of,
    pack_of,
    signed_anew,
    signed_record,
    two_sides_in,
)
from tests.two_sides import FEDERATION, PROCURATORATE, a_ceremony

CLUES = f"{FEDERATION}.clues"
AGREEMENT = agreement_name(1)


@dataclass(frozen=True)
class Exported:
    """A pack of four events, and the keys of both parties."""

    data: bytes
    members: Members
    federation: SigningKey
    procuratorate: SigningKey

    def forged(self, members: Members) -> set[tuple[str, Fault]]:
        """What is wrong with members under which the exporting agency signed anew."""
        return faults(signed_anew(members, self.federation))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    sides = two_sides_in(tmp_path_factory.mktemp("evidence"))
    data = pack_of(sides, a_clue_of_four(sides))
    keys = {role: sides.ceremony.keys[role].signing[0] for role in Role}
    sides.close()
    return Exported(data, members_of(data), keys[Role.federation], keys[Role.procuratorate])


def member_at(data: bytes, members: Members, place: int) -> tuple[str, ...]:
    """The member that a byte of the file belongs to: header, content, or entry in the directory."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        starts = [(entry.header_offset, entry.filename) for entry in file.infolist()]
        directory = file.start_dir
    if place < directory:
        index = max(n for n, (start, _) in enumerate(starts) if start <= place)
        return starts[index][1], *((starts[index - 1][1],) if index else ())
    return (WHOLE_FILE, *members)


@pytest.mark.slow
def test_no_byte_of_the_file_can_be_changed(pack: Exported) -> None:
    """Each in turn: never accepted, and the member to which it belongs is named, or the one that it follows."""
    unnamed = []
    for place in range(len(pack.data)):
        found = verify_bytes(flipped(pack.data, place)).findings
        own, *before = member_at(pack.data, pack.members, place)
        wanted = {own, *(f"the member after {each}" for each in before), *([] if before else ["the first member"])}
        if place < 4:
            wanted = {WHOLE_FILE}
        elif own == WHOLE_FILE:
            wanted |= pack.members.keys()
        if not wanted & {finding.member for finding in found}:
            unnamed.append((place, own, found))

    assert unnamed == []


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


def test_members_that_were_moved_or_repeated_are_named(pack: Exported) -> None:
    """Also where every tool reads the same members from it."""
    (first, second, *_), names = events_in(pack.members), list(pack.members)
    swapped = [{first: second, second: first}.get(name, name) for name in names]

    assert faults(a_zip(pack.members, swapped)) == {(first, Fault.OUT_OF_ORDER)}
    assert (second, Fault.TWICE) in faults(a_zip(pack.members, sorted([*names, second])))


def a_zip(members: Members, names: list[str]) -> bytes:
    """The members in this order, each as our own layout writes it."""
    whole = write_members(members)
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        starts = {entry.filename: entry.header_offset for entry in file.infolist()}
        ends = dict(zip(sorted(starts), [*sorted(starts.values())[1:], file.start_dir], strict=True))
        rest = whole[file.start_dir :]
    return b"".join(whole[starts[name] : ends[name]] for name in names) + rest


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


def test_a_file_that_was_cut_is_named(pack: Exported) -> None:
    """Wherever it ends; and what was added behind its end."""
    for end in range(0, len(pack.data), 7):
        assert not verify_bytes(pack.data[:end]).holds
    assert (WHOLE_FILE, Fault.LAYOUT) in faults(pack.data + b"\x00")


def test_a_compressed_member_is_never_opened(pack: Exported) -> None:
    """A bomb of a gigabyte costs nothing."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file, file.open(MANIFEST, "w") as member:
        for _ in range(1024):
            member.write(bytes(1024 * 1024))
    tracemalloc.start()
    found = faults(bomb.getvalue())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found == {(MANIFEST, Fault.COMPRESSED)}
    assert peak < 8 * 1024 * 1024


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """Its size alone refuses it."""
    file = tmp_path / "huge.zip"
    with file.open("wb") as sparse:
        sparse.truncate(100 * PACK_CAP_BYTES)

    assert [finding.fault for finding in verify_pack(file).findings] == [Fault.TOO_LARGE]


@pytest.mark.parametrize(
    "manifest", [b"[" * 100_000, b"{}", b"null", b"\xff", b'{"version": 1e999}', b'{"version":true}']
)
def test_a_manifest_that_is_none_is_named(pack: Exported, manifest: bytes) -> None:
    """Nests, numbers, other bytes: one finding."""
    assert faults(write_members({**pack.members, MANIFEST: manifest})) == {(MANIFEST, Fault.MANIFEST)}


def test_a_newer_format_and_a_newer_schema_are_told_as_such(pack: Exported) -> None:
    """Not as a forgery: the reader is asked to take a newer program."""
    newer = pack.members[MANIFEST].replace(b'"version":1', b'"version":2')
    first = next(name for name in events_in(pack.members) if CLUES in name)
    record = pack.members[first]
    unknown = record[:2] + b"\x01" * 8 + record[10:]

    assert faults(write_members({**pack.members, MANIFEST: newer})) == {(MANIFEST, Fault.NEWER)}
    assert (first, Fault.NEWER) in pack.forged({**pack.members, first: unknown})


def test_words_of_the_pack_cannot_write_on_the_readers_terminal(pack: Exported) -> None:
    """A name with control characters is not shown."""
    name = "events/\x1b[2Jgone"
    found = verify_bytes(write_members({**pack.members, name: b""})).findings

    assert [finding.fault for finding in found] == [Fault.NAME]
    assert all("\x1b" not in str(finding) for finding in found)

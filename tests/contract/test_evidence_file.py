"""
The file of an evidence pack: one spelling, every byte of which counts, read in bounded memory and never decompressed.
"""

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from clue_exchange.evidence.check import verify_bytes, verify_pack
from clue_exchange.evidence.faults import Fault
from clue_exchange.evidence.format import MANIFEST
from clue_exchange.evidence.pack_file import PACK_CAP_BYTES, WHOLE_FILE, write_members
from tests.evidence_steps import CLUES, Exported, Members, events_in, faults, flipped


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return Exported.in_folder(tmp_path_factory.mktemp("evidence"))


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
        # a length that was changed lends a name a byte of what follows, or takes one: it is named as the file shows it
        if not any(finding.member in wanted or own[:-1] in finding.member for finding in found):
            unnamed.append((place, own, found))

    assert unnamed == []


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
        sparse.truncate(2 * PACK_CAP_BYTES)

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

"""
The outer form of an evidence pack: a zip with one spelling, which any tool opens.

Members are stored as they are, in the order of their names, without times or owners. The layout is written here and
not by a library, so that the same content gives the same bytes for as long as packs are kept; and it is read by
writing it again, so that no byte of the file is without meaning. Nothing is ever decompressed.
"""

import re
import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clue_exchange.evidence.faults import Fault, Finding

PACK_CAP_BYTES = 64 * 1024 * 1024
MEMBERS_CAP = 10_000
WHOLE_FILE = "(the file)"
NAME = r"^[a-z0-9][a-z0-9./-]{0,199}$"

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _UNIX_VERSION, _MIDNIGHT, _FIRST_DAY = 20, 0x0314, 0, 0x0021  # 1980-01-01: a zip must name some day
_READ_ONLY_FILE = 0o100444 << 16


@dataclass(slots=True)
class PackContent:
    """
    What stands in the file of a pack.

    Attributes:
        members: by name, as far as they can be told apart.
        findings: what is wrong with the file itself; nothing, when it is the one spelling of its members.
        is_whole: every member could be read, whatever is wrong with it.
    """

    members: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class _Span:
    """The bytes of a part of the file, and what is there."""

    end: int
    member: str
    what: str


def write_members(members: Mapping[str, bytes]) -> bytes:
    """The one spelling of a pack with these members."""
    return b"".join(part for part, _, _ in _parts(members))


def read_members(data: bytes) -> PackContent:
    """The members, and every way in which the file is not their one spelling. Bounded by the size of the file."""
    if not data.startswith(_LOCAL_MARK):
        return PackContent({}, [Finding(WHOLE_FILE, Fault.NOT_A_PACK)], is_whole=False)
    content, position, last = PackContent(), 0, ""
    while position < len(data) and not data.startswith(_CENTRAL_MARK, position):
        if not data.startswith(_LOCAL_MARK, position) and len(write_members(content.members)) == len(data):
            break  # the members are complete: the directory behind them was changed
        read = _read_member(data, position, last, content)
        if read is None:
            content.is_whole = False
            return content
        name, position = read
        last = max(last, name)
    if not content.findings:
        content.findings += _difference(data, content.members)
    return content


def _read_member(data: bytes, start: int, last: str, content: PackContent) -> tuple[str, int] | None:
    """Take in the member that begins here; answers its name and where the next begins, None where nobody can say."""
    after = f"the member after {last}" if last else "the first member"
    body = start + _LOCAL.size
    if len(data) < body:
        content.findings.append(Finding(after, Fault.CUT_OFF, f"byte {len(data)}"))
        return None
    mark, _, flags, method, _, _, checksum, stored, _, name_size, extra_size = _LOCAL.unpack_from(data, start)
    name = data[body : body + name_size].decode("latin-1")
    end = body + name_size + extra_size + stored
    if not re.fullmatch(NAME, name) or len(content.members) >= MEMBERS_CAP:
        fault = Finding(after, Fault.NAME, f"byte {body}")
    elif mark != _LOCAL_MARK:
        fault = Finding(name, Fault.LAYOUT, f"byte {start}, in its header")
    elif flags or method:
        fault = Finding(name, Fault.COMPRESSED, f"method {method}, flags {flags}")
    elif end > len(data):
        fault = Finding(name, Fault.CUT_OFF, f"byte {len(data)}")
    else:
        content.findings += _misplaced(name, last, content.members)
        member = data[end - stored : end]
        if zlib.crc32(member) != checksum:
            content.findings.append(Finding(name, Fault.LAYOUT, "its size, content or checksum"))
        content.members.setdefault(name, member)
        return name, end
    content.findings.append(fault)
    return None


def _misplaced(name: str, last: str, members: Mapping[str, bytes]) -> list[Finding]:
    if name in members:
        return [Finding(name, Fault.TWICE)]
    return [Finding(name, Fault.OUT_OF_ORDER, f"stands after {last}")] if name < last else []


def _difference(data: bytes, members: Mapping[str, bytes]) -> list[Finding]:
    """The first byte that is not as these members are written, and the part of the file in which it is."""
    expected = write_members(members)
    if data == expected:
        return []
    shared = min(len(data), len(expected))
    at = bisect_left(range(shared), True, key=lambda place: data[: place + 1] != expected[: place + 1])
    if at == len(expected):
        return [Finding(WHOLE_FILE, Fault.LAYOUT, f"{len(data) - at} bytes after its end")]
    span = next(span for span in _spans(members) if at < span.end)
    if at == len(data):
        return [Finding(span.member, Fault.CUT_OFF, f"byte {at}, in {span.what}")]
    return [Finding(span.member, Fault.LAYOUT, f"byte {at}, in {span.what}")]


def _spans(members: Mapping[str, bytes]) -> Iterator[_Span]:
    end = 0
    for part, member, what in _parts(members):
        end += len(part)
        yield _Span(end, member, what)


def _parts(members: Mapping[str, bytes]) -> Iterator[tuple[bytes, str, str]]:
    """The parts of the file in their order: the bytes, the member that they belong to, and what they are."""
    central, offset = [], 0
    for name in sorted(members):
        data, path = members[name], name.encode("ascii")
        sizes = zlib.crc32(data), len(data), len(data), len(path), 0
        local = _LOCAL.pack(_LOCAL_MARK, _VERSION, 0, 0, _MIDNIGHT, _FIRST_DAY, *sizes) + path
        yield local, name, "its header or checksum"
        yield data, name, "its content"
        about = (_UNIX_VERSION, _VERSION, 0, 0, _MIDNIGHT, _FIRST_DAY, *sizes, 0, 0, 0, _READ_ONLY_FILE, offset)
        central.append((_CENTRAL.pack(_CENTRAL_MARK, *about) + path, name))
        offset += len(local) + len(data)
    for entry, name in central:
        yield entry, name, "its entry in the directory of the zip"
    count, size = len(central), sum(len(entry) for entry, _ in central)
    yield _END.pack(_END_MARK, 0, 0, count, count, size, offset, 0), WHOLE_FILE, "the end of the zip"

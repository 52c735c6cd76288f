"""
Whether a workbook is safe to open: an archive within its caps, without macros, links, entities or a password.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from producers.intake.errors import FileRefused
from producers.intake.reasons import Reason

CHUNK_BYTES = 1 << 20
ARCHIVE_BYTES_MAX = 64 << 20
UNPACKED_BYTES_MAX = 256 << 20
STRINGS_BYTES_MAX = 64 << 20  # the one part that openpyxl keeps in memory whole
PARTS_MAX = 1_000
RATIO_MAX = 200  # a register packs to a twentieth; a bomb to a thousandth
_RATIO_COUNTS_FROM_BYTES = 1 << 20
_FORBIDDEN_PARTS = ("vbaproject.bin", "externallinks/", "activex/", "embeddings/", "macrosheets/")
_ZIP_START = b"PK\x03\x04"
_OLE_START = b"\xd0\xcf\x11\xe0"  # a workbook with a password, or of before 2007
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_DOCTYPE = b"<!DOCTYPE"
_ENCRYPTED = 0x1
# What zipfile meets in a damaged archive; OSError is a seek to before its start.
_STUMBLES = (BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


def check_workbook(path: Path) -> None:
    """
    Let through an archive that can be opened without harm and in bounded memory.

    Raises:
        FileRefused: not a workbook, with a password, over a cap, or with content that a register does not need.
    """
    try:
        _check_start(path)
    except OSError as error:
        raise FileRefused(Reason.file_unreadable, detail=type(error).__name__) from None
    try:
        with ZipFile(path) as archive:
            _check_parts(archive.infolist())
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive, part)
    except _STUMBLES:
        raise FileRefused(Reason.workbook_damaged) from None


def chunks(archive: ZipFile, part: str) -> Iterator[bytes]:
    """A part of an archive, piece by piece."""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _check_start(path: Path) -> None:
    if path.stat().st_size > ARCHIVE_BYTES_MAX:
        raise FileRefused(Reason.file_too_large)
    with path.open("rb") as file:
        start = file.read(len(_ZIP_START))
    if start == _OLE_START:
        raise FileRefused(Reason.workbook_locked)
    if start != _ZIP_START:
        raise FileRefused(Reason.wrong_extension)


def _check_parts(parts: list[ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > UNPACKED_BYTES_MAX or any(
        part.file_size > STRINGS_BYTES_MAX for part in parts if part.filename.lower().endswith("sharedstrings.xml")
    ):
        raise FileRefused(Reason.file_too_large)
    if len(parts) > PARTS_MAX or (unpacked > _RATIO_COUNTS_FROM_BYTES and unpacked > RATIO_MAX * packed):
        raise FileRefused(Reason.workbook_unsafe, detail="archive")
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise FileRefused(Reason.workbook_locked)
    for forbidden in _FORBIDDEN_PARTS:
        if any(forbidden in part.filename.lower() for part in parts):
            raise FileRefused(Reason.workbook_unsafe, detail=forbidden.rstrip("/"))


def _check_xml(archive: ZipFile, part: ZipInfo) -> None:
    """No document type, hence no entity; and no UTF-16, in which one could hide."""
    tail = b""
    for chunk in chunks(archive, part.filename):
        if not tail and chunk.startswith(_UTF16_STARTS):
            raise FileRefused(Reason.workbook_unsafe, detail="encoding")
        if _DOCTYPE in tail + chunk:
            raise FileRefused(Reason.workbook_unsafe, detail="entities")
        tail = chunk[-len(_DOCTYPE) :]

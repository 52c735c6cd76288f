"""
How the bytes of a csv file are to be read: a byte-order mark decides; without one strict UTF-8 first, then GB18030.
UTF-16 without a mark is known by its zero bytes, which stand on one side of every comma, digit and line break.

The other order corrupts silently: most Chinese names in UTF-8 also decode as GB18030.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from producers.intake.errors import FileRefused
from producers.intake.reasons import Reason

CHUNK_BYTES = 1 << 20
FILE_BYTES_MAX = 256 << 20
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_START_BYTES = 1 << 16
_ZEROS_IN_UTF16 = 0.02
_FEWEST_ZEROS = 8
_WITHOUT_MARK = ("utf-8", "gb18030")


@dataclass(frozen=True, slots=True)
class Encoding:
    """The codec that reads the whole file without fault, and how many lines it has."""

    codec: str
    lines: int


@dataclass(frozen=True, slots=True)
class _Attempt:
    lines: int
    is_clean: bool


def encoding_of(path: Path) -> Encoding:
    """
    Find the one codec of a file, reading it whole in bounded memory.

    Raises:
        FileRefused: too large, not to be opened, or no codec fits; with the row up to which the better one did.
    """
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise FileRefused(Reason.file_too_large)
        with path.open("rb") as file:
            start = file.read(_START_BYTES)
        marked = next((codec for mark, codec in _MARKS if start.startswith(mark)), None) or _unmarked_utf16(start)
        attempts = {codec: _attempt(path, codec) for codec in ((marked,) if marked else _WITHOUT_MARK)}
    except OSError as error:
        raise FileRefused(Reason.file_unreadable, detail=type(error).__name__) from None
    for codec, attempt in attempts.items():
        if attempt.is_clean:
            return Encoding(codec, attempt.lines)
    raise FileRefused(Reason.encoding_unknown, row=max(attempt.lines for attempt in attempts.values()))


def _unmarked_utf16(start: bytes) -> str | None:
    zeros = [at for at, byte in enumerate(start) if byte == 0]
    if len(zeros) < len(start) * _ZEROS_IN_UTF16 or len(zeros) < _FEWEST_ZEROS:
        return None
    sides = {at % 2 for at in zeros}
    return None if len(sides) > 1 else "utf-16-be" if sides == {0} else "utf-16-le"


def _attempt(path: Path, codec: str) -> _Attempt:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    lines = 1
    try:
        for chunk, is_last in _chunks(path):
            lines += decoder.decode(chunk, is_last).count("\n")
    except UnicodeDecodeError as error:
        # `error.object` may begin with bytes of the chunk before: these hold no line break that was not counted.
        return _Attempt(lines + error.object[: error.start].count(b"\n"), is_clean=False)
    return _Attempt(lines, is_clean=True)


def _chunks(path: Path) -> Iterator[tuple[bytes, bool]]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk, False
        yield b"", True

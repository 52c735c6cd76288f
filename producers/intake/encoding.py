"""
How the bytes of a csv file are to be read: a byte-order mark decides; without one strict UTF-8 first, then GB18030.

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
            start = file.read(4)
        marked = next((codec for mark, codec in _MARKS if start.startswith(mark)), None)
        attempts = {codec: _attempt(path, codec) for codec in ((marked,) if marked else _WITHOUT_MARK)}
    except OSError as error:
        raise FileRefused(Reason.file_unreadable, detail=type(error).__name__) from None
    for codec, attempt in attempts.items():
        if attempt.is_clean:
            return Encoding(codec, attempt.lines)
    raise FileRefused(Reason.encoding_unknown, row=max(attempt.lines for attempt in attempts.values()))


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

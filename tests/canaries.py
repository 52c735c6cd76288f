"""
Canaries: what must be nowhere in clear, and the search for it, byte by byte, in whatever the tests leave behind.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

HER_NAME = "欧阳金丝雀"
HER_WORDS = "来电人称被丈夫殴打"
"""Of the woman whom most tests are about; long enough that no sealed bytes hold them by chance."""

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
REGISTERS = (".csv", ".xlsx")
"""What is given to the program as input holds persons in clear: these files are not searched."""
WITHOUT_RECORDS = (".index", ".timeindex")
"""Kafka's indexes: offsets and moments alone, in files of 10 MB that are mostly holes."""
BLOCK_BYTES = 4 * 1024 * 1024


def leaks(folder: Path, words: Iterable[str]) -> list[str]:
    """Every file below the folder that holds one of the words, with the encoding; input registers are left out."""
    needles = [(word.encode(encoding), encoding) for word in set(words) for encoding in ENCODINGS]
    found = []
    for path in _files(folder):
        with suppress(FileNotFoundError):  # a broker that still runs deletes its files
            found += [f"{path.relative_to(folder)} ({encoding})" for encoding in sorted(_encodings_in(path, needles))]
    return found


def _encodings_in(path: Path, needles: Sequence[tuple[bytes, str]]) -> set[str]:
    """In which encodings a file holds one of them; block by block, for a file may be larger than the memory."""
    overlap = max(len(needle) for needle, _ in needles) - 1
    found: set[str] = set()
    with path.open("rb") as file:
        kept = b""
        while block := file.read(BLOCK_BYTES):
            content = kept + block
            found |= {encoding for needle, encoding in needles if needle in content}
            kept = content[-overlap:]
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (*REGISTERS, *WITHOUT_RECORDS) and path.is_file() and not path.is_symlink():
            yield path

"""
Canaries: what must be nowhere in clear, and the search for it, byte by byte, in whatever the tests leave behind.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

HER_NAME = "欧阳金丝雀"
HER_WORDS = "来电人称被丈夫殴打"
"""Of the woman whom most tests are about; long enough that no sealed bytes hold them by chance."""

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
REGISTERS = (".csv", ".xlsx")
"""What is given to the program as input holds persons in clear: these files are not searched."""
WITHOUT_RECORDS = (".index", ".timeindex")
"""Kafka's indexes: offsets and moments alone, in files of 10 MB that are mostly holes."""


def leaks(folder: Path, words: Iterable[str]) -> list[str]:
    """Every file below the folder that holds one of the words, with the encoding; input registers are left out."""
    needles = [(word.encode(encoding), encoding) for word in set(words) for encoding in ENCODINGS]
    found = []
    for path in _files(folder):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a broker that still runs deletes its files
            continue
        found += sorted({f"{path.relative_to(folder)} ({name})" for needle, name in needles if needle in content})
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (*REGISTERS, *WITHOUT_RECORDS) and path.is_file() and not path.is_symlink():
            yield path

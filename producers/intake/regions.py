"""
County-level codes of GB/T 2260, as far as they are known: regions.txt beside this file.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("regions.txt")


class Region(StrEnum):
    """What is known of a code; the list is partial, so `unknown` is a mark and never a refusal."""

    in_force = "in_force"
    abolished = "abolished"
    unknown = "unknown"


def region(code: str) -> Region:
    """What is known of the first six digits of a citizen number."""
    return _codes().get(code, Region.unknown)


@cache
def _codes() -> dict[str, Region]:
    codes: dict[str, Region] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            prefix, _, endings = line.partition(":")
            in_force, _, abolished = endings.partition("|")
            codes |= {prefix + ending: Region.abolished for ending in abolished.split()}
            codes |= {prefix + ending: Region.in_force for ending in in_force.split()}
    return codes

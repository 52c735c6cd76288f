"""
Rows that seem to be of the same person or matter: offered to a person with the reason, never merged.

A key that two rows share is enough where it is strong (the number, the telephone with the name …). A weak one (the
telephone alone, the name alone) needs that both tell much the same.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID
from zlib import crc32

from producers.intake.outcomes import Taken
from producers.intake.person import Why
from producers.likeness import Alike, Likeness

LINKS_MAX = 20
"""A telephone that stands in hundreds of rows is a clerk's, and links to all of them would help nobody."""
SKETCH = 48
"""Of each narrative so many of its smallest pairs are kept: 192 bytes, whatever its length."""

Sketch: TypeAlias = tuple[int, ...]

# How alike two narratives must be beside a weak key.
ALIKE = {Why.phone_and_text: 0.12, Why.name_and_text: 0.25}


@dataclass(frozen=True, slots=True)
class SamePerson:
    """Another row that may be of the same person, and why."""

    candidate_id: UUID
    why: Why


@dataclass(frozen=True, slots=True)
class _Row:
    candidate_id: UUID
    sketch: Sketch


class SamePersons:
    """The candidates that a few rows may be of, by their person keys: those that are kept, and the rows so far."""

    def __init__(self, kept: Mapping[str, Sequence[Alike]] | None = None) -> None:
        self._rows = {
            key: [_Row(found.candidate_id, _unpacked(found.sketch)) for found in alike]
            for key, alike in (kept or {}).items()
        }

    def earlier(self, row: Taken) -> tuple[SamePerson, ...]:
        """The earlier rows of the same person, each once with its strongest reason; at most LINKS_MAX."""
        return self._found(row, row.person_keys)

    def to_link_back(self, row: Taken) -> tuple[SamePerson, ...]:
        """The earlier rows that are to know of this one too: a group that is full learns of no more."""
        return self._found(row, (key for key in row.person_keys if not self._is_full(key)))

    def note(self, row: Taken, candidate_id: UUID) -> Likeness:
        """Let later rows find this one; answers by what, for a group that is full takes no more."""
        kept = _Row(candidate_id, _sketch(row.particulars.narrative or ""))
        keys = tuple(key for key in row.person_keys if not self._is_full(key))
        for key in keys:
            self._rows.setdefault(key, []).append(kept)
        return Likeness(keys, struct.pack(f"<{len(kept.sketch)}I", *kept.sketch))

    def _found(self, row: Taken, keys: Iterable[str]) -> tuple[SamePerson, ...]:
        sketch = _sketch(row.particulars.narrative or "")
        found: dict[UUID, Why] = {}
        for key in keys:
            why = Why(key.partition(":")[0])
            for other in self._rows.get(key, ()):
                if _alike(sketch, other.sketch) >= ALIKE.get(why, 0.0):
                    found.setdefault(other.candidate_id, why)
        return tuple(SamePerson(candidate_id, why) for candidate_id, why in found.items())[:LINKS_MAX]

    def _is_full(self, key: str) -> bool:
        return len(self._rows.get(key, ())) >= LINKS_MAX


def _sketch(narrative: str) -> Sketch:
    """The smallest hashes of its pairs of characters: two sketches are as alike as the texts, about."""
    words = "".join(filter(str.isalnum, narrative))
    pairs = {crc32(words[at : at + 2].encode()) for at in range(len(words) - 1)}
    return tuple(sorted(pairs)[:SKETCH])


def _unpacked(sketch: bytes) -> Sketch:
    return tuple(value for (value,) in struct.iter_unpack("<I", sketch))


def _alike(one: Sketch, other: Sketch) -> float:
    """The share of the shorter sketch that the other one has too, among the hashes that both could hold."""
    if not one or not other:
        return 0.0
    limit = min(one[-1], other[-1])
    left, right = ({value for value in sketch if value <= limit} for sketch in (one, other))
    return len(left & right) / min(len(left), len(right))

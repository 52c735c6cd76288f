"""
Rows that seem to be of the same person: linked for a person to look at, never merged.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

LINKS_MAX = 20
"""A telephone that stands in hundreds of rows is a clerk's, and links to all of them would help nobody."""


class SamePersons:
    """
    The rows of one file so far, by their person keys.

    Memory grows with the rows: two short keys each, at most ENTRIES_MAX rows.
    """

    def __init__(self) -> None:
        self._rows: dict[bytes, list[UUID]] = {}

    def earlier(self, person_keys: Iterable[str]) -> tuple[UUID, ...]:
        """The earlier rows of the same person, each once, the oldest first; at most LINKS_MAX."""
        found = {row: None for key in person_keys for row in self._rows.get(_digest(key), ())}
        return tuple(found)[:LINKS_MAX]

    def to_link_back(self, person_keys: Iterable[str]) -> tuple[UUID, ...]:
        """The earlier rows that are to know of this one too: a group that is full learns of no more."""
        found = {row: None for key in person_keys if not self._is_full(key) for row in self._rows.get(_digest(key), ())}
        return tuple(found)[:LINKS_MAX]

    def note(self, person_keys: Iterable[str], candidate_id: UUID) -> None:
        """Let later rows find this one."""
        for key in person_keys:
            rows = self._rows.setdefault(_digest(key), [])
            if len(rows) < LINKS_MAX and candidate_id not in rows:
                rows.append(candidate_id)

    def _is_full(self, key: str) -> bool:
        return len(self._rows.get(_digest(key), ())) >= LINKS_MAX


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=12).digest()

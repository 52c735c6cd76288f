"""
What the bodies of events say, kept in memory for a while: a clue's chain is folded again with each event that joins it.

An event is known by the hash of its body, so what is kept here can be forgotten, and can never be wrong.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import islice
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from schemas.fold import ChainEvent

REMEMBERED = 10_000
"""About 2 KB each."""


class Said(NamedTuple):
    """
    What an event's body says.

    Attributes:
        link: the event as the fold sees it; None while its facts are not known here.
    """

    event_id: UUID
    event_type: str
    occurred_at: datetime
    link: ChainEvent | None


class SaidEvents:
    """The bodies that were read last. Thread-safe."""

    def __init__(self) -> None:
        self._said: dict[bytes, Said] = {}
        self._lock = Lock()

    def get(self, hashes: Collection[bytes]) -> dict[bytes, Said]:
        """Those of these events that are remembered."""
        with self._lock:
            return {each: said for each in hashes if (said := self._said.get(each)) is not None}

    def remember(self, said: Mapping[bytes, Said]) -> None:
        """Remember those whose facts are known, and forget the oldest."""
        with self._lock:
            self._said.update((each, what) for each, what in said.items() if what.link is not None)
            for oldest in list(islice(self._said, max(0, len(self._said) - REMEMBERED))):
                del self._said[oldest]

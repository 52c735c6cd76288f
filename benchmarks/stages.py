"""
Where the time of the way in goes: a sample a millisecond of what the main thread is in, by the names of its stages.
"""

import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PERIOD_SECONDS = 0.001

STAGES = {
    "JournalConsumer.poll": "poll Kafka",
    "JournalConsumer.commit": "leave Kafka the hint",
    "Reader.read_keys": "key records, whole",
    "unpack": "record layer",
    "Prover.prove": "signatures, on two cores",
    "Ledger.held": "known already, conflicts",
    "Ledger.identities": "known already, conflicts",
    "_Taken.judge": "known already, conflicts",
    "address": "envelope layer",
    "KeyRing.open_keys": "data keys from the vault",
    "open_event": "unseal, facts and particulars",
    "BlindIndex.tokens": "blind index",
    "BlindIndex.note_clues": "blind index",
    "fold": "fold",
    "Fold.digest": "digest of the view",
    "write_views": "write views",
    "read_chains": "ledger: read the chains",
    "write": "ledger: write the events",
    "Ledger.append": "ledger: the rest",
    "Ledger.reveal": "ledger: the rest",
    "Reader.read_events": "rest of reading",
    "Reader.read_again": "what waits for a key",
    "advance": "journal position",
    "BatchReceiver.take_in": "rest of the batch",
    "Loop._tell": "log lines",
    "Store.transaction": "commit (fsync)",
    "Loop.take_in_once": "rest of the loop",
}
"""Innermost first: the stage of a sample is that of the first of these functions that it is found in."""


class Stages:
    """Seconds by stage, as sampled; what lies between two samples belongs to the second."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._last = 0.0

    @contextmanager
    def sampling(self) -> Iterator[None]:
        """Sample the main thread."""
        before = signal.signal(signal.SIGALRM, self._sample)
        self._last = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, PERIOD_SECONDS, PERIOD_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _sample(self, _: int, frame: FrameType | None) -> None:
        now = time.perf_counter()
        while frame is not None and frame.f_code.co_qualname not in STAGES:
            frame = frame.f_back
        stage = STAGES[frame.f_code.co_qualname] if frame is not None else "outside"
        self.seconds[stage] += now - self._last
        self._last = now

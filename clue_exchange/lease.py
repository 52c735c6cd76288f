"""
The lease: one node of an agency works at a time, another one stands by.

Its row holds a number that the working node raises every few seconds. A node that stands by takes over when it has
seen the same number for 15 seconds by its own clock: no two clocks are ever compared, see
docs/decisions/0015-read-back-before-work.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select, update

from clue_exchange.clock import Clock
from clue_exchange.node_tables import LEASE
from clue_exchange.running_process import is_gone, this_process
from clue_exchange.store import Store, Transaction, insert_new

NODE = "node"
RENEW_SECONDS = 3.0
LOST_AFTER = timedelta(seconds=15)
"""So long a node that does not renew its lease is believed to live, where nobody can look whether it does."""


@dataclass(frozen=True, slots=True)
class _Beat:
    """What was seen in the row, and since when."""

    holder: str
    number: int
    since: datetime


class Lease:
    """
    The right to be an agency's working node. Not thread-safe: each node has one of its own.

    A node that was paused may act a moment longer than its right: what it then sends is a repetition, and what it
    then takes in is refused by the position (`PositionMoved`).
    """

    def __init__(self, store: Store, clock: Clock, is_gone: Callable[[str], bool] = is_gone) -> None:
        self._store = store
        self._clock = clock
        self._is_gone = is_gone
        self._me = f"{this_process()}/{uuid4()}"
        self._seen: _Beat | None = None

    def take(self) -> bool:
        """
        Take or renew it; whether it is ours.

        It is given to us where nobody has it, where the process that has it is gone from this machine, and where it
        was not renewed for 15 seconds.

        Raises:
            StoreBusy: nobody knows; try again.
        """
        with self._store.transaction() as transaction:
            insert_new(transaction, LEASE, [{"name": NODE, "holder": "", "beat": 0}])
            row = transaction.execute(select(LEASE).where(LEASE.c.name == NODE).with_for_update()).one()
            if row.holder != self._me and not self._is_free(row.holder, row.beat):
                return False
            self._write(transaction, self._me, row.beat + 1)
        self._seen = None
        return True

    def give_back(self) -> None:
        """Let the next one work at once; no effect where it is not ours."""
        with self._store.transaction() as transaction:
            ours = LEASE.c.name == NODE, LEASE.c.holder == self._me
            transaction.execute(update(LEASE).where(*ours).values(holder=""))

    def _is_free(self, holder: str, beat: int) -> bool:
        if not holder or self._is_gone(holder.partition("/")[0]):
            return True
        now = self._clock()
        if self._seen is None or (self._seen.holder, self._seen.number) != (holder, beat):
            self._seen = _Beat(holder, beat, now)
        return now - self._seen.since >= LOST_AFTER

    @staticmethod
    def _write(transaction: Transaction, holder: str, beat: int) -> None:
        transaction.execute(update(LEASE).where(LEASE.c.name == NODE).values(holder=holder, beat=beat))

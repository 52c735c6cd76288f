"""
What a node does now and then without being asked: the second tombstone of an erased person's key, burying, the look
whether Kafka still has the key, and the look how long its certificate lasts.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Event

from clue_exchange.clock import Clock
from clue_exchange.doors.certificates import SOON_DAYS, show
from clue_exchange.errors import BrokerUnavailable, SettingsInvalid, StoreBusy
from clue_exchange.keys.dead_keys import COMPACTION_LAG
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.logs import Log
from clue_exchange.store import Store

EVERY_SECONDS = 3600


class Housekeeping:
    """
    Looks once an hour whether something is due.

    `certificate` is the one that the node shows to Kafka, where it has one.
    """

    def __init__(
        self,
        store: Store,
        keyring: KeyRing,
        look: Callable[[], int],
        certificate: Path | None,
        clock: Clock,
        log: Log,
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._look = look
        self._certificate = certificate
        self._clock = clock
        self._log = log

    def run(self, stop: Event) -> None:
        """Do what is due until `stop` is set; what a locked database or a broker hinders is tried an hour later."""
        while not stop.is_set():
            self.look_at_certificate()  # first: with one that has ended, the look at Kafka stops the node
            try:
                self.do_once()
                if gone := self._look():
                    self._log.info("keys.left_kafka", keys=gone)
            except (BrokerUnavailable, StoreBusy) as error:
                self._log.warning("housekeeping.retried", error=type(error).__name__)
            stop.wait(EVERY_SECONDS)

    def look_at_certificate(self) -> None:
        """Warn of a certificate that ends soon; one that has ended is an error."""
        if self._certificate is None:
            return
        try:
            days = show(self._certificate, self._clock()).days
        except SettingsInvalid as error:  # perhaps in the middle of being renewed; nothing else waits for that
            self._log.warning("housekeeping.retried", error=type(error).__name__)
            return
        if days < 0:
            self._log.error("certificate.expires", days=days)
        elif days < SOON_DAYS:
            self._log.warning("certificate.expires", days=days)

    def do_once(self) -> None:
        """
        Write the second tombstones that are due, and bury keys that a kill left behind.

        A receiving key that is new in the key file is announced: by this process, which holds it. What is wrapped for
        an older one of either party is wrapped anew.
        """
        with self._store.transaction() as transaction:
            announced = self._keyring.announce(transaction)
            repeated = self._keyring.repeat_tombstones(transaction, self._clock() - COMPACTION_LAG)
        with self._store.reading() as transaction:
            buried = self._keyring.bury(transaction)
        if announced is not None:
            self._log.warning("receiving_key.announced", key=announced.key_id)
        if wrapped := self._wrap_anew():
            self._log.warning("keys.wrapped_anew", keys=wrapped)
        if repeated or buried:
            self._log.info("housekeeping.done", tombstones=repeated, buried=buried)

    def _wrap_anew(self) -> int:
        total = 0
        while True:
            with self._store.transaction() as transaction:
                done = self._keyring.wrap_anew(transaction)
            if done == 0:
                return total
            total += done

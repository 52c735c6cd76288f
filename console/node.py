"""
One agency's node: it waits for its turn to work, and then runs relay, loop and housekeeping, each in a thread of its
own, until it is told, or one has, to stop.
"""

import gc
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread

from clue_exchange.errors import BrokerUnavailable, ExchangeError, PositionMoved, StoreBusy, StoreFailed
from clue_exchange.lease import LOST_AFTER, RENEW_SECONDS
from clue_exchange.logs import Log
from console.restoring import read_back
from console.wiring import Agency

ASK_AGAIN_SECONDS = 1.0
PROMPT_SECONDS = 4.0
"""A process that is told to stop waits no longer for what waits for Kafka: it leaves what a kill leaves."""
PATIENT_SECONDS = 120.0
"""A node within a process that lives on: longer than any part waits for Kafka."""
STANDS_BY = "another node of this agency works; this one stands by, and takes over when that one is gone"


def settle_memory() -> None:
    """
    Tell the garbage collector what a node is: what was loaded so far stays, and a batch's objects come and go at once.

    Otherwise it walks over all of them many times a batch: a fifth of the time that taking in costs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Node:
    """
    The node of one agency; of several with the same database one works, and the others stand by.

    Told to stop, it leaves a part behind that has not ended after `patience_seconds`.
    """

    def __init__(self, agency: Agency, log: Log, patience_seconds: float = PATIENT_SECONDS) -> None:
        self._patience_seconds = patience_seconds
        self._agency = agency
        self._log = log
        self._lease = agency.lease()
        self._stop = Event()
        self._pause = Event()
        self._failures: list[BaseException] = []
        self._threads: list[Thread] = []

    def stop(self) -> None:
        """
        Ask the node to stop; it finishes the batch in hand, and leaves a part behind that goes on waiting for Kafka.

        Safe in a signal handler.
        """
        self._stop.set()
        self._pause.set()

    def run(self) -> None:
        """
        Run until `stop`. Whenever another node has the lease, stand by.

        Raises:
            ExchangeError: why the relay or the loop had to stop; the other one was stopped too.
        """
        self._log.info("node.started")
        try:
            while not self._stop.is_set() and not self._failures:
                if self._stand_by():
                    self._work()
        finally:
            with suppress(ExchangeError):  # a process that has ended loses it anyway
                self._lease.give_back()
            self._log.info("node.stopped", left_behind=[thread.name for thread in self._threads if thread.is_alive()])
        if self._failures:
            raise self._failures[0]

    def _stand_by(self) -> bool:
        """Wait for the lease; whether it is ours."""
        is_told = False
        while not self._stop.is_set():
            if self._has_lease():
                self._log.info("lease.taken")
                return True
            if not is_told:
                self._log.warning("lease.awaited", detail=STANDS_BY)
                is_told = True
            self._stop.wait(ASK_AGAIN_SECONDS)
        return False

    def _has_lease(self) -> bool:
        try:
            return self._lease.take()
        except StoreBusy:
            return False

    def _work(self) -> None:
        """Work until told to stop, until a part fails, or until the lease is lost."""
        self._pause, self._threads = Event(), []
        if self._stop.is_set():
            return
        worker = self._started("work", self._parts)
        try:
            is_lost = self._keep_lease()
        finally:
            self._pause.set()
            self._wait_for(worker)
        has_moved = any(isinstance(error, PositionMoved) for error in self._failures)
        if is_lost or (has_moved and not self._has_lease()):
            self._failures = [each for each in self._failures if not isinstance(each, PositionMoved)]
            self._log.error("lease.lost", detail=STANDS_BY)
        for error in self._failures:
            detail = str(error) if isinstance(error, ExchangeError) else type(error).__name__
            self._log.error("node.failed", error=type(error).__name__, detail=detail)

    def _keep_lease(self) -> bool:
        """Renew the lease until the parts are to stop; whether it was lost."""
        unsure_seconds = 0.0
        while unsure_seconds < LOST_AFTER.total_seconds():
            if self._pause.wait(RENEW_SECONDS):
                return False
            try:
                if not self._lease.take():
                    return True
                unsure_seconds = 0.0
            except StoreBusy:
                unsure_seconds += RENEW_SECONDS
            except StoreFailed as error:  # a full disk stops the node here as in its parts, with a line that says so
                self._failures.append(error)
                return False
        return True

    def _parts(self) -> None:
        self._read_back()
        parts = {
            "relay": self._relay,
            "loop": self._loop,
            "receipts": self._receipts,
            "housekeeping": self._housekeeping,
            "topics": self._topics,
        }
        for thread in [self._started(name, part) for name, part in parts.items()]:
            thread.join()

    def _started(self, name: str, part: Callable[[], None]) -> Thread:
        """A part in a thread of its own, which does not keep the process alive."""
        thread = Thread(target=self._guarded, args=(part,), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _wait_for(self, worker: Thread) -> None:
        """Until all parts have ended: before it stands by, a node is sure of it; one that is to stop is not patient."""
        while worker.is_alive() and not self._stop.is_set():
            worker.join(ASK_AGAIN_SECONDS)
        worker.join(self._patience_seconds)

    def _guarded(self, part: Callable[[], None]) -> None:
        """A part that must stop takes the node with it: half a node would look alive."""
        try:
            part()
        except BaseException as error:  # noqa: BLE001  # kept, and raised again by run() in the main thread
            self._failures.append(error)
        finally:
            self._pause.set()

    def _relay(self) -> None:
        with self._agency.producer() as producer:
            self._agency.relay(producer, self._log).run(self._pause)

    def _read_back(self) -> None:
        """Before anything is sent or taken in: whether Kafka keeps it, and what it holds of ours that is not here."""
        attempt = 0
        while not self._pause.is_set():
            try:
                self._agency.topic_watch(self._log).require()
                read_back(self._agency, self._log).run()
            except (BrokerUnavailable, StoreBusy) as error:
                self._log.warning("read_back.retried", error=type(error).__name__, attempt=attempt)
                self._pause.wait(ASK_AGAIN_SECONDS)
                attempt += 1
            else:
                break

    def _housekeeping(self) -> None:
        self._agency.housekeeping(self._log).run(self._pause)

    def _topics(self) -> None:
        self._agency.topic_watch(self._log).run(self._pause)

    def _receipts(self) -> None:
        self._agency.receipt_rounds(self._log).run(self._pause)

    def _loop(self) -> None:
        self._agency.loop(self._log).run(self._pause)

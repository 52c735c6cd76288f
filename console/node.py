"""
One agency's node: relay, loop and housekeeping, each in a thread of its own, until it is told, or one has, to stop.
"""

import gc
from collections.abc import Callable
from threading import Event, Thread

from clue_exchange.errors import BrokerUnavailable, ExchangeError
from clue_exchange.logs import Log
from console.wiring import Agency

ASK_AGAIN_SECONDS = 1.0


def settle_memory() -> None:
    """
    Tell the garbage collector what a node is: what was loaded so far stays, and a batch's objects come and go at once.

    Otherwise it walks over all of them many times a batch: a fifth of the time that taking in costs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Node:
    """Runs the relay and the loop of one agency."""

    def __init__(self, agency: Agency, log: Log) -> None:
        self._agency = agency
        self._log = log
        self._stop = Event()
        self._failures: list[BaseException] = []

    def stop(self) -> None:
        """Ask the node to stop; it finishes the batch in hand. Safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """
        Run until `stop`.

        Raises:
            ExchangeError: why the relay or the loop had to stop; the other one was stopped too.
        """
        self._log.info("node.started")
        threads = [
            Thread(target=self._guarded, args=(part,), name=name)
            for name, part in (("relay", self._relay), ("loop", self._loop), ("housekeeping", self._housekeeping))
        ]
        for thread in threads:
            thread.start()
        self._stop.wait()
        for thread in threads:
            thread.join()
        self._log.info("node.stopped")
        if self._failures:
            raise self._failures[0]

    def _guarded(self, part: Callable[[], None]) -> None:
        """A part that must stop takes the node with it: half a node would look alive."""
        try:
            part()
        except BaseException as error:  # noqa: BLE001  # kept, and raised again by run() in the main thread
            detail = str(error) if isinstance(error, ExchangeError) else type(error).__name__
            self._log.error("node.failed", error=type(error).__name__, detail=detail)
            self._failures.append(error)
        finally:
            self._stop.set()

    def _relay(self) -> None:
        self._require_not_restored()
        with self._agency.producer() as producer:
            self._agency.relay(producer, self._log).run(self._stop)

    def _require_not_restored(self) -> None:
        while not self._stop.is_set():
            try:
                self._agency.own_journals().require_known()
                break
            except BrokerUnavailable as error:
                self._log.warning("relay.retried", error=type(error).__name__, attempt=0)
                self._stop.wait(ASK_AGAIN_SECONDS)

    def _housekeeping(self) -> None:
        self._agency.housekeeping(self._log).run(self._stop)

    def _loop(self) -> None:
        self._agency.loop(self._log).run(self._stop)

"""
The two nodes' relay and loop without their threads: once a day everything is sent, and then everything is taken in.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.logs import Log
from clue_exchange.topics import topic_name
from console.demo.officers import ARRIVAL_SECONDS, NotArrived
from console.wiring import RECEIVED, Agency
from consumers import worklist
from consumers.loop import POLL_TIMEOUT_MS, Loop
from producers.relay import Relay


@dataclass(frozen=True, slots=True)
class DailyPost:
    """One agency's relay and loop, connected for the whole quarter."""

    agency: Agency
    relay: Relay
    loop: Loop
    consumer: JournalConsumer

    def send(self) -> None:
        """Relay whatever the outbox holds."""
        while self.relay.relay_once():
            pass

    def take_in(self, issued: int) -> None:
        """
        Take in until this side has placed so many events, its own among them.

        Raises:
            NotArrived: they did not come in time.
        """
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while self._placed() < issued:
            if time.monotonic() > deadline:
                raise NotArrived(f"not all of {issued} events reached {self.agency.settings.agency}")
            self.loop.take_in_once(self.consumer, POLL_TIMEOUT_MS)

    def _placed(self) -> int:
        with self.agency.store.reading() as transaction:
            counts = worklist.outcomes(transaction)
        return counts["applied"] + counts["void"]


@contextmanager
def daily_post(agency: Agency, log: Log) -> Iterator[DailyPost]:
    """Connect a new agency to topics that are new as well."""
    topics = [topic_name(agency.settings.counterpart, family) for family in RECEIVED]
    with ExitStack() as connected:
        producer = connected.enter_context(agency.producer())
        loop = agency.loop(log)
        loop.take_in_to_ends(lambda _done, _of: None)  # it recognises the topics; there is nothing in them yet
        consumer = connected.enter_context(agency.consumer(dict.fromkeys(topics, 0)))
        yield DailyPost(agency, agency.relay(producer, log), loop, consumer)


def exchange(posts: Sequence[DailyPost], issued: int) -> None:
    """
    End a day: both send, both take in, until both have placed every event of both.

    Raises:
        NotArrived: a day did not reach both sides.
    """
    for post in posts:
        post.send()
    for post in posts:
        post.take_in(issued)

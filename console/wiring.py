"""
The one place where the parts of an agency are put together: clocks, ids, settings and clients are passed in from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from clue_exchange.clock import Clock, system_clock
from clue_exchange.kafka_clients import JournalConsumer, JournalProducer
from clue_exchange.ledger import Ledger
from clue_exchange.logs import Log
from clue_exchange.outbox import Outbox
from clue_exchange.protection import DraftProtection, Protection
from clue_exchange.settings import Settings
from clue_exchange.store import Store
from clue_exchange.topics import topic_name
from clue_exchange.wake import CommitWatch
from consumers.batch import BatchReceiver
from consumers.dead_letters import DeadLetters
from consumers.loop import Loop
from consumers.receive import Receiver
from producers.candidates import Candidates
from producers.desk import Desk, Tools
from producers.federation import Federation
from producers.procuratorate import Procuratorate
from producers.relay import Relay
from schemas.catalog import EVENT_FAMILIES
from schemas.codes import Role


@dataclass(frozen=True, slots=True)
class Agency:
    """Everything of one agency that stands on its database; no connection to Kafka."""

    settings: Settings
    store: Store
    protection: Protection
    clock: Clock
    ledger: Ledger
    outbox: Outbox
    dead_letters: DeadLetters

    @classmethod
    def open(cls, settings: Settings, clock: Clock = system_clock) -> "Agency":
        """Open the database and put the parts on it."""
        protection = DraftProtection()
        outbox = Outbox(protection, clock)
        return cls(
            settings=settings,
            store=Store.open(settings.database),
            protection=protection,
            clock=clock,
            ledger=Ledger(settings.role, clock),
            outbox=outbox,
            dead_letters=DeadLetters(settings.agency, outbox, clock),
        )

    @property
    def tools(self) -> Tools:
        return Tools(self.store, self.ledger, self.outbox, self.protection, self.clock, uuid4)

    def federation(self) -> Federation:
        return Federation(self.settings.agency, self.settings.counterpart, self.tools)

    def procuratorate(self) -> Procuratorate:
        return Procuratorate(self.settings.agency, self.settings.counterpart, self.tools)

    def desk(self) -> Desk:
        """The desk of this agency's role."""
        return self.federation() if self.settings.role is Role.federation else self.procuratorate()

    def candidates(self) -> Candidates:
        return Candidates(self.store, self.protection, self.settings.agency)

    def producer(self) -> JournalProducer:
        return JournalProducer(self.settings.bootstrap, client_id=self.settings.agency)

    def relay(self, producer: JournalProducer, watch: CommitWatch, log: Log) -> Relay:
        return Relay(self.store, self.outbox, producer, watch, log)

    def batches(self) -> BatchReceiver:
        receiver = Receiver(self.settings.agency, self.protection)
        return BatchReceiver(self.ledger, receiver, self.dead_letters, self.clock)

    def loop(self, log: Log) -> Loop:
        topics = [topic_name(self.settings.counterpart, family) for family in EVENT_FAMILIES]
        return Loop(topics, self._consumer, self.store, self.batches(), log)

    def close(self) -> None:
        self.store.close()

    def _consumer(self, next_offsets: Mapping[str, int]) -> JournalConsumer:
        group_id = f"{self.settings.agency}.exchange"
        return JournalConsumer(self.settings.bootstrap, next_offsets, group_id=group_id, client_id=self.settings.agency)

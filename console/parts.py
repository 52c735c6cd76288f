"""
The parts of an agency that stand on its database alone; console/wiring.py puts them together, and adds those on Kafka.
"""

from dataclasses import dataclass
from uuid import uuid4

from clue_exchange.agreements import Agreements
from clue_exchange.clock import Clock
from clue_exchange.keys.at_rest import AtRest
from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.keys.vault import Vault
from clue_exchange.ledger import Ledger
from clue_exchange.outbox import Outbox
from clue_exchange.settings import Settings
from clue_exchange.store import Store, Transaction
from clue_exchange.workdays import PublishedCalendar
from console.people import People
from consumers.dead_letters import DeadLetters
from consumers.deadlines import ClockReader
from consumers.firmness import Firmness, firmness
from consumers.receipts import Receipts
from consumers.reconcile import Reconciliation
from producers.candidates import Candidates
from producers.desk import Desk, Tools
from producers.federation import Federation
from producers.procuratorate import Procuratorate
from schemas.codes import Role


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything of one agency that needs no connection to Kafka."""

    settings: Settings
    store: Store
    clock: Clock
    keys: PrivateKeys
    ledger: Ledger
    outbox: Outbox
    vault: Vault
    keyring: KeyRing
    index: BlindIndex
    agreements: Agreements

    @property
    def dead_letters(self) -> DeadLetters:
        return DeadLetters(self.settings.agency, self.outbox, AtRest(self.keys.table_key), self.clock)

    @property
    def clock_reader(self) -> ClockReader:
        return ClockReader(self.ledger, self.agreements, PublishedCalendar())

    def firmness(self, transaction: Transaction) -> Firmness:
        return firmness(transaction, self.settings.agency, self.settings.counterpart, self.ledger)

    @property
    def reconciliation(self) -> Reconciliation:
        return Reconciliation(self.settings.agency, self.settings.counterpart, self.outbox, self.clock)

    @property
    def receipts(self) -> Receipts:
        return Receipts(self.settings.agency, self.settings.counterpart, self.ledger, self.outbox, self.clock)

    @property
    def people(self) -> People:
        return People.on(self.store, self.clock)

    @property
    def tools(self) -> Tools:
        return Tools(
            store=self.store,
            ledger=self.ledger,
            outbox=self.outbox,
            keyring=self.keyring,
            index=self.index,
            candidates=self.candidates(),
            agreements=self.agreements,
            clock=self.clock,
            new_id=uuid4,
        )

    def federation(self) -> Federation:
        return Federation(self.settings.agency, self.settings.counterpart, self.tools)

    def procuratorate(self) -> Procuratorate:
        return Procuratorate(self.settings.agency, self.settings.counterpart, self.tools)

    def desk(self) -> Desk:
        """The desk of this agency's role."""
        return self.federation() if self.settings.role is Role.federation else self.procuratorate()

    def candidates(self) -> Candidates:
        return Candidates(self.store, self.vault, self.index, self.settings.agency)

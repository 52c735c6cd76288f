"""
The one place where the parts of an agency are put together: clocks, ids, settings and clients are passed in from here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from clue_exchange.agreement_check import problems_at
from clue_exchange.agreement_file import read_agreement
from clue_exchange.agreements import Agreements, SignedAgreement
from clue_exchange.clock import Clock, system_clock
from clue_exchange.errors import AgreementInvalid
from clue_exchange.kafka_clients import JournalConsumer, JournalProducer
from clue_exchange.kafka_records import TopicIdentity
from clue_exchange.kafka_settings import PATIENCE_MS
from clue_exchange.keys import public_keys, receiving_keys
from clue_exchange.keys.at_rest import AtRest
from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.keys.keystore import PrivateKeys, read_keys, read_passphrase
from clue_exchange.keys.vault import VAULT_TABLES, Vault
from clue_exchange.keys.wrapping import Parties
from clue_exchange.lease import Lease
from clue_exchange.ledger import Ledger
from clue_exchange.logs import Log
from clue_exchange.outbox import Outbox
from clue_exchange.settings import Settings
from clue_exchange.signing import Signer
from clue_exchange.store import Store
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topic_watch import TopicWatch
from clue_exchange.topics import topic_name
from console.parts import Parts
from consumers.batch import Answers, BatchReceiver
from consumers.key_look import KeyLook
from consumers.lag.ends import JournalEnds
from consumers.loop import Loop
from consumers.reading import Reader
from consumers.receipt_rounds import ReceiptRounds
from consumers.replay import Replay
from consumers.stops import Journals
from producers.housekeeping import Housekeeping
from producers.key_relay import KeyRelay
from producers.relay import Relay
from schemas.catalog import EVENT_FAMILIES, Family
from schemas.codes import Role

RECEIVED = (*EVENT_FAMILIES, Family.KEYS, Family.RECEIPTS)
"""What a node takes in of the counterpart's topics."""
LOOK_PATIENCE_MS = 2_000
"""For a person who waits at a terminal."""


@dataclass(frozen=True, slots=True)
class Agency(Parts):
    """Everything of one agency; a connection to Kafka is made by the part that is asked for, and not before."""

    @classmethod
    def open(cls, settings: Settings, clock: Clock = system_clock) -> "Agency":
        """
        Open keys, agreement and database as the settings name them.

        Raises:
            KeysUnavailable: no keys, or the passphrase does not open them.
            AgreementInvalid: the agreement is not what both signed, or not between these two.
            StoreFailed: the database cannot be used.
        """
        keys = read_keys(settings.keys, read_passphrase(settings.passphrase_file))
        return cls.assemble(settings, keys, read_agreement(settings.agreement), clock)

    @classmethod
    def assemble(cls, settings: Settings, keys: PrivateKeys, signed: SignedAgreement, clock: Clock) -> "Agency":
        """Put the parts on the database, go by this agreement, and know both parties by the keys that it names."""
        store = Store.open(settings.database)
        vault = Vault(Store.open(settings.vault_url, VAULT_TABLES), AtRest(keys.table_key))
        outbox = Outbox(Signer(keys), clock)
        agency = cls(
            settings=settings,
            store=store,
            clock=clock,
            keys=keys,
            ledger=Ledger(settings.role, clock),
            outbox=outbox,
            vault=vault,
            keyring=KeyRing(Parties(settings.agency, settings.counterpart), keys, vault, outbox, clock),
            index=BlindIndex(keys.index_key),
            agreements=Agreements(settings.agency, clock),
        )
        try:
            agency.adopt(signed)
            with store.reading() as transaction:
                agency.keyring.bury(transaction)
        except BaseException:
            agency.close()
            raise
        return agency

    def adopt(self, signed: SignedAgreement) -> None:
        """
        Go by this version of the agreement too.

        Raises:
            AgreementInvalid: not signed by both, between others, or it names keys of ours that are not here.
        """
        if problems := problems_at(signed.agreement, self.settings.agency, self.settings.counterpart, self.keys):
            raise AgreementInvalid("; ".join(problems))
        with self.store.transaction() as transaction:
            self.agreements.adopt(transaction, signed)
            for party in map(signed.agreement.party, Role):
                public_keys.pin(transaction, party)
                receiving_keys.pin(transaction, party, self.clock())

    def producer(self, patience_ms: int = 2 * PATIENCE_MS) -> JournalProducer:
        settings = self.settings
        return JournalProducer(
            settings.bootstrap, client_id=settings.agency, patience_ms=patience_ms, security=settings.security
        )

    def relay(self, producer: JournalProducer, log: Log) -> Relay:
        return Relay(self.store, self.outbox, producer, log)

    def key_relay(self) -> KeyRelay:
        """What a command sends its key records with."""
        produce = partial(self.producer, patience_ms=LOOK_PATIENCE_MS)
        consume = partial(self.consumer, patience_ms=LOOK_PATIENCE_MS)
        return KeyRelay(self.settings.agency, self.store, self.outbox, produce, consume)

    def batches(self) -> BatchReceiver:
        ours = self.ledger, self.keyring, self.index, self.dead_letters, Answers(self.receipts, self.reconciliation)
        return BatchReceiver(self.reader(self.settings.agency), *ours, self.clock)

    def reader(self, recipient: str) -> Reader:
        """What reads the records that are addressed to this agency."""
        return Reader(recipient, self.ledger, self.keyring, self.index, self.people.log)

    def replay(self) -> Replay:
        return Replay(self.store, self.dead_letters, self.batches())

    def loop(self, log: Log) -> Loop:
        topics = [topic_name(self.settings.counterpart, family) for family in RECEIVED]
        journals = Journals(topics, self.identities, self.store, self.clock, log)
        return Loop(journals, self.consumer, self.store, self.batches(), log)

    def journal_ends(self) -> JournalEnds:
        return JournalEnds(partial(self.consumer, patience_ms=LOOK_PATIENCE_MS))

    def housekeeping(self, log: Log) -> Housekeeping:
        security = self.settings.security
        certificate = None if security is None else security.certificate
        return Housekeeping(self.store, self.keyring, self.key_look().look, certificate, self.clock, log)

    def topic_watch(self, log: Log) -> TopicWatch:
        settings = self.settings
        return TopicWatch(settings.agency, self.topic_admin, settings.topics_checked_every_seconds, log)

    def key_look(self) -> KeyLook:
        parties = self.settings.agency, self.settings.counterpart
        topics = [topic_name(agency, Family.KEYS) for agency in parties]
        connect = partial(self.consumer, patience_ms=LOOK_PATIENCE_MS)
        return KeyLook(self.settings.agency, topics, connect, self.store, self.clock)

    def lease(self) -> Lease:
        return Lease(self.store, self.clock)

    def receipt_rounds(self, log: Log) -> ReceiptRounds:
        journals = [topic_name(self.settings.agency, family) for family in EVENT_FAMILIES]
        return ReceiptRounds(self.store, self.outbox, self.receipts, self.agreements, journals, self.clock, log)

    def close(self) -> None:
        self.store.close()
        self.vault.close()

    def identities(self, topics: Sequence[str]) -> Mapping[str, TopicIdentity]:
        with self.topic_admin() as admin:
            return admin.identities(topics)

    def topic_admin(self) -> TopicAdmin:
        settings = self.settings
        return TopicAdmin(settings.bootstrap, client_id=settings.agency, security=settings.security)

    def consumer(self, next_offsets: Mapping[str, int], patience_ms: int = PATIENCE_MS) -> JournalConsumer:
        settings = self.settings
        return JournalConsumer(
            settings.bootstrap,
            next_offsets,
            group_id=f"{settings.agency}.exchange",
            client_id=settings.agency,
            patience_ms=patience_ms,
            security=settings.security,
        )

"""
Rows 33 and 34: keys that are lost before they are read, a key store that is locked, a signing key that changes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import PolicyViolationError

from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.kafka_clients import JournalProducer
from clue_exchange.kafka_records import OutgoingRecord, ReceivedRecord
from clue_exchange.keys.keystore import SigningKey
from clue_exchange.settings import Settings
from console.wiring import Agency
from consumers.dead_letters import Reason
from schemas.codes import Role
from schemas.envelope import Record
from schemas.receipt import Receipt
from tests.canaries import HER_NAME, HER_WORDS, leaks
from tests.faults import plants
from tests.faults.county import County
from tests.faults.histories import rows_of
from tests.faults.nodes import Start
from tests.kafka_steps import delete_records
from tests.key_steps import forged, rotate, rotation

pytestmark = [pytest.mark.broker, pytest.mark.slow]

F, P = Role.federation, Role.procuratorate
DELAY_SECONDS = 2.0
LOSING = {"cleanup.policy": "compact,delete"}
"""From a topic that is compacted alone Kafka deletes nothing on request."""
AS_IT_SHOULD_BE = {"cleanup.policy": "compact"}
KEYS_LEFT = "SELECT number FROM outbox WHERE sent_at IS NULL AND topic LIKE '%.keys'"
WAITING = "SELECT number FROM event WHERE outcome = 'waiting' ORDER BY number"
APPLIED = "SELECT number FROM event WHERE outcome = 'applied' ORDER BY number"


def numbers(here: County, role: Role, query: str) -> list[int]:
    """What a query of numbers gives in a side's database."""
    found = rows_of(here.agencies[role].settings.database, {"found": query})["found"]
    return [row["number"] for row in found]


def lose_keys(here: County, role: Role) -> None:
    """All records of a side's keys topic are gone: its settings were not what `topics check` asks for."""
    topic = here.topic(role, "keys")
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, LOSING)
    with closing(KafkaAdminClient(bootstrap_servers=here.bootstrap)) as admin:
        admin.alter_configs([resource])

    def is_done() -> bool:
        try:
            delete_records(here.bootstrap, topic, -1)
        except PolicyViolationError:  # the broker has not heard of the setting yet
            return False
        return True

    here.wait_until(is_done)
    with closing(KafkaAdminClient(bootstrap_servers=here.bootstrap)) as admin:  # else its owner's node does not start
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, AS_IT_SHOULD_BE)])


def missing_keys(here: County, by: Role) -> set[str]:
    """The keys that the newest receipt of a side names."""
    receipts = here.log_of(here.topic(by, "receipts"))
    newest = receipts[max(receipts)] if receipts else None
    return set() if newest is None else set(Receipt.from_body(Record.from_value(newest).body).missing_keys)


def test_row_33_events_whose_keys_are_lost_wait_until_their_owner_sends_them_again(
    here: County, fault_kafka: EmbeddedKafka
) -> None:
    """Row 33: the receipt names the keys; nothing is in clear meanwhile, and nobody has to do anything."""
    here.start()
    here.nodes[P].stop()
    here.transfer(3)
    here.wait_until(lambda: here.has_relayed(F) and not numbers(here, F, KEYS_LEFT))
    lost = here.agencies[F].vault.key_ids()  # of the facts, and of each person
    here.nodes[F].stop()
    lose_keys(here, F)

    here.nodes[P].start_ready()
    here.wait_until(lambda: missing_keys(here, P) == lost)
    waited = numbers(here, P, WAITING)
    in_clear = [*leaks(here.folder, [HER_NAME, HER_WORDS]), *leaks(fault_kafka.folder, [HER_NAME, HER_WORDS])]
    here.nodes[F].start_ready(Start(plant=partial(plants.set_clock_ahead, minutes=1)))
    verdict = here.require_nothing_lost()

    assert (len(lost), waited, in_clear) == (1 + 3, [1, 2, 3], [])
    assert (verdict.total("applied"), verdict.total("waiting")) == (3, 0)
    assert sum(line["records"] for line in here.nodes[F].said("records.sent_again")) >= len(lost)
    assert lost <= here.agencies[P].vault.key_ids()


@contextmanager
def vault_locked(settings: Settings) -> Iterator[None]:
    """Another connection holds the key store's only write lock."""
    path = settings.vault_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_row_33_a_key_store_that_is_locked_is_waited_out(here: County) -> None:
    """Row 33: for longer than SQLite waits no key can be kept; no event is taken in without, and all are afterwards."""
    here.start()
    with vault_locked(here.agencies[P].settings):
        here.transfer(3)
        here.wait_until(lambda: any(line["error"] == "StoreBusy" for line in here.nodes[P].said("loop.retried")))
        kept = here.agencies[P].vault.key_ids()

    assert kept == set()
    assert here.require_nothing_lost().total("applied") == 3


def test_row_33_a_key_store_that_is_slow_delays_and_loses_nothing(here: County, fault_kafka: EmbeddedKafka) -> None:
    """Row 33: two seconds for each look and each key that is kept; nothing goes on without it, nothing is in clear."""
    here.nodes[F].start_ready()
    here.transfer(3)
    here.nodes[P].start_ready(Start(plant=partial(plants.slow_key_store, DELAY_SECONDS)))
    verdict = here.require_nothing_lost()
    in_clear = [*leaks(here.folder, [HER_NAME, HER_WORDS]), *leaks(fault_kafka.folder, [HER_NAME, HER_WORDS])]

    assert (verdict.total("applied"), in_clear) == (3, [])
    assert len(here.agencies[P].vault.key_ids()) == 1 + 3


def signed_by(here: County) -> list[str]:
    """Which key signed each record of the federation's journal, in its order."""
    log = here.log_of(here.topic(F))
    return [Record.from_value(log[offset] or b"").key_id for offset in sorted(log)]


def forge(here: County, key: SigningKey) -> None:
    """Whoever still has the first key of this agency signs the next number of the journal."""
    topic = here.topic(F)
    log = here.log_of(topic)
    genuine = ReceivedRecord(topic, 0, 0, here.clues[0].bytes, log[0], (), 0)
    made = forged(topic, len(log) + 1, genuine, key)
    with JournalProducer(here.bootstrap) as producer:
        producer.send_all([OutgoingRecord(topic, made.key or b"", made.value or b"", made.headers)], 60)


def test_row_34_a_signing_key_that_changes_mid_stream_loses_nothing(here: County) -> None:
    """Row 34: both sign for a while, then the old one is revoked: refused from there on, and believed before."""
    here.start()
    here.transfer(2)
    old = here.agencies[F]
    stolen = old.keys.signing[0]
    first, second = stolen.key_id, rotate(old).key.key_id
    here.wait_until(lambda: not numbers(here, F, KEYS_LEFT))  # the new one signs when Kafka has its announcement
    new = Agency.open(old.settings)
    for agency in (old, new, old, new):
        here.agencies[F] = agency
        here.transfer()
    old.close()
    here.nodes[F].stop()
    rotation(new).revoke(first, new.keys)
    here.nodes[F].start_ready()
    here.transfer(2)
    verdict = here.require_nothing_lost()

    forge(here, stolen)
    here.wait_until(lambda: here.side(P).tables["dead_letter"] != [])
    here.transfer()
    here.drain()

    assert (verdict.total("applied"), here.side(P).tables["gap"]) == (8, [])
    assert signed_by(here) == [first, first, first, second, first, second, second, second, first, second]
    assert [letter["reason"] for letter in here.side(P).tables["dead_letter"]] == [Reason.BAD_SIGNATURE]
    assert numbers(here, P, APPLIED) == list(range(1, 10))
    assert here.check().failures == {"inconsistent-offsets": 1}  # the forgery, under the number of the last clue

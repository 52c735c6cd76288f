"""
How long Kafka gives the key of an erased person, measured on a real broker as the node measures it.
"""

import io
import json
import time
from datetime import timedelta
from uuid import UUID

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from clue_exchange.keys.dead_keys import COMPACTION_LAG
from clue_exchange.logs import Log
from clue_exchange.topics import topic_name
from clue_exchange.workdays import china_date
from consumers.erasures import Erasure, erasures
from schemas.catalog import Family
from schemas.clue_events import ErasureConfirmed, ErasureRequested
from schemas.codes import Role
from tests.builders import an_event
from tests.kafka_steps import relay_once
from tests.two_sides import TwoSides

pytestmark = [pytest.mark.broker, pytest.mark.slow]

LAG_MS = "1"
"""Each later record closes the segment of those before it, however fast the test is."""
CLEANED_SECONDS = 90
"""The cleaner looks every second on the embedded broker, every fifteen by default."""


def erase(on_kafka: TwoSides, clue_id: UUID) -> None:
    """Both sides erase the person of a clue."""
    on_kafka.procuratorate.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    on_kafka.exchange()
    on_kafka.federation.federation().confirm_erasure(clue_id, an_event(ErasureConfirmed))
    on_kafka.exchange()


def relay(on_kafka: TwoSides, log: Log) -> None:
    """Kafka has all that the federation has to say."""
    with on_kafka.federation.producer() as producer:
        while relay_once(on_kafka.federation, producer, log):
            pass


def stands(on_kafka: TwoSides, role: Role) -> Erasure:
    """The one erasure of a side."""
    agency = on_kafka.side(role)
    with agency.store.reading() as transaction:
        (each,) = erasures(transaction, agency.clock_reader, china_date(agency.clock()))
    return each


def test_the_key_of_an_erased_person_is_seen_in_kafka_until_the_cleaner_has_been(
    on_kafka: TwoSides, log: Log, log_text: io.StringIO, bootstrap: str
) -> None:
    """Both sides see it for themselves; the second tombstone closes the segment; the hours it stayed are noted."""
    keys = topic_name(on_kafka.federation.settings.agency, Family.KEYS)
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    configs = {"max.compaction.lag.ms": LAG_MS, "delete.retention.ms": LAG_MS}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, keys, configs)])
    admin.close()
    clue_id = on_kafka.transfer().envelope.clue_id
    on_kafka.exchange()
    relay(on_kafka, log)
    erase(on_kafka, clue_id)
    relay(on_kafka, log)
    looks = [on_kafka.side(role).key_look().look() for role in Role]
    before = stands(on_kafka, Role.federation)

    on_kafka.clock.now += COMPACTION_LAG + timedelta(minutes=1)
    on_kafka.federation.housekeeping(log).do_once()
    deadline = time.monotonic() + CLEANED_SECONDS
    relay(on_kafka, log)
    while not (gone := on_kafka.federation.key_look().look()):
        assert time.monotonic() < deadline, "the cleaner did not come"
    found = on_kafka.procuratorate.key_look().look()

    assert (looks, gone, found) == ([0, 0], 1, 1)
    assert before.stayed is None
    for role in Role:
        assert stands(on_kafka, role).stayed == COMPACTION_LAG + timedelta(minutes=1)
    assert "housekeeping.done" in {json.loads(line)["event"] for line in log_text.getvalue().splitlines()}

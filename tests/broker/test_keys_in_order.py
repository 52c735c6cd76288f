"""
A new signing key is known before it is needed, in whatever order the topics are fetched, on a real Kafka.
"""

from pathlib import Path

import pytest

from clue_exchange.kafka_records import OutgoingRecord
from clue_exchange.logs import Log
from consumers import worklist
from schemas.codes import Role
from tests.kafka_steps import DEADLINE_SECONDS, journals, relay_once, take_in
from tests.key_steps import restarted, rotate
from tests.two_sides import TwoSides

pytestmark = pytest.mark.broker


def test_an_event_that_is_fetched_before_the_key_that_signed_it_is_taken_in(
    on_kafka: TwoSides, log: Log, tmp_path: Path
) -> None:
    """Topics are fetched by themselves: before a signature is called bad, the keys topics are read to their ends."""
    on_kafka.write_files(tmp_path)
    rotate(on_kafka.federation)
    with on_kafka.federation.producer() as producer:
        relay_once(on_kafka.federation, producer, log)
        begun = restarted(on_kafka)
        begun.transfer()
        relay_once(begun.federation, producer, log)

    taken = take_in(begun.procuratorate, dict.fromkeys(journals(begun.federation), 0), log)

    begun.federation.close()
    with begun.procuratorate.store.reading() as transaction:
        assert begun.procuratorate.dead_letters.listed(transaction) == []
        assert worklist.outcomes(transaction) == {"applied": 1}
    assert taken == 1


def test_a_signature_that_no_key_explains_is_still_a_dead_letter(on_kafka: TwoSides, log: Log, tmp_path: Path) -> None:
    """The keys are read to their end once a batch, and then it is what it is."""
    on_kafka.write_files(tmp_path)
    on_kafka.transfer()
    (record,) = on_kafka.events_of(Role.federation)
    damaged = (record.value or b"")[:-1] + bytes([(record.value or b"\x00")[-1] ^ 1])
    with on_kafka.federation.producer() as producer:
        outgoing = [OutgoingRecord(record.topic, record.key or b"", damaged, record.headers)]
        producer.send_all(outgoing, DEADLINE_SECONDS)

    take_in(on_kafka.procuratorate, dict.fromkeys(journals(on_kafka.federation), 0), log)

    with on_kafka.procuratorate.store.reading() as transaction:
        assert [each.reason for each in on_kafka.procuratorate.dead_letters.listed(transaction)] == ["bad_signature"]

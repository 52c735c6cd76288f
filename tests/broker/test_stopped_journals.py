"""
A journal that must not be read on stops alone, on a real Kafka.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from clue_exchange import journal_stops
from clue_exchange.journals import Stop, read_position, recognise
from clue_exchange.kafka_records import OutgoingRecord, TopicIdentity
from clue_exchange.logs import Log
from console.wiring import Agency
from schemas.codes import Role
from tests.kafka_steps import DEADLINE_SECONDS, journals, relay_once, states, wait_until
from tests.two_sides import TwoSides

pytestmark = pytest.mark.broker


def stops(agency: Agency) -> dict[str, Stop]:
    """Which journals are stopped, and why."""
    with agency.store.reading() as transaction:
        return {topic: each.reason for topic, each in journal_stops.stopped(transaction).items()}


@contextmanager
def loop_of(agency: Agency, log: Log) -> Iterator[None]:
    """Its loop runs within the block."""
    stop = Event()
    loop = Thread(target=agency.loop(log).run, args=(stop,))
    loop.start()
    try:
        yield
    finally:
        stop.set()
        loop.join(DEADLINE_SECONDS)
    assert not loop.is_alive()


def test_a_topic_that_ends_before_the_position_stops_alone(on_kafka: TwoSides, log: Log) -> None:
    """Never a silent jump to the latest record; the case journal goes on."""
    procuratorate, (clues, _) = on_kafka.procuratorate, journals(on_kafka.federation)
    on_kafka.transfer()
    on_kafka.give(Role.procuratorate, on_kafka.sent_by(Role.federation))
    clue_and_key_topics = {clues, f"{on_kafka.federation.settings.agency}.keys"}

    with loop_of(procuratorate, log):
        wait_until(procuratorate, lambda: set(stops(procuratorate)) == clue_and_key_topics)

    assert set(stops(procuratorate).values()) == {Stop.BEYOND_THE_END}
    with procuratorate.store.reading() as transaction:
        assert read_position(transaction, clues).next_offset == 1


def test_a_topic_that_was_made_anew_stops_alone(on_kafka: TwoSides, log: Log) -> None:
    """Its offsets mean other records; a person must look first. Restarts change nothing, and others go on."""
    federation, procuratorate = on_kafka.federation, on_kafka.procuratorate
    progress = journals(federation)[1]
    with procuratorate.store.transaction() as transaction:
        recognise(transaction, progress, TopicIdentity("another id", 1), on_kafka.clock())
    on_kafka.transfer()
    with federation.producer() as producer:
        relay_once(federation, producer, log)

    for _ in range(2):
        with loop_of(procuratorate, log):
            wait_until(procuratorate, lambda: states(procuratorate) == {"transferred": 1})
            wait_until(procuratorate, lambda: stops(procuratorate) == {progress: Stop.TOPIC_CHANGED})


def test_twenty_poison_records_in_a_row_stop_their_journal_alone(
    on_kafka: TwoSides, log: Log, log_text: io.StringIO
) -> None:
    """All twenty are dead-lettered, what follows is not touched, other journals go on; a start tries one more."""
    federation, procuratorate = on_kafka.federation, on_kafka.procuratorate
    clues, progress = journals(federation)
    with federation.producer() as producer:
        producer.send_all([OutgoingRecord(progress, b"key", b"junk") for _ in range(21)], DEADLINE_SECONDS)
        with loop_of(procuratorate, log):
            wait_until(procuratorate, lambda: stops(procuratorate) == {progress: Stop.POISON_CAP})
            on_kafka.transfer()
            relay_once(federation, producer, log)
            wait_until(procuratorate, lambda: states(procuratorate) == {"transferred": 1})

    with procuratorate.store.reading() as transaction:
        assert procuratorate.dead_letters.count(transaction) == 20
        assert read_position(transaction, progress).next_offset == 20
        assert read_position(transaction, clues).next_offset == 1
    stopped = [json.loads(line) for line in log_text.getvalue().splitlines() if "journal.stopped" in line]
    assert [(each["topic"], each["reason"], each["next_offset"]) for each in stopped] == [(progress, "poison_cap", 20)]

    with loop_of(procuratorate, log):
        wait_until(procuratorate, lambda: dead_letters(procuratorate) == 21)
    assert stops(procuratorate) == {progress: Stop.POISON_CAP}


def dead_letters(agency: Agency) -> int:
    with agency.store.reading() as transaction:
        return agency.dead_letters.count(transaction)

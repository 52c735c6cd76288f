"""
Row 11: the tail of a topic is lost, with nothing behind it that would show a gap, on a real Kafka.
"""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from clue_exchange import outbox_depth
from clue_exchange.journals import read_position
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.logs import Log
from schemas.codes import Role
from schemas.envelope import Record
from tests.kafka_steps import DEADLINE_SECONDS, delete_records, journals, relay_once, wait_until
from tests.restoring import Exchange, exchange_of
from tests.two_sides import TwoSides, rows

pytestmark = pytest.mark.broker

SENT = 5


@pytest.fixture
def exchange(on_kafka: TwoSides, tmp_path: Path) -> Iterator[Exchange]:
    """Two agencies that both hold the first clue."""
    with exchange_of(on_kafka, tmp_path) as exchange:
        exchange.sides.transfer()
        exchange.settle()
        yield exchange


def lose_the_tail(exchange: Exchange, log: Log) -> str:
    """Kafka acknowledges all other clues, and then loses them before they are read; the topic."""
    federation = exchange.sides.federation
    clues = journals(federation)[0]
    for _ in range(SENT - 1):
        exchange.sides.transfer()
    with federation.producer() as producer:
        relay_once(federation, producer, log)
    with federation.store.reading() as transaction:
        assert outbox_depth.depth(transaction).records == 0
    delete_records(federation.settings.bootstrap, clues, before=end_of(exchange, clues))
    return clues


def end_of(exchange: Exchange, topic: str) -> int:
    with JournalConsumer(exchange.sides.federation.settings.bootstrap, {topic: 0}, group_id="test") as consumer:
        return consumer.end_offsets([topic])[topic]


def read_what_is_left(exchange: Exchange, log: Log) -> None:
    """The receiver reads until it has the keys of all clues, which are still in Kafka."""
    procuratorate = exchange.sides.procuratorate
    keys = f"{exchange.sides.federation.settings.agency}.keys"

    def has_read_all() -> bool:
        with procuratorate.store.reading() as transaction:
            return read_position(transaction, keys).next_offset == end_of(exchange, keys)

    stop = Event()
    loop = Thread(target=procuratorate.loop(log).run, args=(stop,))
    loop.start()
    wait_until(procuratorate, has_read_all)
    stop.set()
    loop.join(DEADLINE_SECONDS)


def test_row_11_a_tail_that_kafka_lost_is_asked_about_and_sent_again(exchange: Exchange, log: Log) -> None:
    """It shows no gap; the last record sent again makes one, and the receipt names the rest: lost 0, doubled 0."""
    clues = lose_the_tail(exchange, log)
    read_what_is_left(exchange, log)
    with exchange.sides.procuratorate.store.reading() as transaction:
        unseen = read_position(transaction, clues)
    exchange.sides.clock.forward(minutes=2)
    exchange.settle()
    in_topic = exchange.in_kafka(clues, first=SENT)

    assert (unseen.next_number, unseen.gaps) == (2, ())
    assert [Record.from_value(each.value or b"").number for each in in_topic] == [5, 2, 3, 4]
    assert [each["topic"] for each in exchange.logged("receipt.lagged")] == [clues]
    federation, procuratorate = exchange.digests()
    assert federation == procuratorate
    for agency in map(exchange.sides.side, Role):
        with agency.store.reading() as transaction:
            assert rows(transaction, "SELECT count(*), count(DISTINCT event_id) FROM event") == [(SENT, SENT)]
            assert agency.dead_letters.count(transaction) == 0

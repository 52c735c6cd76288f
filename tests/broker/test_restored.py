"""
A database that was restored from yesterday's copy, on a real Kafka: as a sender and as a receiver.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from clue_exchange.errors import JournalStopped, KeysUnavailable
from clue_exchange.kafka_records import OutgoingRecord
from clue_exchange.logs import json_log
from console.node import Node
from schemas.clue_events import ClueAccepted, ErasureConfirmed, ErasureRequested
from schemas.codes import Role
from schemas.envelope import Record
from tests.builders import an_event
from tests.kafka_steps import DEADLINE_SECONDS, delete_records, journals
from tests.restoring import Exchange, exchange_of
from tests.two_sides import TwoSides, rows

pytestmark = pytest.mark.broker


@pytest.fixture
def exchange(on_kafka: TwoSides, tmp_path: Path) -> Iterator[Exchange]:
    """Two agencies with a history, whose databases can be restored."""
    with exchange_of(on_kafka, tmp_path) as exchange:
        yield exchange


def numbers_used_twice(exchange: Exchange, topic: str) -> list[int]:
    """Numbers under which different records stand."""
    bodies = defaultdict(set)
    for record in exchange.in_kafka(topic):
        if record.value is not None:
            found = Record.from_value(record.value)
            bodies[found.number].add(found.body)
    return [number for number, different in bodies.items() if len(different) > 1]


def test_a_restored_sender_reads_back_what_it_had_sent_and_uses_no_number_twice(exchange: Exchange) -> None:
    """Row 36. Its vault is gone too: the keys come back from its own topic, and its clues open again."""
    first = exchange.sides.transfer().envelope.clue_id
    exchange.settle()
    backup = exchange.copy(Role.federation)
    second = exchange.sides.transfer().envelope.clue_id
    exchange.sides.procuratorate.procuratorate().accept(first, an_event(ClueAccepted))
    exchange.settle()

    exchange.restore(Role.federation, backup)
    exchange.settle()
    third = exchange.sides.transfer().envelope.clue_id
    exchange.settle()

    federation, procuratorate = exchange.digests()
    assert federation == procuratorate
    assert len(federation) == 3
    topics = [*journals(exchange.sides.federation), f"{exchange.sides.federation.settings.agency}.keys"]
    assert [numbers_used_twice(exchange, topic) for topic in (topics[0], topics[2])] == [[], []]
    assert [exchange.has_her_key(Role.federation, clue_id) for clue_id in (first, second, third)] == [True] * 3
    (told,) = exchange.logged("journals.read_back")
    assert (told["events"], told["unreadable"]) == (1, 0)
    with exchange.sides.procuratorate.store.reading() as transaction:
        assert exchange.sides.procuratorate.dead_letters.count(transaction) == 0


def test_a_restored_receiver_reads_on_from_its_position_and_takes_nothing_in_twice(exchange: Exchange) -> None:
    """Row 35: lost 0, doubled 0, digests equal."""
    first = exchange.sides.transfer().envelope.clue_id
    exchange.settle()
    backup = exchange.copy(Role.procuratorate)
    for _ in range(3):
        exchange.sides.transfer()
    exchange.settle()
    before = exchange.digests()

    exchange.restore(Role.procuratorate, backup)
    exchange.settle()

    assert exchange.digests() == before
    assert exchange.has_her_key(Role.procuratorate, first)
    procuratorate = exchange.sides.procuratorate
    with procuratorate.store.reading() as transaction:
        assert rows(transaction, "SELECT count(*), count(DISTINCT event_id) FROM event") == [(4, 4)]
        assert procuratorate.dead_letters.count(transaction) == 0


@pytest.mark.parametrize("role", Role)
def test_who_was_erased_after_the_copy_stays_erased_when_it_is_restored(exchange: Exchange, role: Role) -> None:
    """On either side, also where her key record still stands in Kafka; the chain is whole."""
    clue_id = exchange.sides.transfer().envelope.clue_id
    exchange.settle()
    backup = exchange.copy(role)
    exchange.sides.procuratorate.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    exchange.settle()
    exchange.sides.federation.federation().confirm_erasure(clue_id, an_event(ErasureConfirmed))
    exchange.settle()
    before = exchange.digests()

    exchange.restore(role, backup)
    exchange.settle()

    assert exchange.digests() == before
    assert [exchange.has_her_key(each, clue_id) for each in Role] == [False, False]
    with exchange.sides.side(role).store.reading() as transaction:
        assert exchange.sides.side(role).dead_letters.count(transaction) == 0
        assert rows(transaction, "SELECT count(*) FROM outbox WHERE value IS NOT NULL AND key LIKE 'person-%'") == [
            (0,)
        ]


def test_a_record_in_our_topic_that_we_did_not_sign_stops_the_node_once(exchange: Exchange) -> None:
    """It is noted with its bytes, and said clearly; the next start goes on behind it."""
    exchange.sides.transfer()
    exchange.settle()
    federation = exchange.sides.federation
    with federation.producer() as producer:
        producer.send_all([OutgoingRecord(journals(federation)[0], b"key", b"junk")], DEADLINE_SECONDS)

    with pytest.raises(JournalStopped, match="not signed by this agency"):
        Node(federation, json_log(exchange.told)).run()

    assert [line["security_alert"] for line in exchange.logged("record.dead_lettered")] == [True]
    exchange.sides.transfer()
    exchange.settle()


def test_a_command_to_a_restored_copy_before_its_node_has_read_back_is_never_sent(exchange: Exchange) -> None:
    """Its number is taken by another record: the node stops and says what to do."""
    exchange.sides.transfer()
    exchange.settle()
    backup = exchange.copy(Role.federation)
    exchange.sides.transfer()
    exchange.settle()
    exchange.restore_beside_vault(Role.federation, backup)
    exchange.sides.transfer()

    with pytest.raises(JournalStopped, match="restore the copy again"):
        Node(exchange.sides.federation, json_log(exchange.told)).run()

    assert len(exchange.in_kafka(journals(exchange.sides.federation)[0])) == 2


def test_without_its_vault_a_restored_copy_takes_no_command_before_its_node_has_read_back(exchange: Exchange) -> None:
    """The facts key is lacking; it comes back with the rest."""
    exchange.sides.transfer()
    exchange.settle()
    exchange.restore(Role.federation, exchange.copy(Role.federation))

    with pytest.raises(KeysUnavailable, match="let the node run"):
        exchange.sides.transfer()

    exchange.settle()
    exchange.sides.transfer()


def test_what_is_neither_in_the_copy_nor_in_kafka_any_more_stops_the_node(exchange: Exchange) -> None:
    """Our own chain has a hole: what would be sent next could contradict it."""
    exchange.sides.transfer()
    exchange.settle()
    backup = exchange.copy(Role.federation)
    for _ in range(2):
        exchange.sides.transfer()
    exchange.settle()
    federation = exchange.sides.federation
    delete_records(federation.settings.bootstrap, journals(federation)[0], before=2)
    exchange.restore(Role.federation, backup)

    with pytest.raises(JournalStopped, match=r"1 of its numbers .* the first is 2"):
        Node(exchange.sides.federation, json_log(exchange.told)).run()

"""
A database that was lost, and no backup: filled again from Kafka alone.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from schemas.clue_events import ClueAccepted, ClueSupplemented, ErasureConfirmed, ErasureRequested
from schemas.codes import Role
from tests.builders import an_event
from tests.desks import Desk
from tests.restoring import Exchange, exchange_of
from tests.two_sides import TwoSides, rows

pytestmark = pytest.mark.broker


@pytest.fixture
def exchange(on_kafka: TwoSides, tmp_path: Path) -> Iterator[Exchange]:
    """Two agencies with key files, which have some history: three clues, of one the woman is erased."""
    on_kafka.write_files(tmp_path)
    with exchange_of(on_kafka, tmp_path) as exchange:
        for _ in range(3):
            exchange.sides.transfer()
        exchange.settle()
        yield exchange


def command_line(exchange: Exchange, role: Role) -> Desk:
    """With accounts made anew: these are in a backup, not in Kafka."""
    return Desk.of(exchange.sides.side(role), exchange.folder)


@pytest.mark.parametrize("role", Role)
def test_a_lost_database_is_filled_from_kafka_alone(exchange: Exchange, role: Role) -> None:
    """The same digests as the other side's and as before, the keys too; the erased woman stays erased."""
    sides = exchange.sides
    hers, accepted, last = (UUID(str(clue_id)) for clue_id, _ in exchange.digests()[0])
    sides.procuratorate.procuratorate().request_erasure(hers, an_event(ErasureRequested))
    sides.procuratorate.procuratorate().accept(accepted, an_event(ClueAccepted))
    exchange.settle()
    sides.federation.federation().confirm_erasure(hers, an_event(ErasureConfirmed))
    sides.federation.federation().supplement(accepted, an_event(ClueSupplemented))
    exchange.settle()
    before = exchange.digests()

    exchange.lose(role)
    desk = command_line(exchange, role)
    told = json.loads(desk.run("rebuild", "--from-kafka", *desk.by("wang"), "--json").stdout)

    assert (told["clues"], told["events"], told["differing"], told["damaged"]) == (3, 7, [], [])
    assert exchange.digests() == before
    assert [exchange.has_her_key(role, clue_id) for clue_id in (hers, accepted, last)] == [False, True, True]
    with exchange.sides.side(role).store.reading() as transaction:
        assert exchange.sides.side(role).dead_letters.count(transaction) == 0
        assert rows(transaction, "SELECT count(*) FROM event WHERE outcome = 'applied'") == [(7,)]
    exchange.sides.transfer()
    exchange.settle()
    assert len(exchange.digests()[0]) == 4


def test_an_event_that_was_damaged_in_the_database_comes_back_from_kafka(exchange: Exchange) -> None:
    """Also one that is gone: the positions are of no consequence to it."""
    before = exchange.digests()
    agency = exchange.sides.procuratorate
    with agency.store.transaction() as transaction:
        transaction.exec_driver_sql("UPDATE event SET record = substr(record, 2) WHERE number = 2")
        transaction.exec_driver_sql("DELETE FROM event WHERE number = 1")
    desk = command_line(exchange, Role.procuratorate)

    told = json.loads(desk.run("rebuild", "--from-kafka", *desk.by("wang"), "--json").stdout)

    assert (told["clues"], told["damaged"]) == (3, [])
    assert exchange.digests() == before


def test_it_is_refused_while_a_node_of_the_agency_works(exchange: Exchange) -> None:
    """Two that take in the same journals would stop each other."""
    other = exchange.sides.federation.lease()
    assert other.take()
    desk = command_line(exchange, Role.federation)

    refused = desk.run("rebuild", "--from-kafka", *desk.by("wang"), expected=1)

    assert "stop it first" in refused.output
    other.give_back()

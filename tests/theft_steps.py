"""
Steps of tests of a theft: what a thief does who has our signing key, and what we do then.
"""

import json
from collections.abc import Mapping
from contextlib import closing
from types import MappingProxyType
from typing import Any

import pytest

from clue_exchange.errors import JournalStopped
from clue_exchange.kafka_records import OutgoingRecord
from clue_exchange.logs import json_log
from clue_exchange.topics import topic_name
from console.node import Node
from console.wiring import Agency
from schemas.catalog import Family
from schemas.codes import Role
from schemas.envelope import Record, signed_bytes
from schemas.receipt import NumberRange
from tests.desks import Desk
from tests.kafka_steps import DEADLINE_SECONDS, journals
from tests.restoring import Exchange
from tests.two_sides import TwoSides, rows


def forge(exchange: Exchange, spoofed: Mapping[str, bytes] = MappingProxyType({})) -> None:
    """
    A thief with all that the federation has, keys and databases, sends a clue of his own under the next number.

    `spoofed` are other record keys than the genuine ones, by topic.
    """
    federation = exchange.sides.federation
    folder = exchange.folder / "thief"
    folder.mkdir()
    exchange.copy(Role.federation).rename(folder / "agency.db")
    places = {"database": f"sqlite:///{folder}/agency.db", "vault": federation.settings.vault_url}
    settings = federation.settings.model_copy(update=places)
    thief = Agency.assemble(settings, federation.keys, exchange.sides.ceremony.signed, federation.clock)
    with closing(thief):
        TwoSides(thief, exchange.sides.procuratorate, exchange.sides.clock, exchange.sides.ceremony).transfer()
        with thief.store.reading() as transaction:
            pending = thief.outbox.pending(transaction, 100)
    records = [
        OutgoingRecord(each.topic, spoofed.get(each.topic, each.key), each.value, each.headers) for each in pending
    ]
    with federation.producer() as producer:
        producer.send_all(records, DEADLINE_SECONDS)


def put(exchange: Exchange, number: int, body: bytes) -> None:
    """The thief signs any body with the stolen key, under this number of the federation's clues."""
    topic, stolen = journals(exchange.sides.federation)[0], exchange.sides.ceremony.keys[Role.federation].signing[0]
    signature = stolen.private.sign(signed_bytes(topic, number, body))
    value = Record(number=number, body=body, key_id=stolen.key_id, signature=signature).to_value()
    with exchange.sides.federation.producer() as producer:
        producer.send_all([OutgoingRecord(topic, b"key", value)], DEADLINE_SECONDS)


def old_key(exchange: Exchange) -> str:
    return exchange.sides.ceremony.keys[Role.federation].signing[0].key_id


def revoke(exchange: Exchange) -> Desk:
    """A supervisor rotates the key and revokes the stolen one; no node runs."""
    desk = Desk.of(exchange.sides.federation, exchange.folder)
    rotated = json.loads(desk.run("keys", "rotate", *desk.by("wang"), "--json").stdout)
    revoked = json.loads(desk.run("keys", "revoke", old_key(exchange), *desk.by("wang"), "--json").stdout)
    assert (rotated["in_kafka"], revoked["in_kafka"]) == (True, True)
    return desk


def halted(exchange: Exchange) -> str:
    """Why the federation's node does not start."""
    with pytest.raises(JournalStopped) as stopped:
        Node(exchange.sides.federation, json_log(exchange.told)).run()
    return str(stopped.value)


def settle(exchange: Exchange, desk: Desk, expected: int = 1) -> dict[str, Any]:
    """A supervisor settles what stands in `clues`; then the federation's process begins anew, with its new key."""
    listed = json.loads(desk.run("forgeries", "--json", expected=expected).stdout)
    settled = json.loads(desk.run("forgeries", "settle", "--journal", "clues", *desk.by("wang"), "--json").stdout)
    desk.run("forgeries")
    exchange.begin_anew(Role.federation)
    return {**settled, "listed": listed}


def numbers(exchange: Exchange, role: Role) -> list[tuple[object, ...]]:
    """Which event has which number of the federation's clues, at this side, and what became of it."""
    with exchange.sides.side(role).store.reading() as transaction:
        query = "SELECT number, hash, outcome FROM event WHERE topic LIKE 'federation%.clues' ORDER BY number"
        return rows(transaction, query)


def repeat_first_receipt(exchange: Exchange) -> None:
    """What the procuratorate's relay does that was killed before it noted that it had sent it."""
    topic = topic_name(exchange.sides.procuratorate.settings.agency, Family.RECEIPTS)
    oldest = exchange.in_kafka(topic)[0]
    with exchange.sides.procuratorate.producer() as producer:
        again = OutgoingRecord(topic, oldest.key or b"", oldest.value, oldest.headers)
        producer.send_all([again], DEADLINE_SECONDS)


def send_again(exchange: Exchange, wanted: NumberRange) -> int:
    """Queue these numbers of the federation's clues once more; how many."""
    federation, clock = exchange.sides.federation, exchange.sides.clock
    now = clock.now
    clock.forward(days=36_500)  # the desk noted by the machine's clock that they were sent
    with federation.store.transaction() as transaction:
        queued = federation.outbox.send_again(transaction, journals(federation)[0], [wanted])
    clock.now = now
    return queued

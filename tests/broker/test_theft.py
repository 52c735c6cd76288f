"""
Somebody stole our signing key and wrote under our name in our own topics, on a real Kafka: what helps, step by step.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clue_exchange.errors import JournalStopped
from clue_exchange.journals import read_position
from clue_exchange.logs import json_log
from clue_exchange.outbox import HIGHEST_NUMBER
from clue_exchange.topics import topic_name
from console.node import Node
from schemas.catalog import Family
from schemas.codes import Role
from schemas.envelope import Record
from schemas.receipt import NumberRange
from tests.desks import Desk
from tests.kafka_steps import journals, take_in, wait_until
from tests.restoring import Exchange, exchange_of
from tests.theft_steps import (
    forge,
    halted,
    numbers,
    old_key,
    put,
    repeat_first_receipt,
    revoke,
    send_again,
    settle,
)
from tests.two_sides import TwoSides, rows

pytestmark = pytest.mark.broker


@pytest.fixture
def exchange(on_kafka: TwoSides, tmp_path: Path) -> Iterator[Exchange]:
    """Two agencies with a clue that both hold; the federation's key file can be rotated."""
    on_kafka.write_files(tmp_path)
    with exchange_of(on_kafka, tmp_path) as exchange:
        exchange.sides.transfer()
        exchange.settle()
        yield exchange


def test_a_stolen_key_is_revoked_although_the_node_must_not_run(exchange: Exchange) -> None:
    """Its own journal contradicts its database: it halts, and the revocation reaches the other side all the same."""
    forge(exchange)
    exchange.sides.transfer()
    federation, procuratorate = exchange.sides.federation, exchange.sides.procuratorate
    with pytest.raises(JournalStopped):
        Node(federation, json_log(exchange.told)).run()

    revoke(exchange)
    with federation.store.reading() as transaction:
        left = federation.outbox.pending_of(transaction, [topic_name(federation.settings.agency, Family.KEYS)])
    take_in(procuratorate, {topic_name(federation.settings.agency, Family.KEYS): 0}, json_log(exchange.told))

    with procuratorate.store.reading() as transaction:
        query = f"SELECT last FROM public_key WHERE topic LIKE '%.clues' AND key_id = '{old_key(exchange)}'"
        assert rows(transaction, query) == [(2,)]
    assert [each.key.split(b"-")[0] for each in left] == [b"person"]  # it waits for the node: it may die before


def test_a_record_under_the_next_number_is_named_and_never_taken_for_ours_unasked(exchange: Exchange) -> None:
    """The node stops at it, start after start, and its own topics give nothing to the ledger."""
    before = numbers(exchange, Role.federation)
    forge(exchange)

    whys = [halted(exchange) for _ in range(2)]

    assert all("number 2" in why and "keys revoke" in why for why in whys)
    assert numbers(exchange, Role.federation) == before
    (told, *_) = exchange.logged("record.forged")
    assert (told["number"], told["offset"], told["security_alert"]) == (2, 1, True)


def test_after_the_revocation_both_sides_go_on_and_no_number_has_two_meanings(exchange: Exchange) -> None:
    """What the other side took in stands, by name; our event that had its number gets the next one, and arrives."""
    forge(exchange)
    ours = exchange.sides.transfer()
    halted(exchange)
    settled = settle(exchange, revoke(exchange))
    exchange.settle()
    exchange.sides.transfer()
    exchange.settle()

    (listed,) = (each for each in settled["listed"] if each["topic"].endswith(".clues"))
    assert (listed["number"], listed["ruling"], settled["moved"], settled["events"]) == (2, None, [2], 1)
    assert listed["hash"] == settled["stands"][0]["hash"]
    assert numbers(exchange, Role.federation) == numbers(exchange, Role.procuratorate)
    assert [(number, outcome) for number, _, outcome in numbers(exchange, Role.federation)] == [
        (number, "applied") for number in (1, 2, 3, 4)
    ]
    assert numbers(exchange, Role.federation)[2][1] == ours.hash
    federation, procuratorate = exchange.digests()
    assert federation == procuratorate


def write_a_copy(exchange: Exchange) -> None:
    """The body of our own event once more, under the next number."""
    genuine = exchange.in_kafka(journals(exchange.sides.federation)[0])[0]
    put(exchange, 2, Record.from_value(genuine.value or b"").body)


def write_nonsense(exchange: Exchange) -> None:
    """A body that is no event, under the next number."""
    put(exchange, 2, b"no event")


@pytest.mark.parametrize(("write", "events"), [(forge, 1), (write_a_copy, 0), (write_nonsense, 0)])
def test_what_the_other_side_took_in_before_it_knew_of_the_revocation_stands(
    exchange: Exchange, write: Callable[[Exchange], None], events: int
) -> None:
    """Its receipt halts our journal. We sign the record with the new key; what is no event uses up its number."""
    with exchange.nodes():
        write(exchange)
        wait_until(exchange.sides.federation, lambda: bool(exchange.logged("journal.halted")))
    repeat_first_receipt(exchange)
    settled = settle(exchange, revoke(exchange), expected=0)
    exchange.sides.transfer()
    exchange.settle()

    assert [(each["number"], each["ruling"]) for each in settled["stands"]] == [(2, "stands")]
    assert (settled["events"], settled["moved"]) == (events, [])
    assert numbers(exchange, Role.federation) == numbers(exchange, Role.procuratorate)
    assert [number for number, *_ in numbers(exchange, Role.federation)] == [1, *[2] * events, 3]
    values = [each.value or b"" for each in exchange.in_kafka(journals(exchange.sides.federation)[0])]
    written = [(each.number, each.key_id == old_key(exchange)) for each in map(Record.from_value, values)]
    assert written == [(1, True), (2, True), (2, False), (3, False)]
    assert len(exchange.logged("journal.halted")) == 1


def test_what_nobody_believes_after_the_revocation_is_refused_and_its_number_is_ours(exchange: Exchange) -> None:
    """Under a number that was taken, and under the next one: neither has an effect, and no number is left out."""
    put(exchange, 1, b"no event")
    put(exchange, 2, b"no event either")
    halted(exchange)
    settled = settle(exchange, revoke(exchange))
    exchange.sides.transfer()
    exchange.settle()

    assert [(each["number"], each["ruling"]) for each in settled["refused"]] == [(1, "refused"), (2, "refused")]
    assert (settled["stands"], settled["moved"]) == ([], [])
    assert numbers(exchange, Role.federation) == numbers(exchange, Role.procuratorate)
    assert [number for number, *_ in numbers(exchange, Role.federation)] == [1, 2]
    assert exchange.logged("journal.halted") == []


def test_what_we_said_under_the_number_since_the_revocation_stays_ours(exchange: Exchange) -> None:
    """The other side took in ours and never the thief's: its receipt names the number, and by its hash whose it is."""
    put(exchange, 2, b"no event")
    halted(exchange)
    desk = revoke(exchange)
    exchange.begin_anew(Role.federation)
    halted(exchange)  # once more, for a stranger's record now
    keys = topic_name(exchange.sides.federation.settings.agency, Family.KEYS)
    take_in(exchange.sides.procuratorate, {keys: 0}, json_log(exchange.told))
    exchange.sides.transfer()
    exchange.settle()
    before = numbers(exchange, Role.procuratorate)
    settled = settle(exchange, desk)

    assert [(each["number"], each["ruling"]) for each in settled["refused"]] == [(2, "refused")]
    assert (settled["stands"], settled["moved"]) == ([], [])
    assert [number for number, *_ in before] == [1, 2]
    assert numbers(exchange, Role.federation) == before


def test_a_record_that_uses_no_number_there_stands_under_none_here_and_what_stands_can_be_sent_again(
    exchange: Exchange,
) -> None:
    """Its record key is spoofed: what came behind it is the first. The key is not revoked: it is sent as it was."""
    (topic, *_) = journals(exchange.sides.federation)
    forge(exchange, spoofed={topic: b"spoofed"})
    put(exchange, 2, b"no event")
    halted(exchange)
    settled = settle(exchange, Desk.of(exchange.sides.federation, exchange.folder))
    written = [Record.from_value(each.value or b"") for each in exchange.in_kafka(topic)]
    assert [(each["number"], each["hash"]) for each in settled["stands"]] == [(2, written[2].body_hash.hex())]
    assert settled["refused"] == []
    assert send_again(exchange, NumberRange(first=2, last=2)) == 1
    halted(exchange)  # for a stranger's record
    exchange.settle()

    assert Record.from_value(exchange.in_kafka(topic)[3].value or b"") == written[2]
    assert numbers(exchange, Role.federation) == numbers(exchange, Role.procuratorate)


def test_numbers_that_a_thief_skipped_are_filled_on_both_sides(exchange: Exchange) -> None:
    """What the other side took in far behind our last number stands, and so many numbers say nothing."""
    with exchange.nodes():
        put(exchange, 9, b"no event")
        wait_until(exchange.sides.federation, lambda: bool(exchange.logged("journal.halted")))
    settled = settle(exchange, revoke(exchange), expected=0)
    exchange.sides.transfer()
    exchange.settle()

    assert [each["number"] for each in settled["stands"]] == [9]
    assert settled["filled"] == [*range(2, 9)]
    assert [number for number, *_ in numbers(exchange, Role.procuratorate)] == [1, 10]
    assert numbers(exchange, Role.federation) == numbers(exchange, Role.procuratorate)
    with exchange.sides.procuratorate.store.reading() as transaction:
        assert read_position(transaction, journals(exchange.sides.federation)[0]).held_up_to == 10
    assert len(exchange.logged("journal.halted")) == 1


def test_too_many_skipped_numbers_are_named_and_nothing_is_changed(exchange: Exchange) -> None:
    """While the key is believed; once it is revoked, what the other side has not taken in is refused."""
    put(exchange, HIGHEST_NUMBER, b"no event")
    halted(exchange)
    desk = Desk.of(exchange.sides.federation, exchange.folder)
    refused = desk.run("forgeries", "settle", "--journal", "clues", *desk.by("wang"), expected=1).output
    before = json.loads(desk.run("forgeries", "--json", expected=1).stdout)
    for words in (("rotate",), ("revoke", old_key(exchange))):
        desk.run("keys", *words, *desk.by("wang"))
    settled = settle(exchange, desk)

    assert f"{HIGHEST_NUMBER - 2} numbers from 2 on were skipped" in " ".join(refused.split())
    assert [each["ruling"] for each in before] == [None]
    assert [(each["number"], each["ruling"]) for each in settled["refused"]] == [(HIGHEST_NUMBER, "refused")]

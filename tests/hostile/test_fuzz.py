"""
Genuine records, changed in every way that comes to hypothesis' mind, in batches with genuine ones.

Nothing is raised, and nothing but genuine records changes anything. The examples are the same in CI each time; a seed
of one's own: `pytest tests/hostile/test_fuzz.py --hypothesis-seed=N` without CI set.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.tables import EVENT
from consumers.taken import Taken
from schemas.case_events import AidDecided, ApplicationFiled, FundsPaid
from schemas.clue_events import ClueAccepted, ClueReturned, ClueSupplemented
from schemas.codes import Role
from tests.builders import an_event
from tests.two_sides import FEDERATION, HER_PARTICULARS, SetClock, TwoSides, rows, settings_for

EXAMPLES = 150
BEHIND = 100  # all that was taken in already
HEADERS = ("ce_id", "ce_type", "ce_source", "ce_time", "schema-id", "")


@dataclass(frozen=True)
class Road:
    """Two sides that have played a story, and what the federation sent of it; the procuratorate has taken in a part."""

    sides: TwoSides
    genuine: tuple[ReceivedRecord, ...]

    def take_in(self, batch: list[ReceivedRecord]) -> tuple[Taken, set[bytes], set[str], int]:
        """Take in a batch and forget it: what it came to, the records and keys held then, and how many signing keys."""
        agency = self.sides.procuratorate
        with agency.store.engine.connect() as transaction:
            taken = agency.batches().take_in(transaction, batch)
            events = set(transaction.scalars(select(EVENT.c.record)))
            keys = {str(row[0]) for row in rows(transaction, "SELECT key_id FROM data_key")}
            signing = len(rows(transaction, "SELECT * FROM public_key"))
            transaction.rollback()
        return taken, events, keys, signing


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    """One story for all examples; each example is rolled back."""
    folder: Path = tmp_path_factory.mktemp("fuzz")
    urls = {role: settings_for(role, folder, f"sqlite:///{folder}/{role}.db") for role in Role}
    sides = TwoSides.of(urls, SetClock())
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    desk = sides.procuratorate.procuratorate()
    desk.return_(clue_id, an_event(ClueReturned))
    sides.exchange()
    sides.federation.federation().supplement(clue_id, an_event(ClueSupplemented), HER_PARTICULARS)
    sides.exchange()
    desk.accept(clue_id, an_event(ClueAccepted))
    for event in (ApplicationFiled, AidDecided, FundsPaid):
        desk.act(event_verb(event.__name__))(clue_id, an_event(event))
    sides.exchange()
    sides.transfer()
    yield Road(sides, tuple(sides.sent_by(Role.federation)))
    sides.close()


def event_verb(event_type: str) -> str:
    return {"ApplicationFiled": "file-application", "AidDecided": "decide", "FundsPaid": "pay"}[event_type]


TOPICS = st.sampled_from([f"{FEDERATION}.{family}" for family in ("clues", "case-progress", "keys", "receipts")])
BITS = st.tuples(st.integers(0, 5_000), st.integers(1, 255))


@st.composite
def changed(draw: st.DrawFn, genuine: tuple[ReceivedRecord, ...]) -> ReceivedRecord:
    """A genuine record, changed in up to three ways, or in none."""
    record = draw(st.sampled_from(genuine))
    for way in draw(st.lists(st.sampled_from(WAYS), max_size=3)):
        record = way(draw, record, genuine)
    return replace(record, offset=draw(st.integers(BEHIND, BEHIND + 50)))


def flip(draw: st.DrawFn, record: ReceivedRecord, _: object) -> ReceivedRecord:
    value = bytearray(record.value or b"")
    for place, pattern in draw(st.lists(BITS, min_size=1, max_size=4)):
        if value:
            value[place % len(value)] ^= pattern
    return replace(record, value=bytes(value))


def cut(draw: st.DrawFn, record: ReceivedRecord, _: object) -> ReceivedRecord:
    return replace(record, value=(record.value or b"")[: draw(st.integers(0, 800))])


def lengthen(draw: st.DrawFn, record: ReceivedRecord, _: object) -> ReceivedRecord:
    return replace(record, value=(record.value or b"") + draw(st.binary(min_size=1, max_size=40)))


def splice(draw: st.DrawFn, record: ReceivedRecord, genuine: tuple[ReceivedRecord, ...]) -> ReceivedRecord:
    other, at = draw(st.sampled_from(genuine)), draw(st.integers(0, 600))
    return replace(record, value=(record.value or b"")[:at] + (other.value or b"")[at:])


def anything(draw: st.DrawFn, record: ReceivedRecord, _: object) -> ReceivedRecord:
    return replace(record, value=draw(st.one_of(st.none(), st.binary(max_size=80))))


def rekey(draw: st.DrawFn, record: ReceivedRecord, genuine: tuple[ReceivedRecord, ...]) -> ReceivedRecord:
    other = draw(st.sampled_from(genuine)).key
    return replace(record, key=draw(st.one_of(st.none(), st.binary(max_size=40), st.just(other))))


def relabel(draw: st.DrawFn, record: ReceivedRecord, _: object) -> ReceivedRecord:
    header = st.tuples(st.sampled_from(HEADERS), st.binary(max_size=30))
    return replace(record, headers=tuple(draw(st.lists(header, max_size=4))))


def move(draw: st.DrawFn, record: ReceivedRecord, _: object) -> ReceivedRecord:
    return replace(record, topic=draw(TOPICS))


WAYS = (flip, cut, lengthen, splice, anything, rekey, relabel, move)


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_changed_records_raise_nothing_and_change_nothing(road: Road, data: st.DataObject) -> None:
    """Every record that is held afterwards is genuine, and every key; the rest are dead letters, or had no effect."""
    genuine = road.genuine
    ours = {record.value or b"" for record in genuine} | held_before(road)
    batch = data.draw(st.lists(changed(genuine), min_size=1, max_size=6))

    taken, events, keys, signing = road.take_in(batch)

    assert events <= ours
    assert keys <= known_keys(road)
    assert signing == signing_keys(road)
    assert all(letter.number is None for letter in taken.dead_letters)
    counted = taken.repeated + taken.passed_over + taken.keys + len(taken.receipts) + len(taken.dead_letters)
    assert counted <= len(batch)


def held_before(road: Road) -> set[bytes]:
    """The records of both sides that the procuratorate holds already."""
    with road.sides.procuratorate.store.reading() as transaction:
        return set(transaction.scalars(select(EVENT.c.record)))


def known_keys(road: Road) -> set[str]:
    """The keys of both sides."""
    found = set()
    for role in Role:
        with road.sides.side(role).store.reading() as transaction:
            found |= {str(row[0]) for row in rows(transaction, "SELECT key_id FROM data_key")}
    return found


def signing_keys(road: Road) -> int:
    with road.sides.procuratorate.store.reading() as transaction:
        return len(rows(transaction, "SELECT * FROM public_key"))

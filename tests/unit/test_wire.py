"""What goes out comes back: every event type through all its layers, read by us and by another library."""

import hashlib
from datetime import date
from enum import StrEnum
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.case_events import AidDecided, FollowUpPlanned
from schemas.codec import newest, released
from schemas.envelope import Envelope, Record
from schemas.errors import InvalidEvent
from schemas.event import Event
from schemas.particulars import Particulars
from schemas.parts import particulars_schema, read_facts, read_particulars, write_facts
from tests.builders import AWARD, MODELS, an_event
from tests.independent_reader import known_schemas, read_framed, read_unframed
from tests.wire import HER_PARTICULARS, a_record, an_envelope


def variants(event_type: type[Event]) -> list[Event]:
    """The default event, and one for each symbol of each enum field that the model allows by itself."""
    found = [an_event(event_type)]
    for name, field in event_type.model_fields.items():
        enums = [t for t in (field.annotation, *get_args(field.annotation)) if isinstance(t, type)]
        for symbol in (symbol for enum in enums if issubclass(enum, StrEnum) for symbol in enum):
            for value in (symbol, [symbol]):
                try:
                    found.append(an_event(event_type, **{name: value}))
                except InvalidEvent:
                    continue
    return found


@pytest.mark.parametrize("event_type", MODELS)
def test_every_event_type_comes_back_as_it_went(event_type: type[Event]) -> None:
    """Facts, envelope and record of every event type come back equal, and in the same bytes."""
    for event in variants(event_type):
        record = Record.from_value(a_record(an_envelope(event)).to_value())
        envelope = Envelope.from_body(record.body)
        facts = read_facts(envelope.event_type, newest(envelope.event_type), envelope.facts.sealed)
        assert (facts, envelope, record) == (event, an_envelope(event), a_record(an_envelope(event)))
        assert read_particulars(particulars_schema(), envelope.particulars[0].part.sealed) == HER_PARTICULARS
        assert record.body_hash == hashlib.sha256(record.body).digest()


@settings(max_examples=100)
@given(day=st.dates(), amount=st.integers(1, 10_000_000_00), number=st.integers(1, 999))
def test_dates_and_amounts_come_back_as_they_went(day: date, amount: int, number: int) -> None:
    """Every date of the calendar and every amount and number that the model allows survives the wire."""
    decided = an_event(AidDecided, decisions=[{**AWARD, "amount_fen": amount, "number": number}])
    for event in (decided, an_event(FollowUpPlanned, planned_for=day)):
        assert read_facts(event.event_type, newest(event.event_type), write_facts(event)) == event


@pytest.mark.parametrize("event_type", MODELS)
def test_an_independent_reader_decodes_record_envelope_and_facts(event_type: type[Event]) -> None:
    """Apache avro, with the .avsc files alone, finds each layer by its fingerprint and reads the same values."""
    event = an_event(event_type)
    ours = a_record(an_envelope(event, previous=b"\x02" * 32))
    record = read_framed(ours.to_value())
    envelope = read_framed(record["body"])
    facts = read_unframed(envelope["facts_schema"], envelope["facts"]["sealed"])
    told = read_unframed(envelope["particulars_schema"], envelope["particulars"][0]["part"]["sealed"])

    assert Record.read(record) == ours
    assert Envelope.read(envelope).to_body() == ours.body
    assert event_type.read(facts) == event
    assert Particulars.read(told) == HER_PARTICULARS


def test_fingerprints_are_those_of_the_specification() -> None:
    """The fingerprint of every .avsc is the one that is computed from the specification, and no two are equal."""
    ours = {schema.fingerprint for schema in released().values()}

    assert ours == set(known_schemas())
    assert len(ours) == len(released())

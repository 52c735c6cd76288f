"""Strict reading: one spelling for each value, a closed set of errors, and an independent reader that agrees."""

import io
from collections.abc import Callable
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.case_events import CaseClosed, FollowUpPlanned, FundsPaid
from schemas.clue_events import ClueAccepted, ClueShared, ClueTransferred, ClueWithdrawn, NewClue
from schemas.codec import MARKER, Schema, decode, encode, frame, newest, released, unframe
from schemas.envelope import Envelope, Record
from schemas.errors import (
    ContractError,
    InvalidEvent,
    Malformed,
    NotCanonical,
    NotFramed,
    UnknownFingerprint,
)
from schemas.event import Event
from schemas.parts import particulars_schema, read_facts, read_particulars, write_facts, write_particulars
from tests.builders import A_UUID, MODELS, an_event
from tests.wire import HER_PARTICULARS, a_record, an_envelope, spell_long, spell_text

OFFICER = spell_text("officer-1")
DAY = spell_long(19_800)
NONE, SOME = spell_long(0), spell_long(1)
UUID_TEXT = str(A_UUID)

# what stands on the wire, of which event type, and how it is refused: the fastavro table of hostile-input.md, row H053
REFUSED: dict[str, tuple[type[Event], bytes, type[ContractError]]] = {
    "enum index -1": (CaseClosed, OFFICER + spell_long(-1) + NONE, NotCanonical),
    "enum index too large": (CaseClosed, OFFICER + spell_long(4) + NONE, Malformed),
    "union index -1": (CaseClosed, OFFICER + spell_long(3) + spell_long(-1) + spell_long(0), NotCanonical),
    "union index too large": (CaseClosed, OFFICER + spell_long(0) + spell_long(2), Malformed),
    "boolean 2": (FollowUpPlanned, OFFICER + DAY + b"\x02", NotCanonical),
    "integer in 12 bytes": (FollowUpPlanned, OFFICER + spell_long(19_800, at_least=12) + b"\x01", NotCanonical),
    "integer that never ends": (FollowUpPlanned, OFFICER + b"\x80" * 100, Malformed),
    "length in 12 bytes": (FollowUpPlanned, spell_long(9, at_least=12) + b"officer-1" + DAY + b"\x01", NotCanonical),
    "array in several blocks": (FundsPaid, OFFICER + b"\x02\x02" + b"\x02\x04" + b"\x00", NotCanonical),
    "array in a sized block": (FundsPaid, OFFICER + spell_long(-1) + spell_long(1) + b"\x02" + b"\x00", NotCanonical),
    "array without its end": (FundsPaid, OFFICER + b"\x02\x02", Malformed),
    "array of 2^28 and no items": (FundsPaid, OFFICER + spell_long(2**28), Malformed),
    "array of -2^62 and no items": (FundsPaid, OFFICER + spell_long(-(2**62)) + spell_long(4), Malformed),
    "bytes after the end": (ClueAccepted, OFFICER + OFFICER + b"\x00\x00", NotCanonical),
    "truncated": (ClueAccepted, OFFICER + OFFICER[:-1], Malformed),
    "empty": (ClueAccepted, b"", Malformed),
    "negative length": (ClueAccepted, spell_long(-5) + b"officer", Malformed),
    "length 2^40": (ClueAccepted, spell_long(2**40) + b"officer", Malformed),
    "length 2^62": (ClueAccepted, spell_long(2**62) + b"officer", Malformed),
    "bad UTF-8": (ClueAccepted, spell_text(b"\xff\xfe") + OFFICER, Malformed),
    "surrogate": (ClueAccepted, spell_text(b"\xed\xa0\x80") + OFFICER, Malformed),
    "overlong UTF-8": (ClueAccepted, spell_text(b"\xc0\x80") + OFFICER, Malformed),
    "UUID in capitals": (
        ClueWithdrawn,
        OFFICER + NONE + SOME + spell_text("ABCDEF00-0000-4000-8000-000000000001"),
        NotCanonical,
    ),
    "UUID in braces": (ClueWithdrawn, OFFICER + NONE + SOME + spell_text(f"{{{UUID_TEXT}}}"), NotCanonical),
    "UUID without dashes": (
        ClueWithdrawn,
        OFFICER + NONE + SOME + spell_text(UUID_TEXT.replace("-", "")),
        NotCanonical,
    ),
    "bad UUID": (ClueWithdrawn, OFFICER + NONE + SOME + spell_text(UUID_TEXT[:-1]), Malformed),
    "date before year 1": (FollowUpPlanned, OFFICER + spell_long(-800_000) + b"\x01", Malformed),
    "date after year 9999": (FollowUpPlanned, OFFICER + spell_long(3_000_000) + b"\x01", Malformed),
    "date of 2^62": (FollowUpPlanned, OFFICER + spell_long(2**62) + b"\x01", Malformed),
    "int over 32 bits": (FundsPaid, OFFICER + b"\x02" + spell_long(2**33) + b"\x00", InvalidEvent),
    "NUL in a string": (ClueAccepted, spell_text("officer\x00") + OFFICER + b"\x00", InvalidEvent),
    "control character in a string": (ClueAccepted, spell_text("officer\n") + OFFICER + b"\x00", InvalidEvent),
}


@pytest.mark.parametrize("row", REFUSED)
def test_facts_that_fastavro_lets_through_are_refused(row: str) -> None:
    """H053: each way in which fastavro is too kind is refused with its own class of error."""
    event_type, data, expected = REFUSED[row]
    with pytest.raises(ContractError) as refused:
        read_facts(event_type.__name__, newest(event_type.__name__), data)

    assert type(refused.value) is expected


def test_every_end_but_the_right_one_is_malformed() -> None:
    """Facts that are cut anywhere are refused."""
    data = write_facts(an_event(ClueTransferred))
    for length in range(len(data)):
        with pytest.raises(Malformed):
            read_facts("ClueTransferred", newest("ClueTransferred"), data[:length])


RECORD = a_record(an_envelope(an_event(ClueAccepted), previous=b"\x01" * 32)).to_value()
FRAMES: dict[str, tuple[bytes, type[ContractError]]] = {
    "empty": (b"", NotFramed),
    "short": (RECORD[:9], NotFramed),
    "other marker": (b"\xc3\x02" + RECORD[2:], NotFramed),
    "unknown fingerprint": (MARKER + bytes(8) + RECORD[10:], UnknownFingerprint),
    "fingerprint in the other order": (MARKER + RECORD[9:1:-1] + RECORD[10:], UnknownFingerprint),
    "an envelope in the place of a record": (an_envelope(an_event(ClueAccepted)).to_body(), UnknownFingerprint),
    "nothing behind the frame": (RECORD[:10], Malformed),
    "bytes after the end": (RECORD + b"\x00", NotCanonical),
    "number 0": (RECORD[:10] + spell_long(0) + RECORD[11:], InvalidEvent),
    "number 2^60": (RECORD[:10] + spell_long(2**60) + RECORD[11:], InvalidEvent),
}


@pytest.mark.parametrize("row", FRAMES)
def test_bad_frames_are_refused(row: str) -> None:
    """H040, H050: what is not a record in its one spelling is refused with its own class of error."""
    data, expected = FRAMES[row]
    with pytest.raises(ContractError) as refused:
        Record.from_value(data)

    assert type(refused.value) is expected


def test_a_timestamp_out_of_range_is_malformed() -> None:
    """An envelope from the year 300,000 is poison, not a crash."""
    body = an_envelope(an_event(ClueAccepted)).to_body()
    moment = spell_long(1_709_631_000_123)
    assert body.count(moment) == 1

    with pytest.raises(Malformed):
        Envelope.from_body(body.replace(moment, spell_long(10**16)))


def test_errors_tell_no_value() -> None:
    """What a refused field held is in no error, for errors go into logs."""
    data = write_particulars(HER_PARTICULARS).replace(b"13800000000", b"1380000000\x00")
    with pytest.raises(InvalidEvent) as refused:
        read_particulars(particulars_schema(), data)

    assert refused.value.problems
    assert "1380000000" not in str(refused.value)


READERS: tuple[tuple[bytes, Callable[[bytes], Any], Callable[[Any], bytes]], ...] = (
    (RECORD, Record.from_value, Record.to_value),
    (an_envelope(an_event(ClueTransferred)).to_body(), Envelope.from_body, Envelope.to_body),
    (
        write_particulars(HER_PARTICULARS),
        lambda data: read_particulars(particulars_schema(), data),
        write_particulars,
    ),
    *(
        (write_facts(an_event(m)), lambda data, name=m.__name__: read_facts(name, newest(name), data), write_facts)
        for m in MODELS
    ),
)
MUTATION = st.tuples(
    st.integers(0, 400), st.sampled_from(["set", "flip", "insert", "delete", "cut"]), st.binary(max_size=4)
)


def mutate(data: bytes, place: int, how: str, what: bytes) -> bytes:
    """One small damage at a place of the bytes."""
    at = place % (len(data) + 1)
    match how:
        case "set":
            return data[:at] + what + data[at + len(what) :]
        case "flip":
            return data[:at] + bytes(byte ^ 1 << place % 8 for byte in data[at : at + 1]) + data[at + 1 :]
        case "insert":
            return data[:at] + what + data[at:]
        case "delete":
            return data[:at] + data[at + 1 + len(what) :]
        case _:
            return data[:at]


@settings(max_examples=1500)
@given(good=st.sampled_from(READERS), damage=st.lists(MUTATION, min_size=1, max_size=3))
def test_damaged_bytes_are_refused_or_are_the_one_spelling_of_what_they_say(
    good: tuple[bytes, Callable[[bytes], Any], Callable[[Any], bytes]], damage: list[tuple[int, str, bytes]]
) -> None:
    """No damage raises anything outside the contract's errors, and no two byte strings spell one value."""
    data, read, write = good
    original = read(data)
    bad = data
    for place, how, what in damage:
        bad = mutate(bad, place, how, what)
    try:
        value = read(bad)
    except ContractError:
        return

    assert write(value) == bad
    assert (value == original) is (bad == data)


def test_facts_of_another_type_are_refused() -> None:
    """Facts in the schema of another event type are not read as this one, though the bytes would fit."""
    data = write_facts(an_event(ClueAccepted))
    with pytest.raises(Malformed):
        read_facts("ClueDeclined", newest("ClueAccepted"), data)


@pytest.mark.parametrize("value", [{}, {"officer": 1, "handler": "x"}, {"officer": "x", "handler": "y", "more": "z"}])
def test_values_that_are_not_of_the_schema_are_not_written(value: dict[str, Any]) -> None:
    """Writing is as strict as reading: missing, wrong and unknown fields are Malformed."""
    with pytest.raises(Malformed):
        encode(newest("ClueAccepted"), value)


@pytest.mark.parametrize("model", [ClueTransferred, ClueShared])
def test_an_opening_of_the_first_version_has_no_day_of_finding(model: type[NewClue]) -> None:
    """It stays readable; and who knows the first version alone reads the rest of the second."""
    name, facts = model.__name__, an_event(model).model_dump()
    first, second = (each for each in sorted(released().values(), key=lambda s: s.version) if each.name == name)
    old = {field: value for field, value in facts.items() if field != "found_on"}

    assert read_facts(name, first, encode(first, old)) == an_event(model, found_on=None)
    assert read_facts(name, second, encode(second, facts)) == an_event(model)
    written = fastavro.schemaless_reader(io.BytesIO(encode(second, facts)), second.parsed, first.parsed)
    assert isinstance(written, dict)
    assert model.read(written) == an_event(model, found_on=None)


def test_frame_and_unframe_are_each_others_inverse() -> None:
    """A frame names its schema, and only that name opens it."""
    schema: Schema = newest("ClueAccepted")
    value = {"officer": "officer-1", "handler": "officer-2", "checklist": list[str]()}

    assert unframe("ClueAccepted", frame(schema, value)) == value == decode(schema, encode(schema, value))
    with pytest.raises(UnknownFingerprint):
        unframe("ClueDeclined", frame(schema, value))

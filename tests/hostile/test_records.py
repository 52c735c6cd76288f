"""
Records whose bytes, key, headers, signature or address are hostile: rows 40 to 57.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from clue_exchange.journals import Gap, read_position
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.topics import RECORD_CAP_BYTES
from schemas.codec import HEADER_BYTES, MARKER, newest, released
from schemas.codes import Role
from schemas.envelope import Record
from tests.forge import CLUES, Forge, Judged
from tests.two_sides import FEDERATION
from tests.wire import spell_long

Headers = tuple[tuple[str, bytes], ...]


def missing(forge: Forge) -> tuple[Gap, ...]:
    """The numbers of the journal of clues that are missing."""
    with forge.sides.procuratorate.store.reading() as transaction:
        return read_position(transaction, CLUES).gaps


def good(forge: Forge) -> ReceivedRecord:
    """A record that would be taken in."""
    record = forge.record(forge.envelope())
    forge.deliver_keys()
    return record


@pytest.mark.parametrize("value", [b"", MARKER, bytes(9), b"\xc3\x02" + bytes(50), b"{}", bytes(100)])
def test_h040_bytes_without_the_marker_are_a_dead_letter(forge: Forge, value: bytes) -> None:
    """Empty, under ten bytes, or framed by something else; nothing is rejected, for nobody signed it."""
    assert forge.judged(replace(good(forge), value=value)) == Judged("not_framed")


def test_h041_no_value_in_a_journal_is_a_dead_letter_with_an_alert(forge: Forge) -> None:
    """A journal has no tombstones."""
    assert forge.judged(replace(good(forge), value=None)) == Judged("no_value", is_alert=True)


def test_h042_a_tombstone_without_an_erasure_takes_no_key_away(forge: Forge) -> None:
    """Our own copy is kept, and somebody must look."""
    good(forge)
    (key, _) = forge.sides.keys_of(Role.federation)

    assert forge.judged(replace(key, value=None, offset=9)) == Judged("tombstone", is_alert=True)


@pytest.mark.parametrize("key", [None, b"", b"another", b"0f7c1a52-8d4e-4c0b-9a51-3f1d2b6c7e90"])
def test_h043_a_record_key_that_is_not_the_clue_is_a_third_hands_work(forge: Forge, key: bytes | None) -> None:
    """Dead letter and alert; the number is missing, so the sender sends it again. Of what is held: no effect."""
    record = good(forge)
    spoofed = forge.judged(replace(record, key=key))
    forge.judged(forge.at_next(record))
    again = forge.judged(forge.at_next(replace(record, key=key)))

    assert (spoofed, again) == (Judged("key_mismatch", is_alert=True), Judged("repeated"))


@pytest.mark.parametrize("size", [RECORD_CAP_BYTES + 1, 4 * RECORD_CAP_BYTES])
def test_h044_a_record_over_the_cap_is_not_looked_at(forge: Forge, size: int) -> None:
    """Whatever it holds; its bytes are kept, sealed."""
    record = good(forge)

    assert forge.judged(replace(record, value=(record.value or b"").ljust(size, b"\x00"))) == Judged("too_large")


def test_h045_headers_that_are_absent_are_no_fault(forge: Forge) -> None:
    """They are a courtesy to tools."""
    assert forge.judged(replace(good(forge), headers=())) == Judged("applied")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((("ce_type", b"FundsPaid"),), ()),
        ((), (("ce_id", b"another"),)),
        ((("ce_source", b"\xff\xfe"),), ()),
        ((), (("ce_time", b""),)),
    ],
)
def test_h045_headers_that_contradict_are_a_third_hands_work(forge: Forge, before: Headers, after: Headers) -> None:
    """Also one that is given twice and differently; what is held already has no effect."""
    record = good(forge)
    spoofed = replace(record, headers=(*before, *record.headers, *after))

    assert forge.judged(spoofed) == Judged("header_mismatch", is_alert=True)
    assert forge.judged(forge.at_next(record)) == Judged("applied")
    assert forge.judged(forge.at_next(spoofed)) == Judged("repeated")


@pytest.mark.parametrize(
    "header", [("schema.id", b"\x00\x00\x00\x07"), ("rule", b"\xff" * 1000), ("??", b""), ("x" * 9_000, b"")]
)
def test_h046_any_other_header_is_ignored(forge: Forge, header: tuple[str, bytes]) -> None:
    """A schema id or a rule in a header steers nothing here."""
    record = good(forge)

    assert forge.judged(replace(record, headers=(*record.headers, header))) == Judged("applied")


def test_h046_headers_over_the_cap_are_a_dead_letter(forge: Forge) -> None:
    """A mebibyte of headers around a good record."""
    record = good(forge)

    assert forge.judged(replace(record, headers=(("x", bytes(2**20)),))) == Judged("too_large")


def test_h050_an_unknown_schema_of_the_record_proves_nothing(forge: Forge) -> None:
    """Not even its number can be read."""
    value = good(forge).value or b""
    unknown = MARKER + b"unknown!" + value[HEADER_BYTES:]

    assert forge.judged(replace(good(forge), value=unknown)) == Judged("unknown_fingerprint")


def test_h050_an_unknown_schema_of_the_envelope_is_rejected(forge: Forge) -> None:
    """It is inside the signed bytes; another schema of ours in that place is as unknown."""
    for schema in (b"unknown!", newest("Record").fingerprint):
        body = MARKER + schema + forge.envelope().to_body()[HEADER_BYTES:]
        assert forge.judged(forge.signed(body)) == Judged("unknown_fingerprint", is_rejected=True)


def test_h051_an_unknown_schema_of_the_event_waits_for_the_upgrade(forge: Forge) -> None:
    """Signed, kept, counted, not applied."""
    record = forge.record(forge.envelope(facts_schema=b"tomorrow"))
    forge.deliver_keys()

    assert forge.judged(record) == Judged("waiting")
    assert missing(forge) == ()


def test_h052_every_released_schema_is_readable() -> None:
    """An event of the first version must be read by the last."""
    names = {name for name, _ in released()}

    assert {(name, 1) for name in names} <= released().keys()


def long_number(record: Record) -> bytes:
    """The record with its number in twelve bytes."""
    value, shortest = record.to_value(), spell_long(record.number)
    rest = value[HEADER_BYTES + len(shortest) :]
    return value[:HEADER_BYTES] + spell_long(record.number, at_least=10) + rest


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda value: value + b"\x00", "not_canonical"),
        (lambda value: value[:-1], "malformed"),
        (lambda value: value[:HEADER_BYTES], "malformed"),
        (lambda value: long_number(Record.from_value(value)), "not_canonical"),
        (lambda value: value[: HEADER_BYTES + 1] + spell_long(-5) + value[HEADER_BYTES + 2 :], "malformed"),
        (lambda value: value[: HEADER_BYTES + 1] + spell_long(2**40), "malformed"),
        (lambda value: value[:HEADER_BYTES] + spell_long(2**60) + value[HEADER_BYTES + 1 :], "invalid_event"),
        (lambda value: value[:HEADER_BYTES] + spell_long(-1) + value[HEADER_BYTES + 1 :], "invalid_event"),
    ],
)
def test_h053_a_record_has_one_spelling(forge: Forge, spoil: Callable[[bytes], bytes], reason: str) -> None:
    """Bytes behind the end, padded, negative and endless lengths; tests/unit/test_codec.py has the whole table."""
    record = good(forge)

    judged = forge.judged(replace(record, value=spoil(record.value or b"")))

    assert (judged.what, judged.is_rejected) == (reason, False)


def test_h053_an_envelope_has_one_spelling_and_another_one_is_rejected(forge: Forge) -> None:
    """The sender's own fault, told by the receipt."""
    body = forge.envelope().to_body()

    assert forge.judged(forge.signed(body + b"\x00")) == Judged("not_canonical", is_rejected=True, is_alert=True)
    assert forge.judged(forge.signed(body[:-3])) == Judged("malformed", is_rejected=True)


@pytest.mark.parametrize(
    "change",
    [
        {"signature": b""},
        {"signature": bytes(64)},
        {"key_id": "sign-nobody"},
        {"number": 2},
        {"body": b"\xc3\x01another body"},
    ],
)
def test_h054_a_signature_that_does_not_hold_proves_nothing(forge: Forge, change: dict[str, object]) -> None:
    """Missing, wrong, by an unknown key, of another number or body: never opened, nothing rejected."""
    record = good(forge)
    spoiled = Record(**{**Record.from_value(record.value or b"").model_dump(), **change})

    assert forge.judged(replace(record, value=spoiled.to_value())) == Judged("bad_signature", is_alert=True)
    assert missing(forge) == ()


def test_h054_a_record_of_another_topic_proves_nothing(forge: Forge) -> None:
    """The signature covers the topic."""
    moved = replace(good(forge), topic=f"{FEDERATION}.case-progress")

    assert forge.judged(moved) == Judged("bad_signature", is_alert=True)


def test_h055_a_record_for_another_agency_is_counted_and_passed_over(forge: Forge) -> None:
    """One journal may have several readers; its number is used up, so nothing is missing behind it."""
    other = forge.record(forge.envelope(recipient="procuratorate-110105"))
    mine = good(forge)

    assert [forge.judged(other), forge.judged(mine)] == [Judged("passed over"), Judged("applied")]
    assert missing(forge) == ()


@pytest.mark.parametrize("suite", ["none", "draft-0", "intl-0", "intl-2"])
def test_h056_another_suite_is_rejected_with_an_alert(forge: Forge, suite: str) -> None:
    """No plaintext mode exists, and nobody can talk us down."""
    record = forge.record(forge.envelope(suite=suite))

    assert forge.judged(record) == Judged("suite_refused", is_rejected=True, is_alert=True)


def test_h057_the_same_event_again_has_no_effect_and_another_one_of_its_id_is_rejected(forge: Forge) -> None:
    """The first one stands; in one batch too."""
    event_id = uuid4()
    first, other = forge.record(forge.envelope(event_id=event_id)), forge.record(forge.envelope(event_id=event_id))
    forge.deliver_keys()

    assert forge.judged(first) == Judged("applied")
    assert forge.judged(forge.at_next(first)) == Judged("repeated")
    assert forge.judged(forge.at_next(other)) == Judged("event_id_reused", is_rejected=True, is_alert=True)


def test_h054_an_event_in_the_other_journal_or_of_another_sender_is_rejected(forge: Forge) -> None:
    """Its type says where it belongs, its topic who sends."""
    progress = f"{FEDERATION}.case-progress"
    moved = forge.record(forge.envelope(), topic=progress)
    stolen = forge.record(forge.envelope(sender="federation-110105"))

    assert forge.judged(moved) == Judged("wrong_journal", is_rejected=True, is_alert=True)
    assert forge.judged(stolen) == Judged("sender_mismatch", is_rejected=True, is_alert=True)

"""
What is sealed inside: keys, facts, particulars. Rows 22 to 31 as far as they reach a record, and 60 to 67.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from clue_exchange.keys.keystore import receiving_key_id
from clue_exchange.sealing import new_data_key, wrap, wrap_info
from schemas.case_events import FollowUpRecorded
from schemas.clue_events import ClueTransferred
from schemas.codec import encode
from schemas.codes import Role
from schemas.envelope import Part
from schemas.event import Event, PersonRef
from schemas.key_record import KeyKind, KeyRecord, Wrap
from schemas.parts import facts_schema, particulars_schema, write_facts
from tests.builders import an_event
from tests.forge import HER, NOBODY, Forge, Judged
from tests.two_sides import FEDERATION, PROCURATORATE, rows
from tests.wire import spell_long

INVALID = Judged("invalid_event", is_rejected=True)
F, P = Role.federation, Role.procuratorate
KEYS = f"{FEDERATION}.keys"


def raw_facts(event: Event, **changes: Any) -> bytes:
    """The facts of this event with fields that the model would not let through, in Avro's one spelling."""
    return encode(facts_schema(event), {**event.model_dump(), **changes})


def raw_particulars(**fields: Any) -> Mapping[Any, bytes]:
    """Hers, likewise."""
    schema = particulars_schema()
    nothing = {each["name"]: None for each in schema.definition["fields"]}
    return {HER: encode(schema, {**nothing, **fields})}


def judged(forge: Forge, **about: Any) -> Judged:
    """What becomes of an event that can be opened."""
    record = forge.record(forge.envelope(**about))
    forge.deliver_keys()
    return forge.judged(record)


@pytest.mark.parametrize(
    "told",
    [
        {"name": "甲\u202e某"},
        {"name": "甲\u200b某"},
        {"name": "甲\x00某"},
        {"name": "甲\n某"},
        {"name": " 欧阳金丝雀"},
        {"name": ""},
        {"name": "甲" * 61},
        {"name": "e\u0301"},
        {"address": "\u2028"},
        {"narrative": "\x1b[31m"},
        {"narrative": "   "},
        {},
    ],
    ids=repr,
)
def test_h024_text_that_hides_something_is_rejected(forge: Forge, told: Mapping[str, str]) -> None:
    """Invisible, controlling, too long or empty: found by the node's own opening, before anything is stored."""
    assert judged(forge, told=raw_particulars(**told)) == INVALID


def test_h023_rare_names_are_taken_in(forge: Forge) -> None:
    """A false refusal harms a woman: ideographs beyond the first plane, one character, sixty, dots of all kinds."""
    for name in ("𠮷", "王𠮷·娜", "阿依古丽•买买提", "甲" * 60, "𰻝" * 3, "あ"):
        assert judged(forge, told=raw_particulars(name=name)) == Judged("applied")


@pytest.mark.parametrize("number", ["１１０１０１１９９００３０７００１３", "①", "A\u00a0B", "x" * 41])
def test_h025_numbers_that_are_not_in_normal_form_are_rejected(forge: Forge, number: str) -> None:
    """Full-width digits would make the same person another one."""
    assert judged(forge, told=raw_particulars(id_number=number)) == INVALID
    assert judged(forge, told=raw_particulars(phone=number)) == INVALID


def test_h030_a_code_other_without_its_words_is_rejected(forge: Forge) -> None:
    """And with them it is taken in."""
    event = an_event(ClueTransferred, source="other")
    told = raw_particulars(name="欧阳金丝雀", explanation="来自一次社区活动")

    assert judged(forge, event=event) == INVALID
    assert judged(forge, event=event, told=told) == Judged("applied")


def test_h030_the_facts_of_another_event_are_rejected(forge: Forge) -> None:
    """A code of another list has no spelling here: the schema in the envelope must be that of the type."""
    other = an_event(FollowUpRecorded)

    assert judged(forge, facts=write_facts(other)).is_rejected
    assert judged(forge, facts=write_facts(other), facts_schema=facts_schema(other).fingerprint).is_rejected


def test_h029_a_narrative_over_its_cap_is_rejected(forge: Forge) -> None:
    """Twenty thousand characters; the record's cap is above it."""
    assert judged(forge, told=raw_particulars(narrative="某" * 20_001)) == INVALID
    assert judged(forge, told=raw_particulars(narrative="某" * 20_000)) == Judged("applied")


def place_of(field: str, one: Any, other: Any) -> int:
    """Where these facts spell a field of one byte."""
    first, second = (write_facts(an_event(ClueTransferred, **{field: value})) for value in (one, other))
    return next(at for at, (a, b) in enumerate(zip(first, second, strict=True)) if a != b)


URGENT, BASIS = place_of("urgent", False, True), place_of("legal_basis", "consent", "statutory_duty")
FACTS = write_facts(an_event(ClueTransferred))


@pytest.mark.parametrize(
    "facts",
    [
        FACTS + b"\x00",
        FACTS[:-1],
        b"",
        FACTS[:URGENT] + b"\x02" + FACTS[URGENT + 1 :],
        FACTS[:BASIS] + spell_long(-1) + FACTS[BASIS + 1 :],
        FACTS[:BASIS] + spell_long(40) + FACTS[BASIS + 1 :],
        b"\x92\x00" + FACTS[1:],
        spell_long(-9) + FACTS[1:],
        spell_long(2**40) + FACTS[1:],
        FACTS[:1] + b"\xff" + FACTS[2:],
    ],
    ids=["behind", "truncated", "empty", "boolean_2", "enum_-1", "enum_40", "overlong", "negative", "endless", "utf_8"],
)
def test_h053_facts_have_one_spelling(forge: Forge, facts: bytes) -> None:
    """What fastavro lets through or fails on, inside the seal."""
    found = judged(forge, facts=facts)

    assert found.what in ("not_canonical", "malformed")
    assert found.is_rejected


def test_h060_without_the_facts_key_it_waits_and_the_receipt_asks_for_the_key(forge: Forge) -> None:
    """Nothing is lost and nothing is a dead letter."""
    record = forge.record(forge.envelope())

    assert forge.judged(record) == Judged("waiting")
    with forge.sides.procuratorate.store.reading() as transaction:
        missing = {str(row[0])[:5] for row in rows(transaction, "SELECT key_id FROM missing_key")}
    assert missing == {"facts", "perso"}


def test_h060_without_a_persons_key_it_is_placed(forge: Forge) -> None:
    """The case goes on; what was told of her is shown as not here."""
    record = forge.record(forge.envelope())
    keys = [each for each in forge.sides.keys_of(F) if (each.key or b"").startswith(b"facts-")]
    forge.sides.give(P, keys)

    assert forge.judged(record) == Judged("applied")


def a_wrap_for_nobody(clue_id: UUID) -> KeyRecord:
    """A person's key that opens for nobody here."""
    wrapped = Wrap(recipient=PROCURATORATE, receiving_key_id="receive-nobody", wrapped=bytes(80))
    her = PersonRef(added_by=F, number=1)
    return KeyRecord(kind=KeyKind.person, key_id=f"person-{uuid4()}", clue_id=clue_id, person=her, wraps=(wrapped,))


def test_h061_a_key_that_does_not_open_here_is_a_dead_letter_and_its_events_wait(forge: Forge) -> None:
    """Of the key record; the counterpart publishes it again when the receipt asks."""
    record = a_wrap_for_nobody(uuid4())

    judged_key = forge.judged(forge.signed(record.to_body(), topic=KEYS, key=record.key_id.encode()))
    event = forge.judged(forge.record(forge.envelope()))

    assert (judged_key.what, event.what) == ("key_not_for_us", "waiting")


def test_h062_of_two_keys_for_one_person_the_first_stands(forge: Forge) -> None:
    """Dead letter and alert; tests/contract/test_signing_rules.py has it in all orders."""
    clue_id, _ = forge.transferred()
    key_id, ours = f"person-{uuid4()}", forge.sides.ceremony.keys[P].receiving[0].public
    wrapped = wrap(new_data_key(), ours, wrap_info(KeyKind.person, key_id, PROCURATORATE, clue_id))
    wraps = (Wrap(recipient=PROCURATORATE, receiving_key_id=receiving_key_id(ours), wrapped=wrapped),)
    her = PersonRef(added_by=F, number=1)
    record = KeyRecord(kind=KeyKind.person, key_id=key_id, clue_id=clue_id, person=her, wraps=wraps)
    second = forge.signed(record.to_body(), topic=KEYS, key=key_id.encode(), number=50)

    assert forge.judged(replace(second, offset=50)) == Judged("key_reused", is_alert=True)


def test_h063_parts_that_were_moved_are_rejected_with_an_alert(forge: Forge) -> None:
    """To another clue, to another event, facts as particulars, or cut short."""
    unreadable = Judged("part_unreadable", is_rejected=True, is_alert=True)
    donor = forge.envelope()
    cut = Part(key_id=donor.facts.key_id, sealed=donor.facts.sealed[:-1])

    assert judged(forge, sealed_for=uuid4()) == unreadable
    for part in (donor.facts, cut, Part(key_id=donor.facts.key_id, sealed=b"")):
        envelope = forge.envelope().model_copy(update={"facts": part})
        record = forge.record(envelope)
        forge.deliver_keys()
        assert forge.judged(record) == unreadable


@pytest.mark.parametrize(
    "changes",
    [
        {"persons": []},
        {"officer": "Dr. Who"},
        {"officer": ""},
        {"categories": []},
    ],
    ids=repr,
)
def test_h064_facts_that_break_the_model_are_rejected(forge: Forge, changes: Mapping[str, Any]) -> None:
    """Sealed bytes and a reason code, nothing more, stay of it."""
    assert judged(forge, facts=raw_facts(an_event(ClueTransferred), **changes)) == INVALID


def test_h064_particulars_where_none_are_wanted_are_rejected(forge: Forge) -> None:
    """And an opening that tells of nobody."""
    assert judged(forge, told=NOBODY) == INVALID

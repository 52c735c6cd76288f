"""
Agreement and journal: what an event names, and the number that it has. Rows 75, 80 and 81.
"""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from clue_exchange.agreements import SignedAgreement
from clue_exchange.journals import Gap, read_position
from schemas.clue_events import ClueSupplemented, ClueTransferred
from schemas.codes import Role
from schemas.envelope import Record
from schemas.fold import NOT_IN_FORCE
from tests.builders import an_event
from tests.forge import CLUES, NOBODY, Forge, Judged
from tests.two_sides import BEGINS

ENDS = date(BEGINS.year, 12, 31)


def next_version(forge: Forge, begins: date, ends: date) -> SignedAgreement:
    """The second version of the agreement, signed by both, in force on these days."""
    agreement = forge.sides.ceremony.signed.agreement.model_copy(
        update={"version": 2, "valid_from": begins, "valid_until": ends}
    )
    signed = SignedAgreement(agreement, {})
    for role in Role:
        signed = signed.signed_by(agreement.party(role), forge.sides.ceremony.keys[role].signing[0])
    return signed


def test_h075_an_unknown_version_of_the_agreement_waits_until_it_is_adopted(forge: Forge) -> None:
    """The sender has signed it already; here it is not adopted yet."""
    second = next_version(forge, BEGINS, ENDS)
    record = forge.record(forge.envelope(agreement_version=2, agreement_hash=second.agreement.hash))
    forge.deliver_keys()
    waits = forge.judged(record)
    agency = forge.sides.procuratorate

    agency.adopt(second)
    with agency.store.transaction() as transaction:
        placements = agency.batches().reopen(transaction).placements

    assert waits == Judged("waiting")
    assert [each.outcome for each in placements] == ["applied"]


def test_h075_another_text_of_a_known_version_is_rejected(forge: Forge) -> None:
    """What both signed is one text."""
    record = forge.record(forge.envelope(agreement_hash=bytes(32)))
    forge.deliver_keys()

    assert forge.judged(record) == Judged("agreement_mismatch", is_rejected=True, is_alert=True)


def test_h075_another_text_of_a_version_that_is_adopted_later_is_never_opened(forge: Forge) -> None:
    """It waited, as the receipt has said; now it is rejected, as it would have been."""
    record = forge.record(forge.envelope(agreement_version=2, agreement_hash=bytes(32)))
    forge.deliver_keys()
    forge.judged(record)
    agency = forge.sides.procuratorate
    agency.adopt(next_version(forge, BEGINS, ENDS))

    with agency.store.transaction() as transaction:
        taken = agency.batches().reopen(transaction)

    assert [(each.reason, each.is_alert) for each in taken.dead_letters] == [("agreement_mismatch", True)]
    assert [each.number for each in taken.rejected] == [1]
    assert [each.outcome for each in taken.placements] == ["void"]


@pytest.mark.parametrize("days", [-1, 1])
def test_h075_a_clue_that_is_opened_outside_the_agreement_is_void_on_both_sides(forge: Forge, days: int) -> None:
    """A day before its first, a day after its last; the view is the same at the sender, who should have refused."""
    agreement = forge.sides.ceremony.signed.agreement
    day = agreement.valid_from if days < 0 else agreement.valid_until
    occurred = forge.sides.clock().replace(year=day.year, month=day.month, day=day.day) + timedelta(days=days)
    envelope = forge.envelope(occurred_at=occurred)
    record = forge.record(envelope)
    forge.deliver_keys()
    forge.hold(record, envelope, an_event(ClueTransferred))

    assert forge.judged(record) == Judged("void")
    assert forge.view(envelope.clue_id) == ("unopened", [NOT_IN_FORCE])
    assert len(forge.sides.digests(envelope.clue_id)) == 1


def test_h075_a_running_case_goes_on_after_the_agreement_ended(forge: Forge) -> None:
    """In force is asked of the opening alone."""
    clue_id, opening = forge.transferred()
    after = forge.sides.clock().replace(year=2030)
    later = forge.envelope(an_event(ClueSupplemented), NOBODY, clue_id=clue_id, previous=opening, occurred_at=after)

    assert forge.judged(forge.record(later)) == Judged("applied")


def test_h080_a_number_is_used_once(forge: Forge) -> None:
    """The same bytes: no effect. Others: the sender was restored from an old copy, or its key is stolen."""
    first, other = (
        forge.record(
            forge.envelope(),
        )
        for _ in range(2)
    )
    reused = forge.signed(Record.from_value(other.value or b"").body, key=other.key, headers=other.headers, number=1)
    forge.deliver_keys()

    assert forge.judged(first) == Judged("applied")
    assert forge.judged(forge.at_next(first)) == Judged("repeated")
    assert forge.judged(forge.at_next(reused)) == Judged("number_reused", is_rejected=True, is_alert=True)


def test_h080_a_rejected_events_number_is_used_up_too(forge: Forge) -> None:
    """A sender goes on with a new number; who gives the old one again is answered as above."""
    envelope = forge.envelope()
    bad = forge.signed(b"signed, and no envelope", number=1)
    good = forge.signed(envelope.to_body(), key=str(envelope.clue_id).encode(), number=1)
    forge.deliver_keys()

    assert forge.judged(bad) == Judged("not_framed", is_rejected=True)
    assert forge.judged(forge.at_next(good)) == Judged("number_reused", is_rejected=True, is_alert=True)
    assert forge.judged(forge.at_next(bad)) == Judged("repeated")


def test_h081_a_skipped_number_is_missing_until_it_arrives(forge: Forge) -> None:
    """Other clues go on; a late one is taken in like any other."""
    records = [forge.record(forge.envelope()) for _ in range(3)]
    forge.deliver_keys()
    journal = [forge.judged(forge.at_next(records[index])) for index in (0, 2)]
    with forge.sides.procuratorate.store.reading() as transaction:
        gaps = read_position(transaction, CLUES).gaps
    late = forge.judged(forge.at_next(records[1]))

    assert journal == [Judged("applied")] * 2
    assert (gaps, late) == ((Gap(2, 2),), Judged("applied"))
    with forge.sides.procuratorate.store.reading() as transaction:
        assert read_position(transaction, CLUES).gaps == ()


def test_h057_of_two_events_of_one_id_in_one_batch_the_first_stands(forge: Forge) -> None:
    """Whatever arrives together."""
    event_id = uuid4()
    batch = [forge.record(forge.envelope(event_id=event_id)) for _ in range(2)]
    forge.deliver_keys()

    taken = forge.sides.give(Role.procuratorate, [*batch, forge.at_next(batch[0])])

    assert [placed.outcome for placed in taken.placements] == ["applied"]
    assert [letter.reason.value for letter in taken.dead_letters] == ["event_id_reused"]

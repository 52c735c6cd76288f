"""
Which receipts are believed: not one that cannot be true, not an old one, but one of a receiver that was restored.
"""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from clue_exchange import acknowledgements
from clue_exchange.rejections import of_journal
from clue_exchange.tables import OUTBOX
from schemas.codes import Role
from schemas.envelope import Record
from schemas.receipt import Receipt, empty_journal_hash, journal_hash
from tests.receipt_steps import (
    CLUES,
    THEIR_RECEIPTS,
    journal_in,
    known_of,
    newest_receipt,
    pending_numbers,
    receipts_of,
    receive,
)
from tests.two_sides import TwoSides

F, P = Role.federation, Role.procuratorate


def honest_receipt(sides: TwoSides) -> Receipt:
    """What the procuratorate holds after two transfers, which the federation has not learnt yet."""
    for _ in range(2):
        sides.transfer()
    sides.give(P, sides.sent_by(F))
    return newest_receipt(sides, P)


def changed(receipt: Receipt, **fields: object) -> Receipt:
    journals = [{**each.model_dump(), **(fields if each.topic == CLUES else {})} for each in receipt.journals]
    return Receipt.read({**receipt.model_dump(), "journals": journals})


LIES: dict[str, dict[str, object]] = {
    "numbers that were never given": {"held_up_to": 3, "highest": 3},
    "a number beyond the last": {"highest": 3, "missing": ()},
    "another hash": {"hash": bytes(32)},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_receipt_that_cannot_be_true_halts_the_journal(sides: TwoSides, lie: str) -> None:
    """Nothing more is sent of it before a person has looked; the other journal goes on."""
    receipt = changed(honest_receipt(sides), **LIES[lie])
    with sides.procuratorate.store.transaction() as transaction:
        transaction.execute(delete(OUTBOX).where(OUTBOX.c.topic == THEIR_RECEIPTS))
    taken = receive(sides, receipt)
    sides.transfer()

    assert [topic for topic, _ in taken.receipts[0].halted] == [CLUES]
    assert pending_numbers(sides) == []
    with sides.federation.store.transaction() as transaction:
        assert acknowledgements.resume(transaction, CLUES)
    assert pending_numbers(sides) == [1, 2, 3]


def test_what_was_acknowledged_cannot_be_rejected_afterwards(sides: TwoSides) -> None:
    """Otherwise a counterpart could take back what it has placed."""
    receipt = honest_receipt(sides)
    sides.give(F, receipts_of(sides, P))
    first = Record.from_value(sides.events_of(F)[0].value or b"").body_hash
    taken = receive(sides, changed(receipt, rejected=({"number": 1, "hash": first, "reason": "malformed"},)))

    assert taken.receipts[0].halted == [(CLUES, "it rejects number 1, which it acknowledged before")]
    with sides.federation.store.reading() as transaction:
        assert of_journal(transaction, CLUES, 10) == []


def test_a_receipt_of_a_restored_receiver_is_believed(sides: TwoSides) -> None:
    """It holds less than before: what it held is held no more, and its own reading brings the rest."""
    receipt = honest_receipt(sides)
    sides.give(F, receipts_of(sides, P))
    one_hash = journal_hash(
        empty_journal_hash(CLUES), [Record.from_value(sides.events_of(F)[0].value or b"").body_hash]
    )
    taken = receive(sides, changed(receipt, held_up_to=1, highest=1, hash=one_hash))

    assert taken.receipts[0].halted == []
    assert (known_of(sides).held_up_to, known_of(sides).highest) == (1, 1)


def test_an_old_receipt_again_has_no_effect(sides: TwoSides) -> None:
    """A third hand that copies an old record to the end of the topic turns nothing back."""
    old = honest_receipt(sides)
    first = receipts_of(sides, P)
    sides.transfer()
    sides.give(P, sides.sent_by(F))
    sides.give(F, receipts_of(sides, P))
    taken = sides.give(F, [replace(first[0], offset=10)])

    assert (taken.receipts, taken.repeated) == ([], 1)
    assert journal_in(old).held_up_to == 2
    assert known_of(sides).held_up_to == 3

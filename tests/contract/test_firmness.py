"""
Firm by a receipt: placed on the other side, and nothing that it had said before is missing here.
"""

from clue_exchange.topics import topic_name
from consumers.firmness import Firmness
from schemas.catalog import Family
from schemas.clue_events import ClueAccepted, ConsentWithdrawn
from schemas.codes import Role
from tests.builders import an_event
from tests.receipt_steps import CLUES, receipts_of
from tests.two_sides import FEDERATION, TwoSides

F, P = Role.federation, Role.procuratorate
PROGRESS = topic_name(FEDERATION, Family.CASE_PROGRESS)


def now(sides: TwoSides) -> Firmness:
    with sides.federation.store.reading() as transaction:
        return sides.federation.firmness(transaction)


def test_an_event_is_firm_once_its_receipt_is_here(sides: TwoSides) -> None:
    """Before, the other side may still say something that goes first."""
    sides.transfer()
    before = now(sides).holds(CLUES, 1)
    sides.give(P, sides.sent_by(F))
    sides.give(F, receipts_of(sides, P))

    assert not before
    assert now(sides).holds(CLUES, 1)
    assert not now(sides).holds(CLUES, 2)


def test_an_event_is_not_firm_while_something_said_before_the_receipt_is_missing(sides: TwoSides) -> None:
    """The acceptance that the receipt's sender had sent may overtake what it acknowledges."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted))
    crossing = sides.federation.desk().withdraw_consent(clue_id, an_event(ConsentWithdrawn))
    sides.give(P, sides.sent_by(F))
    sides.give(F, receipts_of(sides, P))
    without_the_acceptance = now(sides).holds(crossing.topic, crossing.number)
    sides.give(F, sides.sent_by(P))

    assert not without_the_acceptance
    assert now(sides).holds(crossing.topic, crossing.number)

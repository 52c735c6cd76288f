"""
Steps of tests with receipts: what one side wrote, and what the federation knows by them.
"""

from clue_exchange import acknowledgements
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.topics import topic_name
from consumers.taken import Taken
from schemas.catalog import Family
from schemas.codes import Role
from schemas.envelope import Record
from schemas.receipt import JournalReceipt, Receipt
from tests.two_sides import FEDERATION, PROCURATORATE, TwoSides

CLUES = topic_name(FEDERATION, Family.CLUES)
THEIR_RECEIPTS = topic_name(PROCURATORATE, Family.RECEIPTS)


def receipts_of(sides: TwoSides, role: Role) -> list[ReceivedRecord]:
    return [each for each in sides.sent_by(role) if each.topic.endswith(".receipts")]


def newest_receipt(sides: TwoSides, role: Role) -> Receipt:
    return Receipt.from_body(Record.from_value(receipts_of(sides, role)[-1].value or b"").body)


def journal_in(receipt: Receipt, topic: str = CLUES) -> JournalReceipt:
    return next(each for each in receipt.journals if each.topic == topic)


def known_of(sides: TwoSides, topic: str = CLUES) -> acknowledgements.Acknowledged:
    with sides.federation.store.reading() as transaction:
        return acknowledgements.read(transaction, topic)


def mark_all_sent(sides: TwoSides) -> None:
    """As if the relay had been there a minute ago."""
    agency = sides.federation
    with agency.store.transaction() as transaction:
        agency.outbox.mark_sent(transaction, agency.outbox.pending(transaction, 10_000))
    sides.clock.forward(minutes=1)


def pending_numbers(sides: TwoSides, topic: str = CLUES) -> list[int]:
    agency = sides.federation
    with agency.store.reading() as transaction:
        return [each.number for each in agency.outbox.pending(transaction, 10_000) if each.topic == topic]


def receive(sides: TwoSides, receipt: Receipt) -> Taken:
    """The federation takes in this receipt of the procuratorate, properly signed."""
    agency = sides.procuratorate
    with agency.store.transaction() as transaction:
        agency.outbox.append(transaction, THEIR_RECEIPTS, FEDERATION.encode(), receipt.to_body(), {})
    return sides.give(Role.federation, receipts_of(sides, Role.procuratorate))

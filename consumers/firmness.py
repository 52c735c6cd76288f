"""
Which events are firm: by a receipt the other side has placed ours, and nothing of its own can still overtake them.

Design section 2. The fold knows only what a `seen` has named; a receipt says it sooner, where no event answers. What
the other side sent is firm here once it is placed: what we issue from now on names it as seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clue_exchange import acknowledgements
from clue_exchange.journals import read_position
from clue_exchange.ledger import Ledger
from clue_exchange.store import Transaction
from clue_exchange.topics import owner_of, topic_name
from schemas.catalog import EVENT_FAMILIES, Family
from schemas.envelope import Record
from schemas.receipt import JournalReceipt, Receipt


@dataclass(frozen=True, slots=True)
class Firmness:
    """
    What the newest receipt makes firm.

    Attributes:
        agency: whose side this is.
        journals: what it says of each of our journals; none where something that its sender said before is not here.
    """

    agency: str
    journals: Mapping[str, JournalReceipt]

    def holds(self, topic: str, number: int) -> bool:
        """Whether this placed event has its place for good."""
        if owner_of(topic) != self.agency:
            return True
        said = self.journals.get(topic)
        if said is None or number > said.highest or number in said.waiting:
            return False
        is_missing = any(gap.first <= number <= gap.last for gap in said.missing)
        return not is_missing and all(number != each.number for each in said.rejected)


def firmness(transaction: Transaction, agency: str, counterpart: str, ledger: Ledger) -> Firmness:
    """What is firm by the counterpart's newest receipt: nothing of ours while we lack what was sent before it."""
    newest = acknowledgements.newest(transaction, topic_name(counterpart, Family.RECEIPTS))
    if newest is None:
        return Firmness(agency, {})
    receipt = Receipt.from_body(Record.from_value(newest).body)
    if not all(_is_placed(transaction, ledger, each.topic, each.number) for each in receipt.sent):
        return Firmness(agency, {})
    own: Sequence[str] = [topic_name(agency, family) for family in EVENT_FAMILIES]
    return Firmness(agency, {each.topic: each for each in receipt.journals if each.topic in own})


def _is_placed(transaction: Transaction, ledger: Ledger, topic: str, number: int) -> bool:
    """Whether every number of this journal up to this one has its place here."""
    if read_position(transaction, topic).held_up_to < number:
        return False
    waiting = ledger.waiting_numbers(transaction, topic, 1)
    return not waiting or waiting[0] > number

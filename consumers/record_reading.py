"""
What reading one record gives, step by step.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from clue_exchange.errors import PoisonRecord
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.signed_events import SignedEvent
from consumers.dead_letters import Reason
from consumers.proving import Outcome
from consumers.receive import Addressed, Proven
from schemas.event import PersonKey
from schemas.receipt import Receipt
from schemas.reconciliation import ClueHoldings, DayDigests

NO_TOKENS: Mapping[PersonKey, bytes] = MappingProxyType({})


class Reading(NamedTuple):
    """
    What reading one record has given so far.

    Attributes:
        number: the journal number that is used up by it; None where nothing vouches for one.
        event: the event; None where there is none for us.
        poison: why it is a dead letter; None where it is not.
        is_repeated: the ledger has the same bytes already.
        is_new_key: a key record that brought something new.
        tokens: of the persons in it who have a number, for the blind index.
        receipt: what the counterpart says to hold of our journals.
        reconciliation: what it asks or answers in a round of reconciliation.
    """

    source: ReceivedRecord
    number: int | None = None
    proven: Proven | None = None
    addressed: Addressed | None = None
    event: SignedEvent | None = None
    poison: PoisonRecord | None = None
    is_repeated: bool = False
    is_new_key: bool = False
    tokens: Mapping[PersonKey, bytes] = NO_TOKENS
    receipt: Receipt | None = None
    reconciliation: DayDigests | ClueHoldings | None = None

    def attempt(self, step: Callable[["Reading"], "Reading"]) -> "Reading":
        """The reading after a step; where the record is poison, that is what it ends as."""
        try:
            return step(self)
        except PoisonRecord as poison:
            return self._replace(number=poison.number, poison=poison, event=None)

    @classmethod
    def of(cls, source: ReceivedRecord, outcome: Outcome) -> "Reading":
        """How it begins, once it is known whether the record is proven."""
        if isinstance(outcome, PoisonRecord):
            return cls(source, number=outcome.number, poison=outcome)
        return cls(source, number=outcome.record.number, proven=outcome)

    def poisoned(self, reason: Reason) -> "Reading":
        """A dead letter after all."""
        return self._replace(event=None, poison=PoisonRecord(reason, self.number))

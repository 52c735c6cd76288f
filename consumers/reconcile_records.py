"""
Records of a receipts topic that belong to a round of reconciliation.
"""

from clue_exchange.errors import PoisonRecord
from consumers.dead_letters import Reason
from consumers.receive import Proven, contract
from schemas.codec import is_framed
from schemas.reconciliation import ClueHoldings, DayDigests


def is_reconciliation(proven: Proven) -> bool:
    """Whether the schema of this record is one of a reconciliation."""
    return any(is_framed(name, proven.record.body) for name in ("DayDigests", "ClueHoldings"))


def read_reconciliation(proven: Proven, agency: str) -> DayDigests | ClueHoldings | None:
    """
    What such a record says; None where it is for another agency.

    Raises:
        PoisonRecord: with the number where the fault lies inside the signed bytes.
    """
    body, number = proven.record.body, proven.record.number
    model: type[DayDigests | ClueHoldings] = DayDigests if is_framed("DayDigests", body) else ClueHoldings
    said = contract(lambda: model.from_body(body), number)
    if proven.source.key != said.recipient.encode():
        raise PoisonRecord(Reason.KEY_MISMATCH)
    return said if said.recipient == agency else None

"""
Who of a clue withdrew her consent, and since when each side has stopped and masked: by the chain and the receipts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from consumers.worklist import EventRow
from schemas.clue_events import ConsentWithdrawn

APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class WithdrawnConsent:
    """
    A person whose data are processed no more.

    Attributes:
        person: the agency that added her, and her number.
        told_by, told_at: the agency that she told, and when it said so.
        here_since: since when this side has stopped and masked.
        there_since: since when the other side has; None while none of its receipts says so.
    """

    person: str
    told_by: str
    told_at: datetime
    here_since: datetime
    there_since: datetime | None


def withdrawn_consents(
    chain: Sequence[EventRow], agency: str, is_firm: Callable[[EventRow], bool]
) -> Iterator[WithdrawnConsent]:
    """
    The persons of a chain who withdrew their consent, as this agency sees it.

    The other side's receipt is its confirmation, once nothing can overtake the event any more: docs/decisions/0023.
    """
    for event in chain:
        if event.event_type != ConsentWithdrawn.__name__ or event.outcome != APPLIED:
            continue
        is_ours = event.sender == agency
        confirmed = event.held_at if is_firm(event) else None
        for person in (event.facts or {})["persons"]:
            yield WithdrawnConsent(
                person=f"{person['added_by']}:{person['number']}",
                told_by=event.sender,
                told_at=event.occurred_at,
                here_since=event.recorded_at,
                there_since=confirmed if is_ours else event.occurred_at,
            )

"""
From a candidate to the event that opens its clue: what a reviewer puts a name under.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from producers.candidate import Facts
from schemas.clue_events import ClueShared, ClueTransferred, NewClue
from schemas.codes import Role


@dataclass(frozen=True, slots=True)
class Reviewed:
    """
    What the reviewer says of a candidate.

    Attributes:
        categories: in the place of those that screening proposes; empty: these stand.
        found_on: in the place of the day of registration; None: that day is the day of finding.
    """

    officer_id: str
    legal_basis: str
    categories: Sequence[str] = ()
    found_on: date | None = None


def opening_facts(found: Facts, role: Role, reviewed: Reviewed) -> NewClue:
    """
    The facts of a transfer, or of a share by a procuratorate.

    Raises:
        InvalidEvent: there is no category, or another field breaks the model.
    """
    fields: dict[str, Any] = {
        "officer": reviewed.officer_id,
        "source": found.source,
        "categories": tuple(reviewed.categories) or found.categories,
        "urgent": found.urgent,
        "legal_basis": reviewed.legal_basis,
        "found_on": reviewed.found_on or found.received_on,
        "persons": [{"number": 1, "role": "applicant", "age_band": found.age_band, "id_number": found.id_number_state}],
    }
    if role is Role.federation:
        return ClueTransferred.read(fields)
    return ClueShared.read(fields | {"model_name_and_version": found.model})

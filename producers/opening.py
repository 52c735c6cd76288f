"""
From a candidate to the event that opens its clue: what a reviewer puts a name under.
"""

from collections.abc import Sequence
from typing import Any

from producers.candidate import Facts
from schemas.clue_events import ClueShared, ClueTransferred, NewClue
from schemas.codes import Role


def opening_facts(
    found: Facts, role: Role, officer_id: str, legal_basis: str, categories: Sequence[str] = ()
) -> NewClue:
    """
    The facts of a transfer, or of a share by a procuratorate; categories replace what screening proposes.

    Raises:
        InvalidEvent: there is no category, or another field breaks the model.
    """
    fields: dict[str, Any] = {
        "officer": officer_id,
        "source": found.source,
        "categories": tuple(categories) or found.categories,
        "urgent": found.urgent,
        "legal_basis": legal_basis,
        "persons": [{"number": 1, "role": "applicant", "age_band": found.age_band, "id_number": found.id_number_state}],
    }
    if role is Role.federation:
        return ClueTransferred.read(fields)
    return ClueShared.read(fields | {"model_name_and_version": found.model})

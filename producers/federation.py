"""
The acts of a women's federation.
"""

from uuid import UUID

from clue_exchange.signed_events import SignedEvent
from producers.desk import NOTHING_TOLD, Desk, Told
from schemas.case_events import FeedbackAcknowledged
from schemas.clue_events import ClueDisputed, ClueSupplemented, ClueTransferred


class Federation(Desk):
    """
    What officers of the federation do; each method issues one event of the lifecycle.

    All raise NotLegal, InvalidEvent or CommandRefused; then nothing was saved.
    """

    def transfer(self, facts: ClueTransferred, told: Told) -> SignedEvent:
        """Hand a new clue to the procuratorate of the same level, as it is found (2022 circular)."""
        return self._issue(self._tools.new_id(), facts, told)

    def supplement(self, clue_id: UUID, facts: ClueSupplemented, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Add the papers, persons or contact data that the procuratorate asked for."""
        return self._issue(clue_id, facts, told)

    def dispute(self, clue_id: UUID, facts: ClueDisputed, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Contradict, once, a decline, a redirection or a refusal."""
        return self._issue(clue_id, facts, told)

    def acknowledge(self, clue_id: UUID, facts: FeedbackAcknowledged, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Take note of the feedback; the clue is finished."""
        return self._issue(clue_id, facts, told)

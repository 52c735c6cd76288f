"""
The acts of a people's procuratorate.
"""

from uuid import UUID

from clue_exchange.signed_events import SignedEvent
from producers.desk import NOTHING_TOLD, Desk, Told
from schemas.case_events import AidDecided, ApplicationFiled, CaseClosed, FundsPaid, ProgressReported
from schemas.clue_events import ClueAccepted, ClueDeclined, ClueRedirected, ClueReturned, ClueShared


class Procuratorate(Desk):
    """
    What officers of the procuratorate do; each method issues one event of the lifecycle.

    All raise NotLegal, InvalidEvent or CommandRefused; then nothing was saved.
    """

    def share(self, facts: ClueShared, told: Told) -> SignedEvent:
        """Make an own clue known to the federation (2022 circular: share aid-case information in time)."""
        return self._issue(self._tools.new_id(), facts, told)

    def return_(self, clue_id: UUID, facts: ClueReturned, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Give a clue back for what is missing."""
        return self._issue(clue_id, facts, told)

    def accept(self, clue_id: UUID, facts: ClueAccepted, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Take a clue up and name its handler (take up, review and pay first: 2022 circular)."""
        return self._issue(clue_id, facts, told)

    def decline(self, clue_id: UUID, facts: ClueDeclined, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Decline with reason, next step and a second reviewer."""
        return self._issue(clue_id, facts, told)

    def redirect(self, clue_id: UUID, facts: ClueRedirected, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Name the body that must take the clue up (Rules arts. 2, 5)."""
        return self._issue(clue_id, facts, told)

    def file_application(self, clue_id: UUID, facts: ApplicationFiled, told: Told = NOTHING_TOLD) -> SignedEvent:
        """File her application, with whose help it was made; or the papers after aid in advance."""
        return self._issue(clue_id, facts, told)

    def decide(self, clue_id: UUID, facts: AidDecided, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Award or refuse aid, for each beneficiary."""
        return self._issue(clue_id, facts, told)

    def pay(self, clue_id: UUID, facts: FundsPaid, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Note that awards were paid."""
        return self._issue(clue_id, facts, told)

    def report_progress(self, clue_id: UUID, facts: ProgressReported, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Tell how far the case is."""
        return self._issue(clue_id, facts, told)

    def close(self, clue_id: UUID, facts: CaseClosed, told: Told = NOTHING_TOLD) -> SignedEvent:
        """Close the case and tell the outcome: the feedback duty (2022 circular)."""
        return self._issue(clue_id, facts, told)

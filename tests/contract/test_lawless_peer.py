"""A procuratorate that issues what it likes, with real keys and real bytes: void at the honest side, and no more."""

from uuid import UUID

import pytest

from producers.procuratorate import Procuratorate
from schemas import case_events as case
from schemas import clue_events as clue
from schemas.event import Event
from schemas.fold import Fold
from schemas.guards import Act
from tests.builders import REFUSAL, an_event
from tests.two_sides import TwoSides


class LawlessDesk(Procuratorate):
    """Asks the lifecycle nothing."""

    def _check(self, clue_id: UUID, folded: Fold, act: Act[Event]) -> None:
        pass

    def issue(self, clue_id: UUID, event: Event) -> None:
        self._issue(clue_id, event, {})


APPLIED = (an_event(clue.ClueAccepted), an_event(case.ApplicationFiled))


@pytest.mark.parametrize(
    ("before", "forged", "state"),
    [
        ((), an_event(case.CaseClosed), "transferred"),
        ((), an_event(clue.ClueWithdrawn), "transferred"),
        ((), an_event(clue.ClueDeclined, second="officer-1"), "transferred"),
        (APPLIED, an_event(case.AidDecided, decisions=[REFUSAL], second=None), "applied"),
        ((an_event(clue.ClueDeclined),), an_event(case.FeedbackAcknowledged), "declined"),
        ((an_event(clue.ClueRedirected),), an_event(case.CaseClosed, outcome="handled_elsewhere"), "redirected"),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "event_type", ""),
)
def test_an_act_around_the_rules_is_void_at_both_sides(
    sides: TwoSides, before: tuple[Event, ...], forged: Event, state: str
) -> None:
    """The federation keeps it, says which rule forbids it; both folds are equal."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    settings = sides.procuratorate.settings
    lawless = LawlessDesk(settings.agency, settings.counterpart, sides.procuratorate.tools)
    for event in (*before, forged):
        lawless.issue(clue_id, event)
    sides.exchange()
    with sides.federation.store.reading() as transaction:
        folded = sides.federation.ledger.fold(transaction, clue_id)

    assert folded.view.state == state
    assert [type(each.event.event) for each in folded.placed if each.void] == [type(forged)]
    assert len(sides.digests(clue_id)) == 1

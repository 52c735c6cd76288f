"""
Consent that was withdrawn: nothing goes on but what ends it, and from every state there is an end.
"""

from typing import Any

import pytest

from schemas import case_events as case
from schemas import clue_events as clue
from schemas.codes import Role
from schemas.event import Event
from schemas.guards import ENDS, Act
from schemas.lifecycle import EVENT_TYPES, OPENED, judge, possible
from schemas.view import State
from tests.builders import A_UUID, AWARD, HER, PERSON, ClueBuilder, an_event

F, P = Role.federation, Role.procuratorate
CHILD = {**PERSON, "number": 2, "role": "minor_child"}
HER_CHILD = {**HER, "number": 2}
WITHDRAWN = an_event(clue.ConsentWithdrawn)
BROKEN_OFF = an_event(case.CaseClosed, outcome="ended_early", ending="she_withdrew")
ENDINGS: dict[State, tuple[Role, Event]] = {
    State.transferred: (F, an_event(clue.ClueWithdrawn)),
    State.returned: (F, an_event(clue.ClueWithdrawn)),
    State.accepted: (P, BROKEN_OFF),
    State.declined: (F, an_event(case.FeedbackAcknowledged)),
    State.redirected: (P, an_event(case.CaseClosed, outcome="handled_elsewhere")),
    State.disputed: (P, an_event(clue.ClueDeclined)),
    State.applied: (P, BROKEN_OFF),
    State.granted: (P, BROKEN_OFF),
    State.paid: (P, an_event(case.CaseClosed, outcome="aid_paid")),
    State.refused: (P, an_event(case.CaseClosed, outcome="aid_refused")),
    State.closed: (F, an_event(case.FeedbackAcknowledged)),
}
FINAL = {State.finished, State.withdrawn}


def test_every_state_but_the_final_ones_has_an_ending() -> None:
    """The table below is whole."""
    assert set(ENDINGS) == set(OPENED) - FINAL


@pytest.mark.parametrize("state", ENDINGS, ids=str)
def test_a_clue_without_consent_can_be_ended_from_every_state(state: State) -> None:
    """And what the parties may do is nothing else, on both sides."""
    told = ClueBuilder().at(state).by_federation(WITHDRAWN)
    offered = {name for role in Role for name in possible(told.view, role)}
    by, ending = ENDINGS[state]
    told.by(by, ending)
    if told.view.state in ENDINGS:
        told.by(*ENDINGS[told.view.state])

    assert offered <= {event.__name__ for event in ENDS}
    assert told.view.state in FINAL


@pytest.mark.parametrize("state", sorted(OPENED), ids=str)
def test_what_was_legal_and_ends_nothing_has_no_place_any_more(state: State) -> None:
    """For that reason alone; and what ends something is judged as before."""
    told = ClueBuilder().at(state)
    acts = [Act(an_event(each), A_UUID, role) for each in EVENT_TYPES for role in Role]
    legal = [act for act in acts if judge(told.view, act).why_not is None]
    view = told.by_federation(WITHDRAWN).view

    refused = {type(act.event): why for act in legal if (why := judge(view, act).why_not) is not None}
    assert {type(act.event) for act in legal} - set(refused) <= ENDS
    assert set(refused.values()) <= {"everybody of the clue withdrew her consent"}
    assert refused or state is State.withdrawn


def test_an_act_that_crosses_the_withdrawal_is_judged_by_whose_turn_it_is() -> None:
    """What the procuratorate did at its turn stands; what it does afterwards has no place."""
    told = ClueBuilder().at(State.accepted)
    told.crossing([WITHDRAWN], [an_event(case.ApplicationFiled), an_event(case.ProgressReported)])

    assert told.view.state is State.applied
    assert told.view.is_stopped
    assert "withdrew her consent" in str(judge(told.view, Act(an_event(case.AidDecided), A_UUID, P)).why_not)


@pytest.mark.parametrize(
    ("event_type", "about_her", "about_another"),
    [
        (case.AidRequested, {"beneficiary": HER}, {"beneficiary": HER_CHILD}),
        (
            case.AidDecided,
            {"decisions": [AWARD]},
            {"decisions": [{**AWARD, "person": HER_CHILD}]},
        ),
    ],
)
def test_one_of_several_is_processed_no_more(
    event_type: type[Event], about_her: dict[str, Any], about_another: dict[str, Any]
) -> None:
    """The others of her clue are, and the clue goes on."""
    told = ClueBuilder().at(State.accepted).by_federation(an_event(clue.ClueSupplemented, added_persons=[CHILD]))
    told.by_procuratorate(an_event(case.ApplicationFiled)).by_federation(WITHDRAWN)

    def why_not(changes: dict[str, Any]) -> str | None:
        return judge(told.view, Act(an_event(event_type, **changes), A_UUID, P)).why_not

    assert not told.view.is_stopped
    assert why_not(about_her) == "it names a person that withdrew her consent"
    assert why_not(about_another) is None


def test_an_erased_person_keeps_no_clue_alive() -> None:
    """Whose data are gone needs no consent: the clue is stopped when the rest withdrew theirs."""
    told = ClueBuilder().at(State.accepted).by_federation(an_event(clue.ClueSupplemented, added_persons=[CHILD]))
    told.by_federation(an_event(clue.ErasureRequested, persons=[HER_CHILD], ground="court_order"))
    told.by_procuratorate(an_event(clue.ErasureConfirmed, persons=[HER_CHILD]))
    before = told.view.is_stopped
    told.by_federation(WITHDRAWN)

    assert (before, told.view.is_stopped) == (False, True)

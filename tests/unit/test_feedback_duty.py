"""The feedback duty: a federation's clue ends with coded feedback or by its own withdrawal, whatever anybody tries."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import case_events as case
from schemas import clue_events as clue
from schemas.clock import steps_of
from schemas.codes import Role
from schemas.event import Event
from schemas.fold import Fold
from schemas.lifecycle import RULES
from schemas.view import State
from tests.builders import AWARD, HER, PERSON, REFUSAL, ClueBuilder, History, an_event
from tests.fold_laws import play, random_moves

F, P = Role.federation, Role.procuratorate
CHILD = {**PERSON, "number": 2, "role": "minor_child", "age_band": "under_14"}
THE_CHILD = {**HER, "number": 2}


def test_the_table_has_no_way_around_feedback() -> None:
    """Finished is reached from a closing or a decline alone, and these by their coded events alone."""
    to = {(event, state): rule.to for (event, state), rule in RULES.items()}

    assert {key for key, target in to.items() if target is State.finished} == {
        (case.FeedbackAcknowledged, State.closed),
        (case.FeedbackAcknowledged, State.declined),
    }
    assert {event for (event, _), target in to.items() if target is State.closed} == {case.CaseClosed}
    assert {event for (event, _), target in to.items() if target is State.declined} == {clue.ClueDeclined}
    assert {event for (event, _), target in to.items() if target is State.withdrawn} == {clue.ClueWithdrawn}


def has_feedback(folded: Fold) -> bool:
    """Whether the last word of the procuratorate on the outcome, after any dispute, is a coded one."""
    words = [step.event.event for step in steps_of(folded.placed)]
    disputed = max((i for i, each in enumerate(words) if isinstance(each, clue.ClueDisputed)), default=-1)
    return any(isinstance(each, case.CaseClosed | clue.ClueDeclined) for each in words[disputed + 1 :])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_no_history_finishes_a_clue_without_feedback(seed: int) -> None:
    """Two honest sides, in any order of arrival; a withdrawal is the finder's own."""
    history = play(random_moves(seed, 60), str(seed))
    history.deliver_all()
    folded = history.fold(F)

    if folded.view.state in (State.finished, State.closed, State.declined):
        assert has_feedback(folded)
    if folded.view.state is State.withdrawn:
        withdrawn = [step for step in steps_of(folded.placed) if isinstance(step.event.event, clue.ClueWithdrawn)]
        assert [step.event.by for step in withdrawn] == [folded.view.origin]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), min_size=1, max_size=8))
def test_no_forged_event_finishes_a_clue_without_feedback(seed: int, forgeries: list[tuple[int, int]]) -> None:
    """A procuratorate that issues what it likes, when it likes, changes nothing of that on the honest side."""
    history = play(random_moves(seed, 25), str(seed))
    history.deliver_all()
    for which, _ in forgeries:
        forge(history, P, FORGERIES[which % len(FORGERIES)])
    folded = history.fold(F)

    if folded.view.origin is F:
        assert folded.view.state is not State.finished or has_feedback(folded)
        assert folded.view.state is not State.withdrawn or any(
            each.event.by is F and isinstance(each.event.event, clue.ClueWithdrawn) for each in folded.placed
        )


FORGERIES: list[Event] = [
    an_event(case.FeedbackAcknowledged),
    an_event(clue.ClueWithdrawn),
    an_event(case.CaseClosed),
    an_event(case.CaseClosed, outcome="aid_refused"),
    an_event(case.CaseClosed, outcome="handled_elsewhere"),
    an_event(clue.ClueDeclined, second="officer-1"),
    an_event(case.AidDecided, decisions=[{**REFUSAL, "number": 99}], second=None),
    an_event(case.FundsPaid, awards=[99]),
    an_event(clue.ClueSupplemented),
    an_event(clue.ClueDisputed),
]


def forge(history: History, by: Role, event: Event) -> None:
    """The side issues an event without asking the lifecycle, well linked and well signed."""
    heads = history.fold(by).heads
    history.send(history.new_event(by, event, heads.get(by), heads.get(by.other)))
    history.deliver_all()


@pytest.mark.parametrize(
    ("state", "forged", "why"),
    [
        (State.paid, an_event(case.FeedbackAcknowledged), "has no place"),
        (State.closed, an_event(case.FeedbackAcknowledged), "procuratorate does not issue it"),
        (State.transferred, an_event(clue.ClueWithdrawn), "only the agency that opened"),
        (State.transferred, an_event(case.CaseClosed, outcome="ended_early", ending="died"), "has no place"),
        (State.transferred, an_event(clue.ClueDeclined, second="officer-1"), "second officer"),
        (State.applied, an_event(case.AidDecided, decisions=[REFUSAL], second=None), "second officer"),
        (State.applied, an_event(case.AidDecided, decisions=[REFUSAL], second="officer-1"), "second officer"),
        (State.paid, an_event(case.CaseClosed, outcome="aid_refused"), "outcome aid_paid"),
        (State.redirected, an_event(case.CaseClosed, outcome="handled_elsewhere"), "other body"),
        (State.declined, an_event(clue.ClueDisputed), "procuratorate does not issue it"),
    ],
)
def test_what_a_misbehaving_peer_issues_is_void_on_the_honest_side(state: State, forged: Event, why: str) -> None:
    """Kept, shown with the rule that forbids it, and without effect."""
    told = ClueBuilder().at(state)
    forge(told, P, forged)
    void = told.fold(F).placed[-1].void

    assert void is not None
    assert why in void
    assert told.view.state is state


def household() -> ClueBuilder:
    """A clue of a woman and her child, up to the application."""
    told = ClueBuilder().by_federation(an_event(clue.ClueTransferred, persons=[PERSON, CHILD]))
    return told.by_procuratorate(an_event(clue.ClueAccepted), an_event(case.ApplicationFiled))


ANOTHER: Callable[..., Event] = lambda **decided: an_event(  # noqa: E731  # one line of a table
    case.AidDecided, decisions=[{"number": 2, "person": THE_CHILD, **decided}]
)


@pytest.mark.parametrize("decided", [{"amount_fen": 500_000}, {"refusal": "D2"}])
def test_a_household_has_a_decision_for_each_beneficiary_and_one_feedback(decided: dict[str, object]) -> None:
    """The child is a beneficiary without being asked for; the clue is not closed before it was decided on."""
    told = household().by_procuratorate(an_event(case.AidDecided, decisions=[AWARD]), an_event(case.FundsPaid))
    forge(told, P, an_event(case.CaseClosed))
    refused = told.fold(F).placed[-1].void
    told.by_procuratorate(ANOTHER(**decided))
    if "amount_fen" in decided:
        told.by_procuratorate(an_event(case.FundsPaid, awards=[2]))
    told.by_procuratorate(an_event(case.CaseClosed))

    assert refused == "there is no decision yet on federation:2: each beneficiary has an own one"
    assert told.view.state is State.closed


def test_a_minor_who_is_added_later_is_decided_on_too_and_an_elder_need_not_be() -> None:
    """Minor children are aided together with her (2022 circular); others only where aid is asked for them."""
    elder = {**PERSON, "number": 3, "role": "supported_elder", "age_band": "from_60"}
    told = household().by_federation(an_event(clue.ClueSupplemented, added_persons=[elder, {**CHILD, "number": 4}]))

    assert told.view.beneficiaries == {(F, 1), (F, 2), (F, 4)}


def test_a_beneficiary_who_withdrew_her_consent_does_not_keep_the_clue_open() -> None:
    """Nothing is decided on somebody whose data are no longer processed."""
    told = household().by_procuratorate(an_event(case.AidDecided, decisions=[AWARD]), an_event(case.FundsPaid))
    told.by_federation(an_event(clue.ConsentWithdrawn, persons=[THE_CHILD])).by_procuratorate(an_event(case.CaseClosed))

    assert told.view.state is State.closed

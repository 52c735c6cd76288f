"""The lifecycle: one table, and nothing outside it ever changes a clue."""

from itertools import product
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codes import Role
from schemas.event import Event
from schemas.guards import Act
from schemas.lifecycle import EVENT_TYPES, RULES, TABLE, judge, possible
from schemas.view import TURN, ClueView, State
from tests.builders import A_UUID, BY_NAME, MODELS, ClueBuilder, an_event, legal_acts

F, P = Role.federation, Role.procuratorate
RUNNING = "transferred returned accepted declined redirected disputed applied granted paid refused"
EVERY = f"{RUNNING} closed finished withdrawn"

# Design, section 6, copied by hand: event, by whom, from, to (`=` where the state stays, `awards` where they decide).
DESIGN: tuple[tuple[str, str, str, str], ...] = (
    ("ClueTransferred", "F", "unopened", "transferred"),
    ("ClueShared", "P", "unopened", "accepted"),
    ("ClueReturned", "P", "transferred accepted applied", "returned"),
    ("ClueSupplemented", "F", "returned", "transferred"),
    ("ClueSupplemented", "F", RUNNING.replace("returned ", ""), "="),
    ("ClueAccepted", "P", "transferred disputed", "accepted"),
    ("ClueDeclined", "P", "transferred accepted disputed", "declined"),
    ("ClueRedirected", "P", "transferred accepted disputed", "redirected"),
    ("ClueDisputed", "F", "declined redirected closed", "disputed"),
    ("ClueWithdrawn", "FP", "transferred returned accepted applied", "withdrawn"),
    ("ApplicationFiled", "P", "accepted", "applied"),
    ("ApplicationFiled", "P", "granted paid closed finished", "="),
    ("AidDecided", "P", "accepted applied granted paid refused", "awards"),
    ("FundsPaid", "P", "granted", "awards"),
    ("ProgressReported", "P", "transferred accepted redirected disputed applied granted paid refused", "="),
    ("CaseClosed", "P", "paid refused redirected accepted applied granted", "closed"),
    ("FeedbackAcknowledged", "F", "closed declined", "finished"),
    ("FollowUpPlanned", "FP", "closed finished", "="),
    ("FollowUpRecorded", "FP", "closed finished", "="),
    ("AidRequested", "FP", EVERY.removesuffix(" withdrawn"), "="),
    ("AidAnswered", "FP", EVERY, "="),
    ("ConsentWithdrawn", "FP", EVERY, "="),
    ("ErasureRequested", "FP", EVERY, "="),
    ("ErasureConfirmed", "FP", EVERY, "="),
)
DESIGNED = {
    (name, state): (frozenset({"F": F, "P": P}[letter] for letter in by), to)
    for name, by, states, to in DESIGN
    for state in states.split()
}
TURN_OF_THE_FEDERATION = {"returned", "declined", "closed"}


def _spelled(to: object) -> str:
    return "=" if to is None else to.value if isinstance(to, State) else "awards"


def test_table_is_the_table_of_the_design() -> None:
    """Every row of design section 6 is in the table, by, from and to, and the table has no other."""
    ours = {(event.__name__, state.value): (rule.by, _spelled(rule.to)) for (event, state), rule in RULES.items()}

    assert ours == DESIGNED


def test_table_names_each_event_and_state_once() -> None:
    """No row hides behind another, and all event types of the catalog have one."""
    named = [(rule.event, state) for rule in TABLE for state in rule.states]

    assert len(named) == len(set(named)) == len(RULES)
    assert set(EVENT_TYPES) == set(MODELS)


@pytest.mark.parametrize("state", State)
def test_turn_is_defined_for_every_state(state: State) -> None:
    """Two concurrent events never tie, for every state has its turn."""
    assert (TURN[state] is F) == (state.value in TURN_OF_THE_FEDERATION)


@pytest.mark.parametrize("event_type", MODELS)
def test_nothing_outside_the_table_changes_a_clue(event_type: type[Event]) -> None:
    """An event that design section 6 does not give to this party in this state leaves the view as it was."""
    for by, state in product(Role, State):
        view = ClueView(state, origin=F, persons=frozenset({(F, 1)}))
        parties, _ = DESIGNED.get((event_type.__name__, state.value), (frozenset[Role](), ""))
        verdict = judge(view, Act(an_event(event_type), A_UUID, by))

        assert by in parties or verdict.why_not is not None
        assert by in parties or event_type.__name__ not in possible(view, by)
        assert verdict.why_not is None or verdict.view is view


@settings(max_examples=100, deadline=None)  # a walk of many steps: slow machines must not fail it
@given(steps=st.lists(st.tuples(st.sampled_from(Role), st.integers(0, 999)), min_size=20, max_size=40))
def test_every_legal_step_goes_where_the_design_says(steps: list[tuple[Role, int]]) -> None:
    """On a random walk of legal acts, each state follows from the row of the design; the awards decide theirs."""
    view = ClueView()
    for number, (by, pick) in enumerate(steps):
        acts = legal_acts(view, by, pick)
        if not acts:
            continue
        act = acts[pick % len(acts)]
        after = judge(view, Act(act, UUID(int=number), by)).view
        parties, to = DESIGNED[act.event_type, view.state.value]
        assert by in parties
        assert after.state.value == {"=": view.state.value, "awards": _of_awards(after)}.get(to, to)
        view = after


def _of_awards(view: ClueView) -> str:
    if not view.awards:
        return "refused"
    return "paid" if all(award.is_paid for award in view.awards) else "granted"


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("by", Role)
def test_possible_names_what_the_party_can_do(by: Role, state: State) -> None:
    """What is offered is what the table gives this party here; what is legal is always among it."""
    view = ClueBuilder().at(state).view
    legal = {act.event_type for pick in range(6) for act in legal_acts(view, by, pick)}

    assert legal <= set(possible(view, by)) <= set(BY_NAME)
    assert all(by in DESIGNED[name, state.value][0] for name in possible(view, by))

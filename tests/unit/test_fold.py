"""The fold: one view from a set of events, whatever the order, the repetition and the delay."""

from random import Random

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from schemas.case_events import AidDecided, AidRequested, CaseClosed, FundsPaid, ProgressReported
from schemas.clue_events import (
    ClueAccepted,
    ClueDeclined,
    ClueReturned,
    ClueShared,
    ClueSupplemented,
    ClueTransferred,
    ClueWithdrawn,
)
from schemas.codes import Role
from schemas.fold import FORKED, MISLINKED, REJECTED, ChainEvent, fold
from schemas.view import ClueView, State
from tests.builders import MODELS, ClueBuilder, an_event
from tests.fold_laws import (
    LAWS,
    Law,
    Move,
    any_order_gives_the_same_fold,
    nothing_stands_before_what_it_builds_on,
    play,
    void_events_change_nothing,
)

F, P = Role.federation, Role.procuratorate
MOVE = st.tuples(st.sampled_from(Role), st.integers(0, 3), st.integers(0, 999))
MOVES = st.integers(0, 50).flatmap(lambda count: st.lists(MOVE, min_size=count, max_size=count))
# a slow machine must not fail a law, and hypothesis cannot know that long histories are the point
LAW_SETTINGS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@LAW_SETTINGS
@given(moves=MOVES)
def test_two_honest_sides_keep_the_law(law: Law, moves: list[Move]) -> None:
    """Whatever two honest sides do, and however the road delays, reorders and repeats, every law holds."""
    history = play(moves)
    event(f"{len(history.issued) // 5 * 5} events or more")

    law(history)


@LAW_SETTINGS
@given(moves=MOVES, lies=st.lists(st.tuples(st.sampled_from(Role), st.integers(0, 9999)), min_size=1, max_size=6))
def test_a_dishonest_side_changes_no_law(moves: list[Move], lies: list[tuple[Role, int]]) -> None:
    """Events with any links and any facts give one fold, wait or are void, and never come before what they name."""
    history = play(moves)
    for by, pick in lies:
        hashes = [None, b"\0" * 32, *(issued.hash for issued in history.issued)]
        rng = Random(pick)  # noqa: S311  # no secret
        lie = an_event(rng.choice(MODELS))
        history.new_event(by, lie, rng.choice(hashes), rng.choice(hashes))

    any_order_gives_the_same_fold(history)
    void_events_change_nothing(history)
    nothing_stands_before_what_it_builds_on(history)


def test_no_events_are_an_unopened_clue() -> None:
    """Before the first event there is a view already: unopened, the procuratorate's turn."""
    nothing = fold([])

    assert nothing.view == ClueView()
    assert (nothing.placed, nothing.waiting, nothing.heads) == ((), (), {})


@pytest.mark.parametrize("state", State)
def test_every_state_is_reachable_through_the_fold(state: State) -> None:
    """Two sides that act in turn reach every state, and nothing of it is void."""
    clue = ClueBuilder().at(state)

    assert clue.view.state is state
    assert clue.void == []


def test_withdrawal_that_crosses_a_payment_is_void() -> None:
    """Money that was paid is not unpaid by a withdrawal that had not seen it."""
    clue = ClueBuilder().at(State.applied)
    clue.crossing(federation=[an_event(ClueWithdrawn)], procuratorate=[an_event(AidDecided), an_event(FundsPaid)])

    assert clue.view.state is State.paid
    assert clue.void == [ClueWithdrawn]


def test_acceptance_that_meets_a_concurrent_withdrawal_ends_withdrawn() -> None:
    """The acceptance goes first, for the procuratorate holds the turn; a clue that is accepted can be withdrawn."""
    clue = ClueBuilder().at(State.transferred)
    clue.crossing(federation=[an_event(ClueWithdrawn)], procuratorate=[an_event(ClueAccepted)])

    assert clue.view.state is State.withdrawn
    assert clue.void == []


def test_decline_that_meets_a_concurrent_withdrawal_stands() -> None:
    """The decline goes first, and a declined clue has nothing left to withdraw."""
    clue = ClueBuilder().at(State.transferred)
    clue.crossing(federation=[an_event(ClueWithdrawn)], procuratorate=[an_event(ClueDeclined)])

    assert clue.view.state is State.declined
    assert clue.void == [ClueWithdrawn]


def test_supplement_in_the_federations_turn_goes_before_what_crosses_it() -> None:
    """In `returned` the turn is the federation's: its supplement is placed before a concurrent event of the other."""
    clue = ClueBuilder().at(State.returned)
    clue.crossing(federation=[an_event(ClueSupplemented)], procuratorate=[an_event(AidRequested)])
    placed = [p.event.event.event_type for p in clue.fold(F).placed]

    assert placed[-2:] == [ClueSupplemented.__name__, AidRequested.__name__]
    assert clue.view.state is State.transferred


def test_second_opening_of_a_clue_id_is_void() -> None:
    """Where both parties open the same clue id, the procuratorate's stands: it holds the turn before the first."""
    clue = ClueBuilder().crossing(federation=[an_event(ClueTransferred)], procuratorate=[an_event(ClueShared)])

    assert clue.view.origin is P
    assert clue.void == [ClueTransferred]


def test_event_waits_for_what_it_builds_on() -> None:
    """An event that arrives before its predecessors waits, is shown as waiting, and takes its place when they come."""
    clue = ClueBuilder().at(State.granted)
    *first, last = clue.issued

    assert fold([last]).waiting == (last,)
    assert fold([last]).view == ClueView()
    assert fold([last, *first]).waiting == ()


def test_event_that_was_seen_is_firm_and_a_lonely_one_out_of_turn_is_not() -> None:
    """An event of the side without the turn may still be overtaken, until a `seen` of the other side names it."""
    clue = ClueBuilder().at(State.accepted).by_federation(an_event(AidRequested))
    provisional = clue.fold(F).firm
    clue.by_procuratorate(an_event(ProgressReported))

    assert provisional == len(clue.issued) - 2
    assert clue.fold(F).firm == len(clue.issued)


def _fork(clue: ClueBuilder) -> list[ChainEvent]:
    """The procuratorate issues two events in the same place, one of them with a follower."""
    now = clue.fold(P)
    place = now.heads.get(P), now.heads[F]
    left = clue.new_event(P, an_event(ClueAccepted), *place)
    right = clue.new_event(P, an_event(ClueReturned), *place)
    return [left, right, clue.new_event(P, an_event(CaseClosed, outcome="ended_early", ending="died"), left.hash, None)]


@pytest.mark.parametrize("shuffle", range(6))
def test_fork_voids_both_branches_and_freezes_the_clue(shuffle: int) -> None:
    """Two events of one sender in the same place are void with all that follows them, in any order of arrival."""
    clue = ClueBuilder().at(State.transferred)
    before = clue.fold(F)
    branches = _fork(clue)
    Random(shuffle).shuffle(branches)  # noqa: S311  # no secret
    after = fold([*branches, *clue.held[F]])

    assert after.is_frozen
    assert [p.void for p in after.placed] == [None, FORKED, FORKED, FORKED]
    assert (after.view, after.heads) == (before.view, before.heads)
    assert after.digest == fold([*clue.held[F], *branches[::-1]]).digest


def test_fork_that_comes_late_voids_what_was_applied() -> None:
    """The branch that had its place already loses it when the other becomes known."""
    clue = ClueBuilder().at(State.transferred)
    accepted, returned, _ = _fork(clue)
    one_branch = fold([*clue.held[F], accepted])
    both = fold([*clue.held[F], accepted, returned])

    assert (one_branch.view.state, one_branch.is_frozen) == (State.accepted, False)
    assert (both.view.state, both.is_frozen) == (State.transferred, True)


def test_mislinked_events_are_void_with_all_that_follows() -> None:
    """`previous` that is the other party's, or `seen` that is the sender's own, is void and freezes nothing."""
    clue = ClueBuilder().at(State.accepted)
    now = clue.fold(P)
    own, other = now.heads[P], now.heads[F]
    wrong = clue.new_event(P, an_event(ClueDeclined), other, None)
    also_wrong = clue.new_event(P, an_event(ClueDeclined), own, own)
    follower = clue.new_event(P, an_event(ClueDeclined), wrong.hash, other)
    after = fold(clue.issued)

    assert {p.event.hash: p.void for p in after.placed if p.void} == {
        event.hash: MISLINKED for event in (wrong, also_wrong, follower)
    }
    assert (after.view, after.heads, after.is_frozen) == (now.view, now.heads, False)


def test_digest_tells_views_and_places_apart() -> None:
    """The digest that reconciliation compares differs where a place, a void or a waiting event differs."""
    clue = ClueBuilder().at(State.granted)
    digests = {fold(clue.issued[:count]).digest for count in range(len(clue.issued) + 1)}

    assert len(digests) == len(clue.issued) + 1
    assert fold(clue.issued[1:]).digest not in digests


def test_rejected_event_has_no_place_and_what_builds_on_it_is_void() -> None:
    """Both sides come to the same: the one that holds the rejected event, and the one that never could."""
    clue = ClueBuilder().at(State.transferred)
    before = clue.fold(P)
    accepted = clue.issue(P, an_event(ClueAccepted))
    follower = clue.issue(P, an_event(ProgressReported))
    sender = fold(clue.held[P], {accepted.hash})
    receiver = fold([each for each in clue.held[P] if each is not accepted], {accepted.hash})

    assert sender == receiver
    assert sender.digest == receiver.digest
    assert [(p.event.hash, p.void) for p in sender.placed if p.void] == [(follower.hash, REJECTED)]
    assert (sender.view, sender.heads, sender.waiting) == (before.view, before.heads, ())


def test_sender_goes_on_from_its_last_event_that_was_not_rejected() -> None:
    """What it issues anew stands in the place of the rejected event, and is no fork."""
    clue = ClueBuilder().at(State.transferred)
    refused = clue.issue(P, an_event(ClueAccepted))
    now = fold(clue.held[P], {refused.hash})
    clue.send(clue.new_event(P, an_event(ClueAccepted), now.heads.get(P), now.heads[F]))
    after = fold(clue.issued, {refused.hash})

    assert (after.view.state, after.is_frozen) == (State.accepted, False)
    assert after.digest == fold(clue.issued[::-1], {refused.hash}).digest

"""
The laws of the fold, each as a check of a played history; AssertionError where a law is broken.

test_fold.py asks hypothesis for histories, test_planted_faults.py takes fixed ones and wants a law to be broken. A law
looks at the fold from outside: none of them uses what it checks, except to compare.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TypeAlias

from schemas.codes import Role
from schemas.fold import FORKED, MISLINKED, ChainEvent, Fold, fold
from schemas.guards import Act
from schemas.lifecycle import judge
from schemas.view import TURN, ClueView
from tests.builders import History, legal_acts

Move: TypeAlias = tuple[Role, int, int]
"""One move of the play: whose, which of the four kinds (0 to 3), and which of what is possible."""
Law: TypeAlias = Callable[[History], None]


def play(moves: Sequence[Move], salt: str = "", between: Callable[[History], object] = lambda _: None) -> History:
    """
    The history that these moves make: two honest sides act, and their road delays, reorders and repeats.

    Half of the moves are acts, so that sides often act before they hear of each other. `between` is called before each.
    """
    history = History(salt)
    for role, kind, pick in moves:
        between(history)
        match kind:
            case 0 | 1:
                acts = legal_acts(history.fold(role).view, role, pick)
                if acts:
                    history.issue(role, acts[pick % len(acts)])
            case 2:
                history.deliver(role, pick)
            case _:
                history.repeat(role, pick)
    return history


def random_moves(seed: int, count: int = 40) -> list[Move]:
    """The same moves for the same seed, on every machine."""
    rng = Random(seed)  # noqa: S311  # no secret: the point is that it repeats
    return [(rng.choice(list(Role)), rng.randrange(4), rng.randrange(1000)) for _ in range(count)]


def any_order_gives_the_same_fold(history: History) -> None:
    """The fold is a function of the set: order and repetition change nothing."""
    once = fold(history.issued)
    for turned in (history.issued[::-1], history.issued * 2, sorted(history.issued, key=lambda event: event.hash)):
        again = fold(turned)
        assert again == once
        assert again.digest == once.digest


def both_sides_agree_in_the_end(history: History) -> None:
    """Once everything has arrived, both sides see the same, and nothing waits."""
    history.deliver_all()
    ours, theirs = (history.fold(role) for role in Role)
    assert ours == theirs
    assert ours.digest == theirs.digest
    assert ours.waiting == ()
    assert len(ours.placed) == len(history.issued)


def what_is_firm_stays(history: History) -> None:
    """No honest event that arrives later changes the firm prefix; it never grows shorter."""
    history.deliver_all()
    for role in Role:
        before = fold([])
        for count in range(len(history.held[role]) + 1):
            now = fold(history.held[role][:count])
            assert now.placed[: before.firm] == before.placed[: before.firm]
            assert now.firm >= before.firm
            before = now


def void_events_change_nothing(history: History) -> None:
    """The view is what the lifecycle makes of the applied events alone, and what it forbids is void."""
    now = fold(history.issued)
    view = ClueView()
    for place in now.placed:
        verdict = judge(view, Act(place.event.event, place.event.event_id, place.event.by))
        if place.void is None:
            assert verdict.why_not is None
            view = verdict.view
        elif place.void not in (FORKED, MISLINKED):
            assert place.void == verdict.why_not
    assert now.view == view


def nothing_stands_before_what_it_builds_on(history: History) -> None:
    """An event has its place after its sender's previous one and after what its sender had seen."""
    held = set[bytes | None]([None])
    for place in fold(history.issued).placed:
        assert {place.event.previous, place.event.seen} <= held
        held.add(place.event.hash)


def it_is_the_fold_of_the_design(history: History) -> None:
    """The slow fold that design section 2 spells out, written again here, finds the same places and the same view."""
    view, places = fold_as_designed(history.issued)
    now = fold(history.issued)
    assert [(p.event.hash, p.void) for p in now.placed] == places
    assert now.view == view


def fold_as_designed(events: Sequence[ChainEvent]) -> tuple[ClueView, list[tuple[bytes, str | None]]]:
    """Design section 2, word for word; for honest chains, so that a party has one ready event at most."""
    left = {event.hash: event for event in events}
    view = ClueView()
    places: list[tuple[bytes, str | None]] = []
    last: dict[Role, bytes | None] = dict.fromkeys(Role)
    placed = set[bytes | None]([None])
    while ready := _ready(left, last, placed):
        event = ready.get(TURN[view.state]) or ready[TURN[view.state].other]
        verdict = judge(view, Act(event.event, event.event_id, event.by))
        view = view if verdict.why_not else verdict.view
        places.append((event.hash, verdict.why_not))
        last[event.by] = event.hash
        placed.add(left.pop(event.hash).hash)
    return view, places


def _ready(
    left: Mapping[bytes, ChainEvent], last: Mapping[Role, bytes | None], placed: set[bytes | None]
) -> dict[Role, ChainEvent]:
    """For each party, its next event by `previous`, if the event named by `seen` is already placed."""
    return {e.by: e for e in left.values() if e.previous == last[e.by] and e.seen in placed}


def heads_are_the_last_of_each_party(history: History) -> None:
    """What the next event names as `previous` and `seen` is the last honest event of each party."""
    now: Fold = fold(history.issued)
    last: dict[Role, bytes] = {}
    for event in history.issued:
        last[event.by] = event.hash
    assert now.heads == last


LAWS: tuple[Law, ...] = (
    any_order_gives_the_same_fold,
    both_sides_agree_in_the_end,
    what_is_firm_stays,
    void_events_change_nothing,
    nothing_stands_before_what_it_builds_on,
    it_is_the_fold_of_the_design,
    heads_are_the_last_of_each_party,
)


def broken_laws(history: History) -> list[str]:
    """The names of the laws that this history breaks."""
    broken = []
    for law in LAWS:
        try:
            law(history)
        except AssertionError:
            broken.append(law.__name__)
    return broken

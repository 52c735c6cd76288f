"""A fold with a planted fault breaks a law: the laws of tests/fold_laws.py are worth what they find."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import pytest

from schemas import fold as fold_module
from schemas.codes import Role
from schemas.event import Event
from schemas.fold import ChainEvent, _Chain
from schemas.guards import Act
from schemas.lifecycle import TABLE, Verdict, judge
from schemas.view import ClueView
from tests.fold_laws import broken_laws, play, random_moves

HISTORIES = 30


def _laws_that_break() -> set[str]:
    return {law for seed in range(HISTORIES) for law in broken_laws(play(random_moves(seed), str(seed)))}


def _invert_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    take = _Chain.take
    monkeypatch.setattr(_Chain, "take", lambda chain, turn: take(chain, turn.other))


def _drop_the_seen_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """`seen` is looked at as if every event named none; the links themselves stay as they are."""
    offer = _Chain._offer

    def careless(chain: _Chain, event: ChainEvent) -> None:
        if event.seen is not None and event.seen not in chain._placed:
            chain._placed.add(event.seen)
            offer(chain, event)
            chain._placed.discard(event.seen)
        else:
            offer(chain, event)

    monkeypatch.setattr(_Chain, "_offer", careless)


def _apply_void_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not legal is marked void, and applied all the same: its state is taken from any row of its type."""

    def lenient(view: ClueView, act: Act[Event]) -> Verdict:
        verdict = judge(view, act)
        if verdict.why_not is None:
            return verdict
        rule = next(rule for rule in TABLE if rule.event is type(act.event))
        return Verdict(rule.effect(view, act), verdict.why_not)

    monkeypatch.setattr(fold_module, "judge", lenient)


def _ignore_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is ready first in the order of arrival goes first."""
    take = _Chain.take

    def by_arrival(chain: _Chain, turn: Role) -> ChainEvent | None:
        ready = {h for queue in chain._ready.values() for _, h in queue}
        first = next((event.by for h, event in chain._events.items() if h in ready), turn)
        return take(chain, first)

    monkeypatch.setattr(_Chain, "take", by_arrival)


def _call_everything_firm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold_module, "_firm", lambda placed, _turns: len(placed))


Fault: TypeAlias = Callable[[pytest.MonkeyPatch], None]
FAULTS: Mapping[Fault, set[str]] = {
    _invert_the_turn: {"it_is_the_fold_of_the_design", "what_is_firm_stays"},
    _drop_the_seen_check: {"it_is_the_fold_of_the_design", "nothing_stands_before_what_it_builds_on"},
    _apply_void_events: {"it_is_the_fold_of_the_design", "void_events_change_nothing"},
    _ignore_the_turn: {"any_order_gives_the_same_fold", "both_sides_agree_in_the_end"},
    _call_everything_firm: {"what_is_firm_stays"},
}


def test_sound_fold_breaks_no_law() -> None:
    """Without a fault, the same histories keep every law: the next test finds faults, not noise."""
    assert _laws_that_break() == set()


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__.strip("_"))
def test_planted_fault_is_found(plant: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each planted fault breaks at least the laws that are about it."""
    plant(monkeypatch)

    assert _laws_that_break() >= FAULTS[plant]

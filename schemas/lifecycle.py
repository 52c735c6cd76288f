"""
Who may do what when: the lifecycle of a clue as one table, which both sides enforce.

The table names every from-state of every event. `judge` is the only reader of the table; commands ask it before they
issue an event, and the fold asks it for every event of either party, so a peer that misbehaves changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeAlias, TypeVar

from schemas import case_events as case
from schemas import clue_events as clue
from schemas import effects, guards
from schemas.codes import Role
from schemas.event import Event
from schemas.guards import Act
from schemas.view import TURN, ClueView, State

VERSION = 1
"""Of this table; every envelope names the version that its sender judged by."""

E = TypeVar("E", bound=Event)
PartyCondition: TypeAlias = Callable[[ClueView, Role], str | None]
Target: TypeAlias = State | Callable[[ClueView], State] | None


@dataclass(frozen=True, slots=True)
class Rule(Generic[E]):
    """
    One line of the lifecycle.

    Attributes:
        event: the event type.
        by: the parties that may issue it.
        states: the states that it may be issued in.
        to: the state after it; None leaves the state, a function computes it from the view after the effect.
        effect: what else it changes.
        when: a condition of view and party, known before any facts.
        guards: conditions of the facts.
    """

    event: type[E]
    by: frozenset[Role]
    states: frozenset[State]
    to: Target
    effect: Callable[[ClueView, Act[E]], ClueView] = effects.nothing_else
    when: PartyCondition | None = None
    guards: tuple[Callable[[ClueView, Act[E]], str | None], ...] = ()


F = frozenset({Role.federation})
P = frozenset({Role.procuratorate})
EITHER = F | P
S = State


def _states(*states: State) -> frozenset[State]:
    return frozenset(states)


OPENED = frozenset(State) - {S.unopened}
RUNNING = OPENED - {S.closed, S.finished, S.withdrawn}
ACTIVE = OPENED - {S.withdrawn}
PROCURATORATE_ACTS = frozenset(state for state in RUNNING if TURN[state] is Role.procuratorate)
AWAITING_VERDICT = _states(S.transferred, S.accepted, S.disputed)
WITHDRAWABLE = _states(S.transferred, S.returned, S.accepted, S.applied)
DECIDABLE = _states(S.applied, S.granted, S.paid, S.refused)
ENDED = _states(S.paid, S.refused, S.redirected)
BROKEN_OFF = _states(S.accepted, S.applied, S.granted)
AFTERWARDS = _states(S.closed, S.finished)

# A table is read by its columns.
# fmt: off
TABLE: tuple[Rule[Any], ...] = (
    Rule(clue.ClueTransferred, F, _states(S.unopened), S.transferred, effects.opens),
    Rule(clue.ClueShared, P, _states(S.unopened), S.accepted, effects.opens),
    Rule(clue.ClueReturned, P, _states(S.transferred, S.accepted, S.applied), S.returned),
    Rule(clue.ClueSupplemented, F, _states(S.returned), S.transferred, effects.adds_persons,
         guards=(guards.persons_are_new,)),
    Rule(clue.ClueSupplemented, F, RUNNING - {S.returned}, None, effects.adds_persons,
         guards=(guards.persons_are_new,)),
    Rule(clue.ClueAccepted, P, _states(S.transferred, S.disputed), S.accepted),
    Rule(clue.ClueDeclined, P, AWAITING_VERDICT, S.declined, guards=(guards.two_officers,)),
    Rule(clue.ClueRedirected, P, AWAITING_VERDICT, S.redirected),
    Rule(clue.ClueDisputed, F, _states(S.declined, S.redirected), S.disputed, effects.disputes,
         when=guards.not_disputed_before),
    Rule(clue.ClueDisputed, F, _states(S.closed), S.disputed, effects.disputes, when=guards.closed_without_aid),
    Rule(clue.ClueWithdrawn, EITHER, WITHDRAWABLE, S.withdrawn, when=guards.by_the_origin),
    Rule(case.ApplicationFiled, P, _states(S.accepted), S.applied, effects.files, guards=(guards.persons_are_new,)),
    Rule(case.ApplicationFiled, P, _states(S.granted, S.paid, S.closed, S.finished), None, effects.files,
         when=guards.papers_are_due, guards=(guards.persons_are_new,)),
    Rule(case.AidDecided, P, _states(S.accepted), effects.state_of_awards, effects.decides,
         guards=(guards.in_advance, guards.decisions_are_new, guards.refusal_has_two_officers)),
    Rule(case.AidDecided, P, DECIDABLE, effects.state_of_awards, effects.decides,
         guards=(guards.decisions_are_new, guards.refusal_has_two_officers)),
    Rule(case.FundsPaid, P, _states(S.granted), effects.state_of_awards, effects.pays,
         guards=(guards.awards_are_unpaid,)),
    Rule(case.ProgressReported, P, PROCURATORATE_ACTS, None, effects.reports, guards=(guards.answer_is_of_the_body,)),
    Rule(case.CaseClosed, P, ENDED | BROKEN_OFF, S.closed, effects.closes,
         guards=(guards.outcome_fits, guards.body_has_answered, guards.every_beneficiary_is_decided)),
    Rule(case.FeedbackAcknowledged, F, _states(S.closed, S.declined), S.finished, effects.acknowledges,
         guards=(guards.open_branches_have_a_reason,)),
    Rule(case.FollowUpPlanned, EITHER, AFTERWARDS, None, effects.plans_visit),
    Rule(case.FollowUpRecorded, EITHER, AFTERWARDS, None, effects.holds_visit, guards=(guards.visit_is_planned,)),
    Rule(case.AidRequested, EITHER, ACTIVE, None, effects.asks_for_aid, guards=(guards.beneficiary_is_known,)),
    Rule(case.AidAnswered, EITHER, OPENED, None, effects.answers, when=guards.has_open_branch,
         guards=(guards.branch_is_open,)),
    Rule(clue.ConsentWithdrawn, EITHER, OPENED, None, effects.withdraws_consent, guards=(guards.persons_are_known,)),
    Rule(clue.ErasureRequested, EITHER, OPENED, None, effects.asks_to_erase,
         guards=(guards.two_officers, guards.persons_are_known)),
    Rule(clue.ErasureConfirmed, EITHER, OPENED, None, effects.erases, when=guards.erasure_was_asked,
         guards=(guards.erasure_was_asked_for_these,)),
)
# fmt: on


def _by_event_and_state(table: Iterable[Rule[Any]]) -> Mapping[tuple[type[Event], State], Rule[Any]]:
    return {(rule.event, state): rule for rule in table for state in sorted(rule.states)}


RULES = _by_event_and_state(TABLE)
EVENT_TYPES: tuple[type[Event], ...] = tuple(dict.fromkeys(rule.event for rule in TABLE))


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What the lifecycle says of one act.

    Attributes:
        view: the view after it; unchanged where the act is not legal.
        why_not: None where it is legal, else the rule that forbids it.
    """

    view: ClueView
    why_not: str | None


def judge(view: ClueView, act: Act[Event]) -> Verdict:
    """Say what the view is after this act, or why the act is not legal. Pure."""
    rule = RULES.get((type(act.event), view.state))
    why_not = _forbidden(rule, view, act)
    if rule is None or why_not is not None:
        return Verdict(view, why_not)
    after = rule.effect(view, act)
    if not act.told <= after.persons:
        return Verdict(view, guards.TELLS_OF_A_STRANGER)
    to = rule.to(after) if callable(rule.to) else rule.to
    return Verdict(after if to is None else replace(after, state=to), None)


def _forbidden(rule: Rule[Any] | None, view: ClueView, act: Act[Event]) -> str | None:
    if rule is None:
        return f"it has no place while the clue is {view.state}"
    if why := _barred(rule, view, act.by):
        return why
    return next((why for guard in rule.guards if (why := guard(view, act))), None)


def _barred(rule: Rule[Any], view: ClueView, by: Role) -> str | None:
    """Why this party issues no such event now, whatever its facts."""
    if by not in rule.by:
        return f"the {by} does not issue it"
    return guards.goes_on(view, rule.event) or (rule.when(view, by) if rule.when is not None else None)


def possible(view: ClueView, by: Role) -> tuple[str, ...]:
    """The event types that this party may issue now, as far as that is known before the facts; in the table's order."""
    return tuple(
        event.__name__
        for event in EVENT_TYPES
        if (rule := RULES.get((event, view.state))) is not None and _barred(rule, view, by) is None
    )

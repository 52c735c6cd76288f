"""
Builders: a valid event of every type, and two honest sides that extend one clue.

`an_event` makes facts, `History` simulates the two parties and the road between them, `ClueBuilder` tells a story in
few words. What the sides do is decided by the fold under test; the hashes are SHA-256 of a serial number.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, Self, TypeVar
from uuid import UUID

from schemas import case_events as case
from schemas import clue_events as clue
from schemas.catalog import CATALOG
from schemas.codes import Outcome, Role
from schemas.event import Event
from schemas.fold import ChainEvent, Fold, fold
from schemas.guards import OUTCOME_OF_STATE, Act
from schemas.lifecycle import judge, possible
from schemas.view import ClueView, State

E = TypeVar("E", bound=Event)
Facts = Mapping[str, Any]
Step = tuple[Role, Event]

PERSON: Facts = {"number": 1, "role": "applicant", "age_band": "from_18_to_59", "id_number": "well_formed"}
HER: Facts = {"added_by": "federation", "number": 1}
A_UUID = UUID("00000000-0000-4000-8000-000000000001")
FOUND = date(2026, 2, 25)
"""Within the days for handing over before the day on which a history of the tests begins."""
NEW_CLUE: Facts = {
    "categories": ["W2"],
    "urgent": True,
    "legal_basis": "consent",
    "persons": [PERSON],
    "found_on": FOUND,
}
AWARD: Facts = {"number": 1, "person": HER, "amount_fen": 2_000_000}
REFUSAL: Facts = {"number": 1, "person": HER, "refusal": "D2"}

DEFAULTS: Mapping[type[Event], Facts] = {
    clue.ClueTransferred: {**NEW_CLUE, "source": "S1", "papers": ["M1", "M2"]},
    clue.ClueShared: {**NEW_CLUE, "source": "S8"},
    clue.ClueReturned: {"reasons": ["R1"], "missing_papers": ["M3"]},
    clue.ClueSupplemented: {"papers": ["M3"]},
    clue.ClueAccepted: {"handler": "officer-7"},
    clue.ClueDeclined: {"reason": "D2", "responsible": "person", "next_step": "further_aid", "second": "officer-2"},
    clue.ClueRedirected: {"reason": "T1", "to_body": "court"},
    clue.ClueDisputed: {"ground": "new_facts"},
    clue.ClueWithdrawn: {"reason": "V1"},
    clue.ConsentWithdrawn: {"persons": [HER]},
    clue.ErasureRequested: {"persons": [HER], "ground": "consent_withdrawn", "second": "officer-2"},
    clue.ErasureConfirmed: {"persons": [HER]},
    case.ApplicationFiled: {"helped_by": "federation", "form": "written"},
    case.AidDecided: {"decisions": [AWARD], "second": "officer-2"},
    case.FundsPaid: {"awards": [1]},
    case.ProgressReported: {"stage": "under_review"},
    case.CaseClosed: {"outcome": "aid_paid"},
    case.FeedbackAcknowledged: {},
    case.FollowUpPlanned: {"planned_for": date(2024, 6, 3), "jointly": True},
    case.FollowUpRecorded: {"visited_on": date(2024, 6, 3), "scale": "improved"},
    case.AidRequested: {"kind": "A03", "beneficiary": HER, "provider": "health"},
    case.AidAnswered: {"branch": A_UUID, "answer": "declined", "reason": "no_means"},
}
MODELS: tuple[type[Event], ...] = tuple(row.model for row in CATALOG)
BY_NAME: Mapping[str, type[Event]] = {model.__name__: model for model in MODELS}


def an_event(event_type: type[E], **changes: Any) -> E:
    """A valid event of this type, with these fields changed; raises InvalidEvent where the changes break the model."""
    return event_type.read({"officer": "officer-1", **DEFAULTS[event_type], **changes})


def legal_acts(view: ClueView, by: Role, pick: int = 0) -> list[Event]:
    """An event of each type that the party may issue now, its facts fitted to the view; `pick` varies them."""
    acts = [_fitted(view, by, BY_NAME[name], pick) for name in possible(view, by)]
    return [act for act in acts if judge(view, Act(act, A_UUID, by)).why_not is None]


def _fitted(view: ClueView, by: Role, event_type: type[Event], pick: int) -> Event:
    persons: list[Facts] = [{"added_by": added_by, "number": number} for added_by, number in sorted(view.persons)] or [
        HER
    ]
    her = persons[pick % len(persons)]
    asked = sorted(key for key, asked_by in view.erasure_asked if asked_by is by.other)
    branches = [branch.branch_id for branch in view.open_branches if branch.asked_by is by.other]
    unpaid = [award.number for award in view.awards if not award.is_paid]
    number = len(view.awards) + len(view.refusals) + 1
    added = [{**PERSON, "number": sum(added_by is by for added_by, _ in view.persons) + 1}] if pick % 2 else []
    planned = [visit.plan_id for visit in view.visits if not visit.is_held]
    outcome = OUTCOME_OF_STATE.get(view.state, Outcome.ended_early)
    changes: Mapping[type[Event], Facts] = {
        clue.ClueSupplemented: {"added_persons": added},
        case.ApplicationFiled: {"added_persons": added},
        clue.ConsentWithdrawn: {"persons": [her]},
        clue.ErasureRequested: {"persons": [her]},
        clue.ErasureConfirmed: {"persons": [{"added_by": key[0], "number": key[1]} for key in asked] or [HER]},
        case.AidDecided: {
            "decisions": [{**(REFUSAL if pick % 3 == 0 else AWARD), "number": number, "person": her}],
            "in_advance": view.state is State.accepted,
        },
        case.FundsPaid: {"awards": unpaid[: 1 + pick % 2] or [1]},
        case.ProgressReported: _progress(view, pick),
        case.FollowUpRecorded: {"plan": planned[pick % len(planned)] if planned and pick % 2 else None},
        case.CaseClosed: {"outcome": outcome, "ending": "died" if outcome is Outcome.ended_early else None},
        case.FeedbackAcknowledged: {"open_branches_reason": "no_means" if view.open_branches else None},
        case.AidRequested: {"beneficiary": her},
        case.AidAnswered: {"branch": branches[pick % len(branches)] if branches else A_UUID},
    }
    return an_event(event_type, **changes.get(event_type, {}))


def _progress(view: ClueView, pick: int) -> Facts:
    if view.state is State.redirected:
        return {"stage": "other_body_answered", "body_answer": ("taken_up", "refused", "no_answer")[pick % 3]}
    return {"stage": ("under_review", "funds_arrived", "told_to_collect")[pick % 3]}


class History:
    """
    Two honest sides and the road between them.

    Each side holds what it issued and what has arrived; `issue` names `previous` and `seen` by the fold of what the
    side holds. Delivery is the test's choice: late, in any order, more than once.

    Attributes:
        issued: every event of both sides, in the order of issue.
        held: what each side holds, in the order of arrival, repetitions included.
        in_flight: what is on its way to each side.
        today, agreement_version: what new events say of themselves; the test moves them on.
    """

    def __init__(self, salt: str = "") -> None:
        self.issued: list[ChainEvent] = []
        self.held: dict[Role, list[ChainEvent]] = {role: [] for role in Role}
        self.in_flight: dict[Role, list[ChainEvent]] = {role: [] for role in Role}
        self.today = date(2026, 3, 2)
        self.agreement_version = 1
        self._salt = salt

    def fold(self, role: Role) -> Fold:
        """What this side sees."""
        return fold(self.held[role])

    def new_event(self, by: Role, event: Event, previous: bytes | None, seen: bytes | None) -> ChainEvent:
        """A chain event with a hash of its own, held by nobody: the way to make dishonest ones."""
        serial = hashlib.sha256(f"{self._salt}:{len(self.issued)}".encode()).digest()
        event_id, version = UUID(bytes=serial[:16]), self.agreement_version
        made = ChainEvent(serial, event_id, by, previous, seen, event, self.today, version)
        self.issued.append(made)
        return made

    def issue(self, by: Role, event: Event) -> ChainEvent:
        """The side issues an event that is legal by its own fold, and sends it; AssertionError where it is not."""
        now = self.fold(by)
        why_not = judge(now.view, Act(event, A_UUID, by)).why_not
        assert why_not is None, f"{event.event_type}: {why_not}"
        return self.send(self.new_event(by, event, now.heads.get(by), now.heads.get(by.other)))

    def send(self, made: ChainEvent) -> ChainEvent:
        """Its sender holds it at once; for the other side it is on its way."""
        self.held[made.by].append(made)
        self.in_flight[made.by.other].append(made)
        return made

    def deliver(self, to: Role, index: int = 0) -> None:
        """One of the events on their way to this side arrives; nothing happens where there is none."""
        if self.in_flight[to]:
            self.held[to].append(self.in_flight[to].pop(index % len(self.in_flight[to])))

    def repeat(self, to: Role, index: int) -> None:
        """An event that this side holds already arrives once more."""
        if self.held[to]:
            self.held[to].append(self.held[to][index % len(self.held[to])])

    def deliver_all(self) -> None:
        """Everything on its way arrives, the last one first."""
        for role in Role:
            while self.in_flight[role]:
                self.deliver(role, -1)


class ClueBuilder(History):
    """A history told in steps: each is issued, and what is not said to cross is delivered at once."""

    def at(self, state: State) -> Self:
        """Lead a new clue of the federation to this state, by a shortest path, both sides knowing everything."""
        for by, event in paths()[state]:
            self.by(by, event)
        assert self.view.state is state
        return self

    def by(self, role: Role, *events: Event) -> Self:
        for event in events:
            self.issue(role, event)
            self.deliver_all()
        return self

    def by_federation(self, *events: Event) -> Self:
        return self.by(Role.federation, *events)

    def by_procuratorate(self, *events: Event) -> Self:
        return self.by(Role.procuratorate, *events)

    def crossing(self, federation: Iterable[Event], procuratorate: Iterable[Event]) -> Self:
        """Both sides act before they hear of each other; then everything arrives."""
        for role, events in ((Role.federation, federation), (Role.procuratorate, procuratorate)):
            for event in events:
                self.issue(role, event)
        self.deliver_all()
        return self

    @property
    def view(self) -> ClueView:
        """The one view of both sides; AssertionError where they differ."""
        ours, theirs = (self.fold(role) for role in Role)
        assert ours.digest == theirs.digest
        return ours.view

    @property
    def void(self) -> list[type[Event]]:
        """The types of the void events, in their order."""
        return [type(p.event.event) for p in self.fold(Role.federation).placed if p.void is not None]


@cache
def paths() -> Mapping[State, tuple[Step, ...]]:
    """A shortest way of a federation's clue to each state that it can reach, found by breadth first."""
    found: dict[State, tuple[Step, ...]] = {State.unopened: ()}
    reached: list[tuple[ClueView, tuple[Step, ...]]] = [(ClueView(), ())]
    for view, path in reached:
        for step, after in _steps_from(view):
            if after.state not in found:
                found[after.state] = (*path, step)
                reached.append((after, (*path, step)))
    return found


def _steps_from(view: ClueView) -> Iterator[tuple[Step, ClueView]]:
    for by in Role:
        for pick in range(6):
            for act in legal_acts(view, by, pick):
                if not isinstance(act, clue.ClueShared):
                    yield (by, act), judge(view, Act(act, A_UUID, by)).view

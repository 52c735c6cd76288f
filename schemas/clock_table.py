"""
What starts, pauses and stops the clock of each duty: one table of functions of the view.

A clock starts when a view owes the duty, pauses while the other side has the turn, and stops when the view owes it no
more. Progress reports and visits come by the month and by plan: see `schemas/periods.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from schemas import case_events as case
from schemas import clue_events as clue
from schemas.clock import About
from schemas.codes import Role
from schemas.duty import Duty
from schemas.event import Event
from schemas.view import ClueView, State

Owed: TypeAlias = Mapping[About, Role]
"""What is owed in a view, and by whom."""
NOTHING: Owed = {}


@dataclass(frozen=True, slots=True)
class ClockRule:
    """
    One line of the table.

    Attributes:
        runs: what is owed in a view: a clock starts, or goes on, for each.
        done_by: the events that do the duty. A clock also stops, undone, when a view owes it no more.
        pauses: what is owed but waits.
    """

    duty: Duty
    runs: Callable[[ClueView], Owed]
    done_by: tuple[type[Event], ...]
    pauses: Callable[[ClueView], Owed] = lambda _: NOTHING


F, P = Role.federation, Role.procuratorate
S = State


def _in(by: Role, *states: State) -> Callable[[ClueView], Owed]:
    return lambda view: {"": by} if view.state in states else NOTHING


def _when(by: Role, condition: Callable[[ClueView], bool]) -> Callable[[ClueView], Owed]:
    return lambda view: {"": by} if condition(view) else NOTHING


def _awaits_other_body(view: ClueView) -> bool:
    return view.state is S.redirected and view.body_answer is None


def _owes_feedback(view: ClueView) -> bool:
    return view.state in (S.paid, S.refused) or (view.state is S.redirected and view.body_answer is not None)


def _open_branches(view: ClueView) -> Owed:
    if view.state is S.withdrawn:
        return NOTHING
    return {str(branch.branch_id): branch.asked_by.other for branch in view.open_branches if branch.left_open is None}


def _erasures(view: ClueView) -> Owed:
    asked = ((person, by) for person, by in view.erasure_asked if person not in view.erased)
    return {f"{person[0]}:{person[1]}": by.other for person, by in sorted(asked)}


VERDICTS = (clue.ClueAccepted, clue.ClueDeclined, clue.ClueRedirected)

# fmt: off  (a table is read by its columns)
TABLE: tuple[ClockRule, ...] = (
    ClockRule(Duty.take_up, _in(P, S.transferred), VERDICTS, _in(P, S.returned)),
    ClockRule(Duty.answer_dispute, _in(P, S.disputed), VERDICTS),
    ClockRule(Duty.complete, _in(F, S.returned), (clue.ClueSupplemented,)),
    ClockRule(Duty.decide, _in(P, S.applied), (case.AidDecided,), _in(P, S.returned, S.transferred, S.accepted)),
    ClockRule(Duty.pay, _in(P, S.granted), (case.FundsPaid,)),
    ClockRule(Duty.tell_to_collect, _when(P, lambda view: view.funds_wait), (case.ProgressReported, case.FundsPaid)),
    ClockRule(Duty.track_redirect, _when(P, _awaits_other_body), (case.ProgressReported,)),
    ClockRule(Duty.feedback, _when(P, _owes_feedback), (case.CaseClosed,), _in(P, S.granted)),
    ClockRule(Duty.acknowledge, _in(F, S.closed, S.declined), (case.FeedbackAcknowledged, clue.ClueDisputed)),
    ClockRule(Duty.file_papers, _when(P, lambda view: view.papers_are_due), (case.ApplicationFiled,)),
    ClockRule(Duty.answer_aid, _open_branches, (case.AidAnswered,)),
    ClockRule(Duty.confirm_erasure, _erasures, (clue.ErasureConfirmed,)),
)
# fmt: on

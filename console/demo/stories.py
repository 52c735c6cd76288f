"""
What the scripted officers of both sides do with a clue, as tables: one story a kind of case.

A step is who acts, with which event, and its facts; where these depend on what happened before, they are a function of
the view. Together the stories reach every state of the lifecycle, and `CROSSING` holds acts that neither side had seen
of the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from schemas import case_events as case
from schemas import clue_events as clue
from schemas.codes import Role
from schemas.event import Event
from schemas.view import ClueView

Facts: TypeAlias = Mapping[str, Any]
F, P = Role.federation, Role.procuratorate


@dataclass(frozen=True, slots=True)
class Step:
    """One act of one side."""

    by: Role
    event: type[Event]
    facts: Facts | Callable[[ClueView], Facts]

    def facts_for(self, view: ClueView) -> Event:
        """The event, fitted to the view of the side that acts."""
        facts = self.facts(view) if callable(self.facts) else self.facts
        return self.event.read({"officer": f"{self.by}-officer-1", **facts})


@dataclass(frozen=True, slots=True)
class Story:
    """
    A kind of case.

    Attributes:
        share: how many of a hundred clues take this course.
    """

    name: str
    share: int
    steps: tuple[Step, ...]


def _her(view: ClueView) -> Facts:
    added_by, number = min(view.persons)
    return {"added_by": added_by, "number": number}


def _decision(view: ClueView, **decided: Any) -> Facts:
    number = len(view.awards) + len(view.refusals) + 1
    return {"decisions": [{"number": number, "person": _her(view), **decided}]}


def _award(view: ClueView) -> Facts:
    return _decision(view, amount_fen=1_500_000)


def _award_in_advance(view: ClueView) -> Facts:
    return {**_award(view), "in_advance": True}


def _unpaid(view: ClueView) -> Facts:
    return {"awards": [award.number for award in view.awards if not award.is_paid]}


def _answer(view: ClueView) -> Facts:
    branch = view.open_branches[0].branch_id
    return {"branch": branch, "answer": "provided", "provided_by": "federation", "provided_on": date(2022, 9, 1)}


ACCEPT = Step(P, clue.ClueAccepted, {"handler": "procuratorate-officer-2"})
INFORM = Step(P, case.ProgressReported, {"stage": "informed_of_right"})
APPLY = Step(P, case.ApplicationFiled, {"helped_by": "federation", "form": "written"})
AWARD = Step(P, case.AidDecided, _award)
REFUSE = Step(P, case.AidDecided, lambda view: {**_decision(view, refusal="D2"), "second": "procuratorate-officer-3"})
ADVANCE = Step(P, case.AidDecided, _award_in_advance)
PAY = Step(P, case.FundsPaid, _unpaid)
CLOSE_PAID = Step(P, case.CaseClosed, {"outcome": "aid_paid"})
CLOSE_REFUSED = Step(P, case.CaseClosed, {"outcome": "aid_refused"})
CLOSE_ELSEWHERE = Step(P, case.CaseClosed, {"outcome": "handled_elsewhere"})
CLOSE_EARLY = Step(P, case.CaseClosed, {"outcome": "ended_early", "ending": "cannot_be_reached"})
ACKNOWLEDGE = Step(F, case.FeedbackAcknowledged, {})
RETURN = Step(P, clue.ClueReturned, {"reasons": ["R1"], "missing_papers": ["M3"]})
SUPPLEMENT = Step(F, clue.ClueSupplemented, {"papers": ["M3"]})
DECLINE = Step(
    P,
    clue.ClueDeclined,
    {"reason": "D2", "responsible": "person", "next_step": "further_aid", "second": "procuratorate-officer-3"},
)
REDIRECT = Step(P, clue.ClueRedirected, {"reason": "T1", "to_body": "court"})
ANSWERED_ELSEWHERE = Step(P, case.ProgressReported, {"stage": "other_body_answered", "body_answer": "taken_up"})
DISPUTE = Step(F, clue.ClueDisputed, {"ground": "new_facts"})
WITHDRAW = Step(F, clue.ClueWithdrawn, {"reason": "V1"})
CONSENT_WITHDRAWN = Step(F, clue.ConsentWithdrawn, lambda view: {"persons": [_her(view)]})
ASK_AID = Step(P, case.AidRequested, lambda view: {"kind": "A08", "beneficiary": _her(view), "provider": "federation"})
ANSWER_AID = Step(F, case.AidAnswered, _answer)
PLAN_VISIT = Step(F, case.FollowUpPlanned, {"planned_for": date(2022, 12, 1), "jointly": True})
RECORD_VISIT = Step(P, case.FollowUpRecorded, {"visited_on": date(2022, 12, 2), "scale": "improved"})

PAID = (ACCEPT, INFORM, APPLY, AWARD, PAY)

STORIES: tuple[Story, ...] = (
    Story("paid, closed and visited", 14, (*PAID, CLOSE_PAID, ACKNOWLEDGE, PLAN_VISIT, RECORD_VISIT)),
    Story("paid, with further aid", 8, (*PAID, ASK_AID, ANSWER_AID, CLOSE_PAID, ACKNOWLEDGE)),
    Story("returned, completed, paid", 8, (RETURN, SUPPLEMENT, *PAID, CLOSE_PAID, ACKNOWLEDGE)),
    Story("urgent: aid in advance", 6, (ACCEPT, ADVANCE, PAY, APPLY, CLOSE_PAID, ACKNOWLEDGE)),
    Story("declined", 5, (DECLINE, ACKNOWLEDGE)),
    Story("declined, disputed, then refused", 4, (DECLINE, DISPUTE, ACCEPT, APPLY, REFUSE, CLOSE_REFUSED, ACKNOWLEDGE)),
    Story("handled by the court", 4, (REDIRECT, ANSWERED_ELSEWHERE, CLOSE_ELSEWHERE, ACKNOWLEDGE)),
    Story("redirected, disputed, declined", 3, (REDIRECT, DISPUTE, DECLINE)),
    Story("withdrawn", 4, (ACCEPT, CONSENT_WITHDRAWN, WITHDRAW)),
    Story("she cannot be reached", 3, (ACCEPT, APPLY, CLOSE_EARLY, ACKNOWLEDGE)),
    Story("waits to be taken up", 5, ()),
    Story("returned", 4, (RETURN,)),
    Story("accepted", 5, (ACCEPT, INFORM)),
    Story("applied", 5, (ACCEPT, APPLY)),
    Story("granted", 4, (ACCEPT, APPLY, AWARD)),
    Story("paid", 4, PAID),
    Story("refused", 4, (ACCEPT, APPLY, REFUSE)),
    Story("redirected", 3, (REDIRECT,)),
    Story("closed", 4, (*PAID, CLOSE_PAID)),
    Story("disputed", 3, (DECLINE, DISPUTE)),
)


@dataclass(frozen=True, slots=True)
class Crossing:
    """
    A case in which both sides act before they hear of each other.

    Attributes:
        before: what both sides have seen.
        federation, procuratorate: the acts that cross.
        void: how many of these the other side's turn makes void.
    """

    name: str
    before: tuple[Step, ...]
    federation: tuple[Step, ...]
    procuratorate: tuple[Step, ...]
    void: int


CROSSING: tuple[Crossing, ...] = (
    Crossing("money that was paid is not unpaid", (ACCEPT, APPLY), (WITHDRAW,), (AWARD, PAY), void=1),
    Crossing("an acceptance meets a withdrawal", (), (WITHDRAW,), (ACCEPT,), void=0),
    Crossing("a redirection goes before a withdrawal", (), (WITHDRAW,), (REDIRECT,), void=1),
)

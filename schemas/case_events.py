"""
The events of the `case-progress` journals: what becomes of a clue that was taken up, up to the feedback and after.

A class is the facts of one event type, version 1. Which party may issue it in which state is in lifecycle.py.
"""

from datetime import date
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field, model_validator

from schemas.clue_events import AnyPersons
from schemas.codes import (
    AidAnswer,
    AidKind,
    ApplicationForm,
    Body,
    BodyAnswer,
    Helper,
    Outcome,
    OutcomeScale,
    Stage,
)
from schemas.criteria import Checklist
from schemas.event import AmountFen, Coded, Event, OfficerId, PersonRef
from schemas.reasons import AidDeclineReason, DeclineReason, Ending

AwardNumber = Annotated[int, Field(ge=1, le=999)]


class ApplicationFiled(Event):
    """She applied, with whose help; minor children whom she raises are added and aided together with her."""

    helped_by: Helper
    form: ApplicationForm
    added_persons: AnyPersons = ()
    checklist: Checklist = ()
    needs_explanation: ClassVar[tuple[str, ...]] = ("helped_by",)


class Decision(Coded):
    """The decision on one beneficiary: an award in fen, or a refusal with its reason."""

    number: AwardNumber
    person: PersonRef
    amount_fen: AmountFen | None = None
    refusal: DeclineReason | None = None

    @model_validator(mode="after")
    def _award_or_refusal(self) -> Self:
        if (self.amount_fen is None) == (self.refusal is None):
            raise ValueError("a decision is either an award or a refusal")
        return self


class AidDecided(Event):
    """
    An award or a refusal for each beneficiary; in advance where treatment cannot wait (trial rules of 2016).

    Behind a refusal stands a second officer, as behind a decline.
    """

    decisions: Annotated[tuple[Decision, ...], Field(min_length=1, max_length=30)]
    in_advance: bool = False
    second: OfficerId | None = None

    @model_validator(mode="after")
    def _numbers_are_distinct(self) -> Self:
        if len({decision.number for decision in self.decisions}) != len(self.decisions):
            raise ValueError("two decisions have the same number")
        return self

    @property
    def wants_explanation(self) -> bool:
        return any(decision.refusal is DeclineReason.other for decision in self.decisions)


class FundsPaid(Event):
    """The awards with these numbers were paid."""

    awards: Annotated[tuple[AwardNumber, ...], Field(min_length=1, max_length=30)]


class ProgressReported(Event):
    """How far the case is; `funds_arrived` starts the collection clock, the other body's answer stops the tracking."""

    stage: Stage
    body_answer: BodyAnswer | None = None
    needs_explanation: ClassVar[tuple[str, ...]] = ("stage",)

    @model_validator(mode="after")
    def _answer_of_the_body_is_told(self) -> Self:
        if (self.stage is Stage.other_body_answered) != (self.body_answer is not None):
            raise ValueError("stage other_body_answered, and only that, tells the answer")
        return self


class CaseClosed(Event):
    """The feedback that the procuratorate owes the federation when a case ends (2022 circular)."""

    outcome: Outcome
    ending: Ending | None = None

    @model_validator(mode="after")
    def _early_end_has_its_code(self) -> Self:
        if (self.outcome is Outcome.ended_early) != (self.ending is not None):
            raise ValueError("outcome ended_early, and only that, names its ending")
        return self


class FeedbackAcknowledged(Event):
    """The federation has the feedback; branches of further aid that are still open need a reason."""

    open_branches_reason: AidDeclineReason | None = None
    needs_explanation: ClassVar[tuple[str, ...]] = ("open_branches_reason",)


class FollowUpPlanned(Event):
    """A return visit 回访 is planned."""

    planned_for: date
    jointly: bool


class FollowUpRecorded(Event):
    """What a return visit found, and which plan it fulfils; a new need opens a linked clue."""

    visited_on: date
    scale: OutcomeScale
    plan: UUID | None = None
    new_clue: UUID | None = None


class AidRequested(Event):
    """One side asks the other for further aid 多元帮扶; opens a branch named by this event's id."""

    kind: AidKind
    beneficiary: PersonRef
    provider: Body
    needs_explanation: ClassVar[tuple[str, ...]] = ("provider",)


class AidAnswered(Event):
    """The other side's answer closes the branch."""

    branch: UUID
    answer: AidAnswer
    provided_by: Body | None = None
    provided_on: date | None = None
    reason: AidDeclineReason | None = None
    needs_explanation: ClassVar[tuple[str, ...]] = ("provided_by", "reason")

    @model_validator(mode="after")
    def _answer_is_complete(self) -> Self:
        provided = self.answer is AidAnswer.provided
        if provided != (self.provided_by is not None) or provided != (self.provided_on is not None):
            raise ValueError("aid that is provided, and only that, names by whom and when")
        if provided == (self.reason is not None):
            raise ValueError("aid that is declined, and only that, names the reason")
        return self

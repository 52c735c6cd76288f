"""
Which duties there are, and how long a party has for each: the names that the agreement's deadlines go by.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.event import Coded


class Duty(StrEnum):
    """What a party owes the other on a clue. A clock runs for each; `schemas/deadlines.py` says from when to when."""

    hand_over = "hand_over"  # from the day of finding to the opening
    take_up = "take_up"  # accept, decline, redirect or return
    answer_dispute = "answer_dispute"
    complete = "complete"  # what was returned
    decide = "decide"
    pay = "pay"
    tell_to_collect = "tell_to_collect"  # after the funds arrived
    track_redirect = "track_redirect"  # what the other body answered
    feedback = "feedback"  # the outcome, to the federation
    acknowledge = "acknowledge"
    first_progress = "first_progress"
    further_progress = "further_progress"
    file_papers = "file_papers"  # after urgent aid in advance
    answer_aid = "answer_aid"
    confirm_erasure = "confirm_erasure"
    follow_up = "follow_up"  # the planned visit; its day is the plan's


class Term(Coded):
    """How long a party has: so many working days, or so many months of the calendar."""

    working_days: Annotated[int, Field(ge=0, le=1000)] | None = None
    months: Annotated[int, Field(ge=1, le=120)] | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.working_days is None) == (self.months is None):
            raise ValueError("it is either in working days or in months")
        return self


def working_days(days: int) -> Term:
    return Term(working_days=days)


def months(count: int) -> Term:
    return Term(months=count)


class Deadlines(Coded):
    """
    How long each duty may take; the field of a duty has its name. A follow-up visit has the day of its plan.

    Defaults are those of the circulars and opinions, as far as these give a number; else what good practice reaches.
    """

    hand_over: Term = working_days(5)
    take_up: Term = working_days(7)
    answer_dispute: Term = working_days(7)
    complete: Term = working_days(10)
    decide: Term = working_days(10)
    pay: Term = working_days(10)
    tell_to_collect: Term = working_days(2)
    track_redirect: Term = working_days(10)
    feedback: Term = working_days(5)
    acknowledge: Term = working_days(5)
    first_progress: Term = months(3)
    further_progress: Term = months(1)
    file_papers: Term = working_days(10)
    answer_aid: Term = working_days(10)
    confirm_erasure: Term = working_days(5)

    @model_validator(mode="after")
    def _progress_is_by_the_month(self) -> Self:
        if self.first_progress.months is None or self.further_progress.months is None:
            raise ValueError("progress is owed by the month: give first_progress and further_progress in months")
        return self

    def by_duty(self) -> Iterator[tuple[Duty, Term]]:
        """Every duty that has a term, with it."""
        return ((Duty(name), term) for name, term in self)

    def of(self, duty: Duty) -> Term:
        """The term of a duty that has one."""
        term: Term = getattr(self, duty)
        return term

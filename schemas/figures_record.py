"""
What stands in an agency's `figures` topic: the figures of a month that may leave, signed by the agency.

The filter is part of the contract: a record with a count under five is none, whoever made it.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.codec import frame, newest, unframe
from schemas.event import Coded

SMALLEST_PUBLISHED = 5
FIGURES_VERSION = 1
"""Of the set of counts: what they are called, and which are sums of which."""

MonthText = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
CountName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.]{1,80}$")]


class PublishedCount(Coded):
    """A count by its name; None where withheld."""

    name: CountName
    count: Annotated[int, Field(ge=SMALLEST_PUBLISHED, le=2**40)] | None
    decided_fen: Annotated[int, Field(ge=0, le=2**50)] | None = None

    @model_validator(mode="after")
    def _money_stands_with_its_persons(self) -> Self:
        if self.count is None and self.decided_fen is not None:
            raise ValueError("money is told only where its number of persons is")
        return self


class PublishedMedian(Coded):
    """The median working days from the opening to a stage, of ten clues or more."""

    stage: CountName
    working_days: Annotated[int, Field(ge=0, le=100_000)]


class FiguresPublished(Coded):
    """
    The figures of one month.

    Attributes:
        version: of the set of counts; another one is not added up with it.
    """

    month: MonthText
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    counts: Annotated[tuple[PublishedCount, ...], Field(max_length=500)]
    medians: Annotated[tuple[PublishedMedian, ...], Field(max_length=50)]

    @model_validator(mode="after")
    def _names_are_distinct(self) -> Self:
        for names in ([each.name for each in self.counts], [each.stage for each in self.medians]):
            if len(set(names)) != len(names):
                raise ValueError("a name stands twice")
        return self

    def to_body(self) -> bytes:
        """The one spelling of this record's body."""
        return frame(newest("FiguresPublished"), self.model_dump())

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """
        Read strictly.

        Raises:
            Malformed, InvalidEvent: as for an envelope.
        """
        return cls.read(unframe("FiguresPublished", body))

"""
A candidate: a row of a register, screened, that awaits a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from producers.likeness import UNLIKE, Likeness
from schemas.codes import AgeBand, Category, IdNumberState, Source
from schemas.particulars import Particulars

URGENT = "URGENT"
"""In a span: it speaks for urgency, not for a label."""


class CandidateStatus(StrEnum):
    """What has become of a row; `screened_out` (no sign found) is kept too, for screening may err."""

    screened_out = "screened_out"
    awaiting = "awaiting"
    transferred = "transferred"
    dismissed = "dismissed"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the narrative that speaks for a label, without its text."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What is known of a candidate without opening anything.

    Attributes:
        register, sheet, row_number: where a person finds the row.
        labels, urgent, evidence: what screening found.
        categories: what it proposes.
        flags: what intake marked.
        same_person_as, same_person_why: other candidates that may be of the same person, and why each of them.
        model: name and version of the data model that found it (source S10).
    """

    candidate_id: UUID
    register: str
    sheet: str | None
    row_number: int
    source: Source
    received_on: date | None
    labels: tuple[str, ...]
    categories: tuple[Category, ...]
    urgent: bool
    evidence: tuple[Span, ...]
    flags: tuple[str, ...]
    id_number_state: IdNumberState
    age_band: AgeBand
    same_person_as: tuple[UUID, ...]
    taken_in_at: datetime
    model: str | None = None
    same_person_why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a person puts in the place of screening's answer."""

    labels: tuple[str, ...]
    categories: tuple[Category, ...]
    urgent: bool


@dataclass(frozen=True, slots=True)
class NewCandidate:
    """A row to keep: its facts, its hash, what is to be sealed, by what it is found (whose `repr`s show nothing)."""

    facts: Facts
    row_hash: bytes
    particulars: Particulars
    likeness: Likeness = UNLIKE


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kept row, and what a person decided on it."""

    facts: Facts
    status: CandidateStatus
    reviewer: str | None
    clue_id: UUID | None

    @property
    def candidate_id(self) -> UUID:
        return self.facts.candidate_id


def candidate_of(row: Mapping[Any, Any]) -> Candidate:
    """The candidate that a row of the table holds."""
    facts: dict[str, Any] = {
        **{field.name: row.get(field.name) for field in fields(Facts)},
        "source": Source(row["source"]),
        "received_on": date.fromisoformat(row["received_on"]) if row["received_on"] else None,
        "labels": tuple(row["labels"]),
        "categories": tuple(map(Category, row["categories"])),
        "evidence": tuple(Span(**span) for span in row["evidence"]),
        "flags": tuple(row["flags"]),
        "id_number_state": IdNumberState(row["id_number_state"]),
        "age_band": AgeBand(row["age_band"]),
        "same_person_as": tuple(map(UUID, row["same_person_as"])),
        "same_person_why": tuple(row["same_person_as"].values()),
    }
    return Candidate(Facts(**facts), CandidateStatus(row["status"]), row["reviewer"], row["clue_id"])

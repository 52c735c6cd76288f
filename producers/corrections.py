"""
What reviewers say of screening: corrections and confirmations, kept without any text, and what follows from them.

The only writer of the table `screening_correction`. Its figures are of texts that a person has read, no others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import RowMapping, insert, select, update

from clue_exchange.errors import CommandRefused
from clue_exchange.store import Transaction
from clue_exchange.tables import SCREENING_CORRECTION as CORRECTION
from producers.candidate import Corrected, Facts
from producers.candidates import Candidates
from producers.intake.categories import categories
from producers.screening import Label
from schemas.event import OfficerId

ANY, URGENT = "ANY", "URGENT"
MEASURED = (ANY, URGENT, *Label)
ALL_SOURCES = "all"
_OFFICER_ID: TypeAdapter[str] = TypeAdapter(OfficerId)


@dataclass(frozen=True, slots=True)
class Change:
    """
    What a reviewer changes; nothing at all confirms what screening said.

    Attributes:
        urgent: None leaves it as it is.
    """

    add: frozenset[Label] = frozenset()
    remove: frozenset[Label] = frozenset()
    urgent: bool | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How often screening was right about one thing: `right` of `proposed`, and of those that persons found."""

    source: str
    measured: str
    right: int
    extra: int
    missed: int

    @property
    def recall(self) -> float | None:
        """Share of what persons found that screening had proposed; None where they found none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def precision(self) -> float | None:
        """Share of what screening proposed that persons left; None where it proposed none."""
        return self.right / (self.right + self.extra) if self.right + self.extra else None


def correct(
    transaction: Transaction, candidates: Candidates, candidate_id: UUID, change: Change, reviewer: str, now: datetime
) -> Corrected:
    """
    Correct or confirm what screening said of a candidate; the candidate and the record of it change together.

    A second correction replaces the first; what screening proposed stays as it was.

    Raises:
        CommandRefused: no such candidate, decided already, no reviewer, or a label both ways.
    """
    _require_person(reviewer)
    if both := change.add & change.remove:
        raise CommandRefused(f"{', '.join(sorted(both))}: either it is a label of the text or it is not")
    facts = candidates.locked(transaction, candidate_id)
    labels = tuple(label for label in Label if label in {*facts.labels, *change.add} - change.remove)
    urgent = facts.urgent if change.urgent is None else change.urgent
    is_as_proposed = set(labels) == set(facts.labels)
    groups = facts.categories if is_as_proposed else categories(labels)
    corrected = Corrected(labels, groups, urgent)
    candidates.correct(transaction, candidate_id, corrected)
    _record(transaction, facts, corrected, reviewer, now)
    return corrected


def scores(transaction: Transaction) -> Sequence[Score]:
    """Right, too many and missed for each label, any label and urgency: over all corrections, then by source."""
    rows = [row._mapping for row in transaction.execute(select(CORRECTION).order_by(CORRECTION.c.candidate_id))]
    by_source: dict[str, list[RowMapping]] = {ALL_SOURCES: rows}
    for row in rows:
        by_source.setdefault(row["source"], []).append(row)
    return [_score(source, name, found) for source, found in by_source.items() for name in MEASURED]


def _score(source: str, measured: str, rows: Iterable[RowMapping]) -> Score:
    pairs = [(_said(row["labels"], row, "urgent", measured), _proposed(row, measured)) for row in rows]
    return Score(source, measured, pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))


def _proposed(row: RowMapping, measured: str) -> bool:
    return _said(row["proposed"], row, "proposed_urgent", measured)


def _said(labels: Sequence[str], row: RowMapping, urgency: str, measured: str) -> bool:
    if measured == ANY:
        return bool(labels)
    return bool(row[urgency]) if measured == URGENT else measured in labels


def _record(transaction: Transaction, before: Facts, corrected: Corrected, reviewer: str, now: datetime) -> None:
    said = {
        "labels": list(corrected.labels), "urgent": corrected.urgent, "reviewer": reviewer, "corrected_at": now,
    }  # fmt: skip
    is_it = CORRECTION.c.candidate_id == before.candidate_id
    if transaction.execute(update(CORRECTION).where(is_it).values(said)).rowcount == 0:
        proposed = {"proposed": list(before.labels), "proposed_urgent": before.urgent, "source": before.source}
        transaction.execute(insert(CORRECTION).values(candidate_id=before.candidate_id, **proposed, **said))


def _require_person(reviewer: str) -> None:
    try:
        _OFFICER_ID.validate_python(reviewer)
    except ValidationError:
        raise CommandRefused("screening is corrected by a person: give the reviewer's id") from None

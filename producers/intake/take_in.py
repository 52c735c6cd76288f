"""
A register file → candidates: read, screen, keep, a batch of rows in each transaction.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeAlias
from uuid import UUID, uuid4

from clue_exchange.clock import Clock
from clue_exchange.errors import StoreBusy
from clue_exchange.store import Store, Transaction
from producers.candidate import URGENT, Facts, NewCandidate, Span
from producers.candidates import Candidates
from producers.intake.categories import categories
from producers.intake.errors import FileRefused
from producers.intake.mapping import RegisterMapping
from producers.intake.outcomes import Outcome, Taken
from producers.intake.reasons import Reason
from producers.intake.register import Register, open_register
from producers.intake.repeats import SamePerson, SamePersons
from producers.intake.report import IntakeReport, Tally
from producers.screening import Screening
from schemas.envelope import role_of

BATCH_ROWS = 200
CHINA = timezone(timedelta(hours=8))
Progress: TypeAlias = Callable[[int, int], None]
"""Told the rows read so far and the rows expected."""
_REGISTER_CHARACTERS = 200


class Screens(Protocol):
    """What screens a narrative: `producers.screening.Screener`."""

    def screen(self, narrative: str) -> Screening: ...


def take_in(
    path: Path,
    mappings: Sequence[RegisterMapping],
    candidates: Candidates,
    store: Store,
    screener: Screens,
    clock: Clock,
    progress: Progress = lambda _read, _expected: None,
) -> IntakeReport:
    """
    Take in a register: every row becomes a candidate, is refused with its reason, or is counted as no entry.

    The same rows again have no effect. Memory does not grow with the register. After an error the rows before it
    are kept, and running it again is right.

    Raises:
        FileRefused: the file cannot be read, or not beyond a row.
        StoreBusy: another process takes in the same rows, or the database is locked.
    """
    today = clock().astimezone(CHINA).date()
    with open_register(path, mappings, today) as register:
        _refuse_other_agencys(register, candidates.agency)
        desk = _Desk(path.name[:_REGISTER_CHARACTERS], candidates, screener, clock)
        for batch in _batches(iter(register)):
            with store.transaction() as transaction:
                desk.keep(transaction, [outcome for outcome in batch if isinstance(outcome, Taken)])
            for outcome in batch:
                desk.tally.note_untaken(outcome)
            progress(register.rows_read, register.rows_expected)
        report = desk.tally.report(desk.register, register.encoding, register.mappings, register.rows_read)
        return replace(report, saved_mappings=register.saved_mappings)


class _Desk:
    """Where the rows of one file are screened, linked and kept."""

    def __init__(self, register: str, candidates: Candidates, screener: Screens, clock: Clock) -> None:
        self.register = register
        self.tally = Tally()
        self._candidates = candidates
        self._screener = screener
        self._clock = clock

    def keep(self, transaction: Transaction, rows: Sequence[Taken]) -> None:
        """Screen the rows that are not kept yet and add them, linked with those of the same person in any register."""
        kept = dict(self._candidates.known(transaction, [row.row_hash for row in rows]))
        keys = {key for row in rows if row.row_hash not in kept for key in row.person_keys}
        persons = SamePersons(self._candidates.sharing(transaction, keys))
        fresh: dict[bytes, NewCandidate] = {}
        back_links: dict[UUID, dict[UUID, str]] = defaultdict(dict)
        for row in rows:
            if row.row_hash in kept:
                self.tally.repeated += 1
                continue
            candidate_id = kept[row.row_hash] = uuid4()
            facts = self._facts(row, candidate_id, persons.earlier(row))
            for earlier in persons.to_link_back(row):
                back_links[earlier.candidate_id][candidate_id] = earlier.why
            likeness = persons.note(row, candidate_id)
            fresh[row.row_hash] = NewCandidate(facts, row.row_hash, row.particulars, likeness)
        added = self._candidates.add(transaction, list(fresh.values()))
        if any(added[row_hash] != candidate.facts.candidate_id for row_hash, candidate in fresh.items()):
            raise StoreBusy("another process takes in the same rows; run it again when that one is done")
        self._candidates.link(transaction, back_links)

    def _facts(self, row: Taken, candidate_id: UUID, same: Sequence[SamePerson]) -> Facts:
        screening = self._screener.screen(row.particulars.narrative or "")
        facts = Facts(
            candidate_id=candidate_id,
            register=self.register,
            sheet=row.sheet,
            row_number=row.row,
            source=row.source,
            received_on=row.received_on,
            labels=tuple(screening.labels),
            categories=categories(screening.labels, screening.evidence),
            urgent=screening.urgent,
            evidence=_spans(screening),
            flags=row.flags,
            id_number_state=row.id_number,
            age_band=row.age_band,
            same_person_as=tuple(each.candidate_id for each in same),
            same_person_why=tuple(each.why for each in same),
            taken_in_at=self._clock(),
            model=row.model,
        )
        self._count(facts)
        return facts

    def _count(self, facts: Facts) -> None:
        self.tally.taken += 1
        self.tally.awaiting += bool(facts.labels) or facts.urgent
        self.tally.urgent += facts.urgent
        self.tally.linked += bool(facts.same_person_as)
        self.tally.flags.update(facts.flags)


def _spans(screening: Screening) -> tuple[Span, ...]:
    for_labels = [Span(found.label, found.start, found.end) for found in screening.evidence]
    return (*for_labels, *(Span(URGENT, found.start, found.end) for found in screening.urgent_evidence))


def _refuse_other_agencys(register: Register, agency: str) -> None:
    for header in register.headers:
        if header.mapping.role != role_of(agency):
            raise FileRefused(Reason.other_agency, row=header.row, detail=header.mapping.name)


def _batches(outcomes: Iterator[Outcome]) -> Iterator[list[Outcome]]:
    while batch := list(islice(outcomes, BATCH_ROWS)):
        yield batch

"""
The day by which a candidate is to be handed over: counted from its registration, by the agreement.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from clue_exchange.workdays import china_date
from console.wiring import Agency
from producers.candidate import Candidate, CandidateStatus
from schemas.deadlines import last_day
from schemas.duty import Term

WAIT = (CandidateStatus.awaiting, CandidateStatus.screened_out)


def hand_over_by(agency: Agency, candidates: Sequence[Candidate]) -> Mapping[UUID, date]:
    """The last day for each that waits and has a day of registration; as the clue's clock will count it."""
    term = _term(agency, china_date(agency.clock()))
    found = {each.candidate_id: each.facts.received_on for each in candidates if each.status in WAIT}
    calendar = agency.clock_reader.calendar
    return {
        candidate_id: last_day(term, found_on, calendar).on
        for candidate_id, found_on in found.items()
        if found_on is not None
    }


def _term(agency: Agency, today: date) -> Term:
    """That of the newest version that has begun; before the first day of all, of the first version."""
    with agency.store.reading() as transaction:
        adopted = list(agency.agreements.versions(transaction).values())
    begun = [agreed for agreed in adopted if agreed.valid_from <= today]
    return (begun[-1] if begun else adopted[0]).deadlines.hand_over

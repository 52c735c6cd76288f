"""
Figures whose units are persons and money: who was granted aid, from whose clue, and how much.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consumers.statistics.courses import Course
from consumers.statistics.lines import Counted, Line, Values
from schemas.case_events import AidDecided, FundsPaid
from schemas.codes import Category, Role
from schemas.event import PersonKey

Of = tuple[str, ...]


@dataclass(slots=True)
class Money:
    """Persons on whom aid was decided, and what was decided and paid, in fen."""

    persons: int = 0
    decided_fen: int = 0
    paid_fen: int = 0


def granted_persons(counted: Counted) -> Iterator[tuple[Course, PersonKey]]:
    """Each person of each clue, on the day of her first award, where the period has it."""
    for course in counted.courses:
        known = set[PersonKey]()
        for step, decided in course.of(AidDecided):
            for decision in decided.decisions:
                if decision.amount_fen is not None and decision.person.key not in known:
                    known.add(decision.person.key)
                    if counted.period.has(step.on):
                        yield course, decision.person.key


def federation_share(counted: Counted) -> Sequence[Line]:
    """K1: of the persons granted aid, those in clues that the federation found."""
    origins = [course.origin for course, _ in granted_persons(counted)]
    found = sum(origin is Role.federation for origin in origins)
    return [Line(("all",), {"from_federation": found, "persons": len(origins)})]


def amounts(counted: Counted) -> Sequence[Line]:
    """K8: persons and money, in all, by who found the clue, and by each category of the clue."""
    found: dict[Of, Money] = {group: Money() for group in _groups()}
    for course in counted.courses:
        decided, paid = money(course, counted)
        persons = len(_awarded(course, counted))
        for group in _groups_of(course):
            found[group].persons += persons
            found[group].decided_fen += decided
            found[group].paid_fen += paid
    return [Line(of, _values(each)) for of, each in found.items()]


def _values(found: Money) -> Values:
    return {
        "persons": found.persons,
        "decided_fen": found.decided_fen,
        "paid_fen": found.paid_fen,
        "per_person_fen": found.decided_fen // found.persons if found.persons else None,
    }


def _awarded(course: Course, counted: Counted) -> set[PersonKey]:
    """Who was awarded money in the period, for the first time or again."""
    decisions = (each for step, done in course.of(AidDecided) if counted.period.has(step.on) for each in done.decisions)
    return {decision.person.key for decision in decisions if decision.amount_fen is not None}


def money(course: Course, counted: Counted) -> tuple[int, int]:
    """What was decided and what was paid in the period, each by its own day."""
    decided = paid = 0
    awards: dict[int, int] = {}
    for step in course.steps:
        match step.event:
            case AidDecided(decisions=decisions):
                new = {each.number: each.amount_fen for each in decisions if each.amount_fen is not None}
                awards |= new
                decided += sum(new.values()) if counted.period.has(step.on) else 0
            case FundsPaid(awards=numbers):
                paid += sum(awards[number] for number in numbers) if counted.period.has(step.on) else 0
    return decided, paid


def _groups() -> list[Of]:
    return [("all",), *(("origin", role) for role in Role), *(("category", category) for category in Category)]


def _groups_of(course: Course) -> list[Of]:
    categories = sorted(set(course.opening.categories))
    return [("all",), ("origin", course.origin), *(("category", category) for category in categories)]

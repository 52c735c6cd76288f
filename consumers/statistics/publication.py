"""
What a county tells the levels above of one month: counts that add up to each other, so that the filter can judge them.

Each clue counts once here, under the first category that its finder named. A month is published once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consumers.statistics.clue_figures import SOURCES, opened_in
from consumers.statistics.courses import Course
from consumers.statistics.duty_figures import feedback_on_time
from consumers.statistics.lines import Counted
from consumers.statistics.outcomes import Result, ended
from consumers.statistics.person_figures import granted_persons, money
from consumers.statistics.suppression import Published, Sum, publish
from consumers.statistics.time_figures import times
from schemas.case_events import AidAnswered, AidRequested
from schemas.codes import AidAnswer, AidKind, Category, Role
from schemas.reasons import DeclineReason, RedirectReason

MEDIAN_FROM = 10
"""A median is published where at least five values lie at or below it and five above."""


def _parts(whole: str, codes: Iterable[str]) -> Sum:
    return Sum(whole, tuple(f"{whole}.{code}" for code in codes))


_BY_CATEGORY = tuple(f"category.{category}" for category in Category)

SUMS: tuple[Sum, ...] = (
    _parts("clues", Role),
    _parts("clues", _BY_CATEGORY),
    *(_parts(f"clues.{role}", [source for by, source in SOURCES if by is role]) for role in Role),
    _parts("outcomes", [result for result in Result if result is not Result.open]),
    _parts("outcomes.declined", DeclineReason),
    _parts("outcomes.redirected", RedirectReason),
    _parts("persons", Role),
    _parts("persons", _BY_CATEGORY),
    _parts("aid_provided", AidKind),
    _parts("feedback", ("on_time", "late")),
)
"""Which counts add up to which; nothing else that is published is a sum or a part of a sum."""

ALONE = ("aid_requested",)
"""Counts that are in no sum. How many clues a median is of is not told: it would often be a sum of outcomes."""

NAMES: tuple[str, ...] = tuple(dict.fromkeys([*(name for each in SUMS for name in each.members), *ALONE]))
WITH_MONEY = tuple(name for name in NAMES if name.startswith("persons"))


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """
    What may be told of a month.

    Attributes:
        counts: by name; None where withheld.
        decided_fen: money, where the count of the persons is told.
        median_days: working days to a stage, where enough clues reached it.
    """

    counts: Published
    decided_fen: Mapping[str, int]
    median_days: Mapping[str, int]


def month_figures(counted: Counted) -> MonthFigures:
    """The counts of the period as they may leave the agencies. A pure function of the courses."""
    counts = publish(exact_counts(counted), SUMS)
    fen = _fen(counted)
    medians = {of[0]: values for of, values in ((line.of, line.values) for line in times(counted)) if of[1] == "gross"}
    return MonthFigures(
        counts=counts,
        decided_fen={name: fen[name] for name in WITH_MONEY if counts[name] is not None},
        median_days={
            stage: days
            for stage, values in medians.items()
            if (values["n"] or 0) >= MEDIAN_FROM and (days := values["median"]) is not None
        },
    )


def exact_counts(counted: Counted) -> dict[str, int]:
    """All counts that may be asked for, as they are; not for publication."""
    found = Counter[str]()
    for course in opened_in(counted):
        found["clues"] += 1
        found[f"clues.{course.origin}"] += 1
        found[f"clues.{course.origin}.{course.opening.source}"] += 1
        found[f"clues.{_first_category(course)}"] += 1
    for course in counted.courses:
        found.update(_outcome(course, counted))
        found.update(_aid(course, counted))
    for course, _ in granted_persons(counted):
        found.update(("persons", f"persons.{course.origin}", f"persons.{_first_category(course)}"))
    (told,) = feedback_on_time(counted)
    found.update({f"feedback.{name}": told.values[name] or 0 for name in ("on_time", "late")})
    found["feedback"] = told.values["due"] or 0
    return {name: found[name] for name in NAMES}


def _first_category(course: Course) -> str:
    return f"category.{course.opening.categories[0]}"


def _outcome(course: Course, counted: Counted) -> list[str]:
    came_to = ended(course)
    if came_to.result is Result.open or not counted.period.has(came_to.on):
        return []
    names = ["outcomes", f"outcomes.{came_to.result}"]
    if came_to.result in (Result.declined, Result.redirected):
        names.append(f"outcomes.{came_to.result}.{came_to.reason}")
    return names


def _aid(course: Course, counted: Counted) -> list[str]:
    kinds = {step.event_id: asked.kind for step, asked in course.of(AidRequested)}
    names = ["aid_requested" for step, _ in course.of(AidRequested) if counted.period.has(step.on)]
    for step, answered in course.of(AidAnswered):
        if answered.answer is AidAnswer.provided and counted.period.has(step.on):
            names += ["aid_provided", f"aid_provided.{kinds[answered.branch]}"]
    return names


def _fen(counted: Counted) -> Mapping[str, int]:
    found = Counter[str]()
    for course in counted.courses:
        decided, _ = money(course, counted)
        for name in ("persons", f"persons.{course.origin}", f"persons.{_first_category(course)}"):
            found[name] += decided
    return found

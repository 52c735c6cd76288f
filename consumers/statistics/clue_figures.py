"""
Figures whose unit is the clue: how many by source and category, how far they came, what they came to.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from consumers.statistics.courses import Course
from consumers.statistics.lines import Counted, Line, Terms, Values
from consumers.statistics.outcomes import Result, ended
from schemas.case_events import ApplicationFiled
from schemas.clock import Clock
from schemas.clue_events import ClueShared
from schemas.codes import FEDERATION_SOURCES, PROCURATORATE_SOURCES, Category, Role, Source
from schemas.duty import Duty
from schemas.view import State

Of = tuple[str, ...]
ALL: Of = ("all",)

SOURCES: tuple[tuple[Role, Source], ...] = tuple(
    (role, source)
    for role, its in ((Role.federation, FEDERATION_SOURCES), (Role.procuratorate, PROCURATORATE_SOURCES))
    for source in Source
    if source in its
)
"""Who found a clue and where; `other` is one for each side."""


def source_of(course: Course) -> Of:
    return ("source", course.origin, course.opening.source)


def model_of(course: Course) -> Of | None:
    """The data model that found the clue; None where a person did."""
    opened = course.opening
    name = opened.model_name_and_version if isinstance(opened, ClueShared) else None
    return None if name is None else ("model", name)


def groups_of(course: Course) -> Iterator[Of]:
    """Every group that a clue counts in: the whole, who found it, where, by which model, each of its categories."""
    yield ALL
    yield ("origin", course.origin)
    yield source_of(course)
    if (model := model_of(course)) is not None:
        yield model
    for category in sorted(set(course.opening.categories)):
        yield ("category", category)


def all_groups(courses: Iterable[Course]) -> list[Of]:
    """The groups in the order in which they are shown, those without a clue too; models as they occur."""
    models = sorted({model for course in courses if (model := model_of(course)) is not None})
    return [
        ALL,
        *(("origin", role) for role in Role),
        *(("source", role, source) for role, source in SOURCES),
        *models,
        *(("category", category) for category in Category),
    ]


def opened_in(counted: Counted) -> list[Course]:
    """The clues that were opened in the period: the cohort."""
    return [course for course in counted.courses if counted.period.has(course.opened_on)]


def conversion(counted: Counted) -> Sequence[Line]:
    """K2: of the cohort, what has come to something, and what to aid."""
    cohort = opened_in(counted)
    results = {course.clue_id: ended(course).result for course in cohort}

    def numbers(members: Sequence[Course]) -> Values:
        found = Counter(results[course.clue_id] for course in members)
        still_open = found[Result.open]
        with_outcome = len(members) - still_open
        return {
            "clues": len(members),
            "open": still_open,
            "with_outcome": with_outcome,
            "aided": found[Result.aided],
        }

    return _by_group(cohort, numbers)


def by_source_and_category(counted: Counted) -> Sequence[Line]:
    """K3: how many clues of the cohort each source found, and how many are of each category."""
    cohort = opened_in(counted)
    return _by_group(cohort, lambda members: {"clues": len(members), "all": len(cohort)})


def funnel(counted: Counted) -> Sequence[Line]:
    """F1: how many clues of the cohort reached each stage, by source and category."""
    cohort = opened_in(counted)
    reached = {course.clue_id: stages_reached(course) for course in cohort}

    def numbers(members: Sequence[Course]) -> Values:
        found = Counter(stage for course in members for stage in reached[course.clue_id])
        return {"opened": len(members)} | {stage: found[stage] for stage in FUNNEL}

    return _by_group(cohort, numbers)


def handing_over(counted: Counted) -> Sequence[Line]:
    """F3: of the cohort, how many were handed over within the days that the agreement gives from the day of finding."""
    cohort = opened_in(counted)
    clocks = {course.clue_id: _handed_over(course, counted.terms) for course in cohort}

    def numbers(members: Sequence[Course]) -> Values:
        dated = [clock for course in members if (clock := clocks[course.clue_id]) is not None]
        late = sum(clock.is_late(counted.period.as_of) for clock in dated)
        return {"clues": len(members), "dated": len(dated), "on_time": len(dated) - late, "late": late}

    return _by_group(cohort, numbers)


def _handed_over(course: Course, terms: Terms) -> Clock | None:
    """The clock from the day of finding; None where the opening does not tell that day."""
    opening = Course(course.clue_id, course.steps[:1])
    return next((clock for clock in terms.clocks(opening, opening.opened_on) if clock.duty is Duty.hand_over), None)


FUNNEL = ("accepted", "applied", "granted", "paid", "closed", "acknowledged")
_STAGE_OF_STATE = {State.closed: "closed", State.finished: "acknowledged"}


def stages_reached(course: Course) -> set[str]:
    """
    The stages of the funnel that a clue was ever in.

    Paid counts from the first payment. What the procuratorate takes up by itself is accepted when it is shared.
    """
    reached = set[str]()
    for step in course.steps:
        state = step.after.state
        if state is State.accepted or step.after.awards:
            reached.add("accepted")
        if isinstance(step.event, ApplicationFiled):
            reached.add("applied")
        if step.after.awards:
            reached.add("granted")
        if any(award.is_paid for award in step.after.awards):
            reached.add("paid")
        if (stage := _STAGE_OF_STATE.get(state)) is not None:
            reached.add(stage)
    return reached


def _by_group(cohort: Sequence[Course], numbers: Callable[[Sequence[Course]], Values]) -> list[Line]:
    members: dict[Of, list[Course]] = {group: [] for group in all_groups(cohort)}
    for course in cohort:
        for group in groups_of(course):
            members[group].append(course)
    return [Line(group, numbers(found)) for group, found in members.items()]

"""
What the figures of a month teach, as codes: the meeting adds its own in words, on paper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from consumers.statistics.lines import Figure, Line


class Teaching(StrEnum):
    """What a lesson is about."""

    most_returned = "most_returned"
    most_declined = "most_declined"
    overturned = "overturned"
    slowest_stage = "slowest_stage"
    late_handing_over = "late_handing_over"
    late_feedback = "late_feedback"
    aid_unanswered = "aid_unanswered"


@dataclass(frozen=True, slots=True)
class Lesson:
    """
    One lesson.

    Attributes:
        codes: the code lists' word for it.
        count, of: so many, of so many; of a time: working days, and the number of clues.
    """

    teaching: str
    codes: tuple[str, ...]
    count: int
    of: int


def lessons(figures: Sequence[Figure]) -> Iterator[Lesson]:
    """The lessons of a month; none where a figure has nothing to tell."""
    by_key = {figure.formula.key: figure.lines for figure in figures}
    yield from _reasons(by_key["K6"])
    yield from _times(by_key["K4"])
    for key, whole, teaching in (("F3", "dated", Teaching.late_handing_over), ("K5", "due", Teaching.late_feedback)):
        for line in by_key.get(key, ()):
            if line.of == ("all",) and (line.values["late"] or 0) > 0:
                yield Lesson(teaching, (), line.values["late"] or 0, line.values[whole] or 0)
    open_aid = [line for line in by_key["K7"] if line.of[0] == "aid" and (line.values["open"] or 0) > 0]
    if open_aid:
        most = max(open_aid, key=lambda line: line.values["open"] or 0)
        yield Lesson(Teaching.aid_unanswered, most.of[1:], most.values["open"] or 0, most.values["requested"] or 0)


def _reasons(lines: Sequence[Line]) -> Iterator[Lesson]:
    for kind, teaching in (("returned", Teaching.most_returned), ("declined", Teaching.most_declined)):
        given = [line for line in lines if line.of[0] == kind]
        if given:
            most = max(given, key=lambda line: line.values["count"] or 0)
            total = sum(line.values["count"] or 0 for line in given)
            yield Lesson(teaching, most.of[1:2], most.values["count"] or 0, total)
    overturned = [line for line in lines if (line.values["overturned"] or 0) > 0]
    if overturned:
        count = sum(line.values["overturned"] or 0 for line in overturned)
        disputed = sum(line.values["disputed"] or 0 for line in lines)
        yield Lesson(Teaching.overturned, tuple(line.of[1] for line in overturned), count, disputed)


def _times(lines: Sequence[Line]) -> Iterator[Lesson]:
    """The stage that adds most to the one before it, by the median of the net times."""
    net = [(line.of[0], line.values["median"], line.values["n"]) for line in lines if line.of[1] == "net"]
    reached = [(stage, days, n) for stage, days, n in net[:4] if days is not None and n]
    before, steps = 0, []
    for stage, days, n in reached:
        steps.append((days - before, stage, n))
        before = days
    if steps:
        added, stage, n = max(steps)
        yield Lesson(Teaching.slowest_stage, (stage,), added, n)

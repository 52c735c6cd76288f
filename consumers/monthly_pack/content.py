"""
What a monthly pack says, as data: its canonical bytes are what both agencies sign.

A pure function of the courses, the month and the agreement's terms: nothing of the one who makes it is in it, neither
the moment nor the name, so both sides make the same bytes from the same events.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from consumers.monthly_pack.cases import Case, cases
from consumers.monthly_pack.lessons import Lesson, lessons
from consumers.statistics.courses import Course, until
from consumers.statistics.formulas import figures
from consumers.statistics.lines import Figure, Terms
from consumers.statistics.periods import Month, Period, months_back
from schemas.working_days import Due

FORMAT = "clue-exchange monthly pack 1"
MONTHS_SHOWN = 6

Plain: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pack:
    """
    The papers of one month.

    Attributes:
        events: how many events took effect until the month's last day: both sides compare it first.
        ledger: SHA-256 over the hashes of these events, by clue, in their places.
        series: the figures of the months before, since the first clue, and of this one, oldest first.
        meeting: the next one that was agreed on; None where no agreement has begun.
    """

    federation: str
    procuratorate: str
    month: Month
    events: int
    ledger: str
    figures: tuple[Figure, ...]
    series: tuple[tuple[Month, tuple[Figure, ...]], ...]
    cases: tuple[Case, ...]
    lessons: tuple[Lesson, ...]
    meeting: Due | None

    def canonical(self) -> bytes:
        """The one spelling: JSON in UTF-8, keys sorted, no blanks."""
        return json.dumps(self._plain(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical bytes, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def _plain(self) -> Plain:
        return {
            "format": FORMAT,
            "federation": self.federation,
            "procuratorate": self.procuratorate,
            "month": str(self.month),
            "as_of": str(self.month.last),
            "events": self.events,
            "ledger": self.ledger,
            "figures": [_figure(figure) for figure in self.figures],
            "series": {str(month): [_figure(each) for each in found] for month, found in self.series},
            "cases": [asdict(case) for case in self.cases],
            "lessons": [asdict(lesson) for lesson in self.lessons],
            "meeting": None if self.meeting is None else asdict(self.meeting) | {"on": str(self.meeting.on)},
        }


def make_pack(
    parties: tuple[str, str], courses: Sequence[Course], month: Month, terms: Terms, meeting: Due | None
) -> Pack:
    """The pack of a month that is over; `parties` are the federation and the procuratorate."""
    period = Period(month.first, month.last, month.last)
    known = until(courses, month.last)
    began = min((course.opened_on for course in known), default=month.last)
    series = [
        (each, figures(known, Period(each.first, each.last, each.last), terms))
        for each in months_back(month, MONTHS_SHOWN)
        if each.last >= began
    ]
    found = series[-1][1]
    federation, procuratorate = parties
    return Pack(
        federation=federation,
        procuratorate=procuratorate,
        month=month,
        events=sum(len(course.steps) for course in known),
        ledger=_ledger(known),
        figures=found,
        series=tuple(series),
        cases=tuple(cases(known, period, terms)),
        lessons=tuple(lessons(found)),
        meeting=meeting,
    )


def _ledger(courses: Iterable[Course]) -> str:
    """Over the ids of the events that took effect, in their places, clue by clue."""
    digest = hashlib.sha256()
    for course in courses:
        digest.update(course.clue_id.bytes)
        for step in course.steps:
            digest.update(step.event_id.bytes)
    return digest.hexdigest()


def _figure(figure: Figure) -> Plain:
    return {
        "key": figure.formula.key,
        "version": figure.formula.version,
        "unit": figure.formula.unit,
        "lines": [{"of": list(line.of), **line.values} for line in figure.lines],
    }

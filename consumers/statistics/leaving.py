"""
The record in which a month's figures leave, made from what the filter lets through.
"""

from consumers.statistics.courses import Courses, until
from consumers.statistics.lines import Counted, Terms
from consumers.statistics.periods import Month, Period
from consumers.statistics.publication import MonthFigures, month_figures
from schemas.figures_record import FIGURES_VERSION, FiguresPublished, PublishedCount, PublishedMedian


def month_record(month: Month, courses: Courses, terms: Terms) -> FiguresPublished:
    """What may leave of a month that is over, as of its last day."""
    period = Period(month.first, month.last, month.last)
    return figures_record(month, month_figures(Counted(until(courses, month.last), period, terms)))


def figures_record(month: Month, told: MonthFigures) -> FiguresPublished:
    """The same from the same figures, on either side."""
    return FiguresPublished(
        month=str(month),
        version=FIGURES_VERSION,
        counts=tuple(
            PublishedCount(name=name, count=count, decided_fen=told.decided_fen.get(name))
            for name, count in told.counts.items()
        ),
        medians=tuple(
            PublishedMedian(stage=stage, working_days=days) for stage, days in sorted(told.median_days.items())
        ),
    )

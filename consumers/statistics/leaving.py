"""
The record in which a month's figures leave, made from what the filter lets through.
"""

from consumers.statistics.periods import Month
from consumers.statistics.publication import MonthFigures
from schemas.figures_record import FIGURES_VERSION, FiguresPublished, PublishedCount, PublishedMedian


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

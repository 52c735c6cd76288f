"""
The sums of the counties: exact where every county tells the count, bounds where one withholds it; and who is silent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consumers.levels.county_records import CountyRecord
from consumers.levels.money import MoneySum, money_by_level
from consumers.statistics.publication import NAMES, SUMS
from consumers.statistics.suppression import Bounds, conclude
from schemas.figures_record import FIGURES_VERSION, FiguresPublished


@dataclass(frozen=True, slots=True)
class CountyLine:
    """
    One county in a comparison; None where it withholds a count.

    Attributes:
        agencies: who published; both, where both did, and said the same.
        money: fen decided, by the name of the count of persons; of those whose count is told.
    """

    region: str
    agencies: tuple[str, ...]
    counts: Mapping[str, int | None]
    money: Mapping[str, int]
    median_days: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """
    A month of all counties.

    Attributes:
        sums: what is known of each sum, from what the counties told.
        money: what is told of it, by level and group, and by how many counties.
        silent: the regions of whom nothing was published for the month, each with the last month that was.
        disagreeing: regions whose two agencies published different figures: they count for nothing.
        other_version: regions whose figures are of another set of counts: not added up.
    """

    month: str
    counties: tuple[CountyLine, ...]
    sums: Mapping[str, Bounds]
    money: tuple[MoneySum, ...]
    silent: Mapping[str, str | None]
    disagreeing: tuple[str, ...]
    other_version: tuple[str, ...]


def add_up(records: Sequence[CountyRecord], agencies: Sequence[str], month: str) -> LevelFigures:
    """Add up what these agencies published of a month; a region counts once, whichever side published it."""
    regions = sorted({_region(agency) for agency in agencies})
    of_month = {region: _of(records, region, month) for region in regions}
    disagreeing = tuple(r for r, found in of_month.items() if len({record.figures for record in found}) > 1)
    told = {r: found for r, found in of_month.items() if found and r not in disagreeing}
    other = tuple(r for r, found in told.items() if found[0].figures.version != FIGURES_VERSION)
    lines = tuple(_line(region, found) for region, found in told.items() if region not in other)
    return LevelFigures(
        month=month,
        counties=lines,
        sums=_sums(lines),
        money=money_by_level(lines),
        silent={region: _last(records, region) for region, found in of_month.items() if not found},
        disagreeing=disagreeing,
        other_version=other,
    )


def _region(agency: str) -> str:
    return agency.partition("-")[2]


def _of(records: Sequence[CountyRecord], region: str, month: str) -> list[CountyRecord]:
    return [record for record in records if _region(record.agency) == region and record.figures.month == month]


def _last(records: Sequence[CountyRecord], region: str) -> str | None:
    return max((record.figures.month for record in records if _region(record.agency) == region), default=None)


def _line(region: str, found: Sequence[CountyRecord]) -> CountyLine:
    figures: FiguresPublished = found[0].figures
    counts = {each.name: each.count for each in figures.counts}
    return CountyLine(
        region=region,
        agencies=tuple(sorted(record.agency for record in found)),
        counts={name: counts.get(name) for name in NAMES},
        money={each.name: each.decided_fen for each in figures.counts if each.decided_fen is not None},
        median_days={each.stage: each.working_days for each in figures.medians},
    )


def _sums(lines: Sequence[CountyLine]) -> Mapping[str, Bounds]:
    """A withheld count enters with what anybody can conclude of it: its sum is exact only where all are told."""
    concluded = [conclude(line.counts, SUMS) for line in lines]
    return {name: _add([each[name] for each in concluded]) for name in NAMES}


def _add(parts: Sequence[Bounds]) -> Bounds:
    highs = [part.high for part in parts]
    low = sum(part.low for part in parts)
    return Bounds(low, None if None in highs else sum(high for high in highs if high is not None))

"""
`clue-exchange statistics`: the figures of this side's ledger, with their formulas; and what of them may be published.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.errors import CommandRefused
from clue_exchange.people.permissions import LocalAct
from clue_exchange.workdays import china_date
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.figure_words import COLUMNS, line_in_words, value_in_words
from console.wiring import Agency
from consumers.statistics.courses import read_courses
from consumers.statistics.formulas import figures
from consumers.statistics.leaving import month_record
from consumers.statistics.lines import Figure, terms_of
from consumers.statistics.periods import Month, Period
from producers.figures import left_already
from schemas.figures_record import FiguresPublished


class MonthParameter(click.ParamType[Month]):
    """A month as YYYY-MM."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        try:
            return value if isinstance(value, Month) else Month.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@config_option
@click.option("--month", type=MonthParameter(), metavar="YYYY-MM", help="One month, as of its last day.")
@click.option("--published", is_flag=True, help="What of a month that is over may leave, or has left.")
@proof_options
@json_option
def statistics(config: Path, month: Month | None, published: bool, as_json: bool, **given: Any) -> None:
    """Show the figures K1 to K9 with their formulas, from the events of this side's ledger. 统计数据"""
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.statistics)
        today = china_date(agency.clock())
        if published:
            _show_published(_may_leave(agency, month, today), as_json)
            return
        with agency.store.reading() as transaction:
            courses, terms = read_courses(transaction, agency.ledger), terms_of(transaction, agency.clock_reader)
    period = Period.of_month(month, today) if month else Period.everything(today)
    found = figures(courses, period, terms)
    if as_json:
        click.echo(json.dumps(as_plain(found, period), ensure_ascii=False))
    else:
        _show(found, period)


def _may_leave(agency: Agency, month: Month | None, today: date) -> FiguresPublished:
    """
    What has left of a month, or would.

    Raises:
        CommandRefused: not of a month that is over: of two periods that overlap one reckons what lies between them.
    """
    if month is None or month.last >= today:
        raise CommandRefused(
            "what may leave is told of one month that is over (--month YYYY-MM): of periods that overlap anybody could "
            "reckon the small counts between them"
        )
    with agency.store.reading() as transaction:
        name = agency.settings.agency
        return left_already(transaction, agency.outbox, name, str(month)) or month_record(
            month, read_courses(transaction, agency.ledger), terms_of(transaction, agency.clock_reader)
        )


def as_plain(found: Sequence[Figure], period: Period) -> dict[str, Any]:
    """The figures as JSON has them."""
    return {
        "first": str(period.first) if period.first else None,
        "last": str(period.last),
        "as_of": str(period.as_of),
        "figures": [
            {
                "key": figure.formula.key,
                "version": figure.formula.version,
                "unit": figure.formula.unit,
                "zh": figure.formula.zh,
                "en": figure.formula.en,
                "lines": [
                    {"of": list(line.of), **line.values}
                    | ({"share": figure.share(line)} if figure.formula.ratio else {})
                    for line in figure.lines
                ],
            }
            for figure in found
        ],
    }


def _show(found: Sequence[Figure], period: Period) -> None:
    console = Console()
    console.print(f"{period.first or '…'} – {period.last}")
    for figure in found:
        formula = figure.formula
        table = Table(title=f"{formula.key} {formula.zh} {formula.en}", title_justify="left", show_edge=False)
        table.add_column("")
        for column in (*formula.columns, *(("share",) if formula.ratio else ())):
            table.add_column(str(COLUMNS[column]), justify="right")
        for line in figure.lines:
            if line.of == ("all",) or line.is_worth_showing:
                cells = [value_in_words(column, line.values[column]) for column in formula.columns]
                share = figure.share(line)
                cells += ["–" if share is None else f"{share:.1%}"] if formula.ratio else []
                table.add_row(line_in_words(line.of), *cells)
        console.print(table)
        console.print(f"{formula.formula_zh}\n{formula.formula_en}\n", style="dim")


def _show_published(told: FiguresPublished, as_json: bool) -> None:
    counts = {each.name: each.count for each in told.counts}
    fen = {each.name: each.decided_fen for each in told.counts if each.decided_fen is not None}
    medians = {each.stage: each.working_days for each in told.medians}
    if as_json:
        content = {"month": told.month, "counts": counts, "decided_fen": fen, "median_days": medians}
        click.echo(json.dumps(content, ensure_ascii=False))
        return
    for name, count in counts.items():
        click.echo(f"{name:<40}{'withheld 不公开' if count is None else count}")
    for name, amount in fen.items():
        click.echo(f"{'decided_fen.' + name:<40}{amount}")
    for stage, days in medians.items():
        click.echo(f"{'median_days.' + stage:<40}{days}")

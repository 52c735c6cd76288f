"""
`clue-exchange statistics`: the figures of this side's ledger, with their formulas; and what of them may be published.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.people.permissions import LocalAct
from clue_exchange.workdays import china_date
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.figure_words import COLUMNS, line_in_words, value_in_words
from consumers.statistics.courses import read_courses, until
from consumers.statistics.formulas import figures
from consumers.statistics.lines import Counted, Figure, terms_of
from consumers.statistics.periods import Month, Period
from consumers.statistics.publication import MonthFigures, month_figures


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
@click.option("--published", is_flag=True, help="What may leave the agencies: no count under five.")
@proof_options
@json_option
def statistics(config: Path, month: Month | None, published: bool, as_json: bool, **given: Any) -> None:
    """Show the figures K1 to K9 with their formulas, from the events of this side's ledger. 统计数据"""
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.statistics)
        with agency.store.reading() as transaction:
            courses, terms = read_courses(transaction, agency.ledger), terms_of(transaction, agency.clock_reader)
        today = china_date(agency.clock())
    period = Period.of_month(month, today) if month else Period.everything(today)
    if published:
        _show_published(month_figures(Counted(until(courses, period.as_of), period, terms)), period, as_json)
        return
    found = figures(courses, period, terms)
    if as_json:
        click.echo(json.dumps(as_plain(found, period), ensure_ascii=False))
    else:
        _show(found, period)


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


def _show_published(told: MonthFigures, period: Period, as_json: bool) -> None:
    content = {"counts": told.counts, "decided_fen": told.decided_fen, "median_days": told.median_days}
    if as_json:
        click.echo(json.dumps({"first": str(period.first), "last": str(period.last), **content}, ensure_ascii=False))
        return
    for name, count in told.counts.items():
        click.echo(f"{name:<40}{'withheld 不公开' if count is None else count}")
    for name, fen in told.decided_fen.items():
        click.echo(f"{'decided_fen.' + name:<40}{fen}")
    for stage, days in told.median_days.items():
        click.echo(f"{'median_days.' + stage:<40}{days}")

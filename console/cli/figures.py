"""
`clue-exchange figures`: a county publishes a month; a city or province adds up what its counties published.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.errors import CommandRefused
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.keys.public_key_file import read_public_keys
from clue_exchange.level_settings import LevelSettings
from clue_exchange.people.permissions import LocalAct
from clue_exchange.workdays import china_date
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.cli.statistics import MonthParameter
from console.figure_words import line_in_words, share_in_words
from consumers.levels.county_records import Taken, read_counties
from consumers.levels.money import MoneySum
from consumers.levels.summing import CountyLine, LevelFigures, add_up
from consumers.own_figures import take_back_figures
from consumers.statistics.courses import read_courses
from consumers.statistics.leaving import month_record
from consumers.statistics.lines import terms_of
from consumers.statistics.periods import Month
from consumers.statistics.suppression import Bounds
from producers.figures import publish_figures
from schemas.agreement_terms import Level

month_option = click.option(
    "--month", type=MonthParameter(), metavar="YYYY-MM", required=True, help="A month that is over."
)


@click.group()
def figures() -> None:
    """The figures that leave: published by counties, added up by the levels above. 上报与汇总"""


@figures.command()
@month_option
@config_option
@proof_options
@json_option
def publish(month: Month, config: Path, as_json: bool, **given: Any) -> None:
    """
    Publish the figures of a month, once and for good: no count under five, nor one that tells it. 上报统计

    A supervisor's act. The running node sends them; Kafka is asked first whether they have left, for a restored
    database may not know it. Again the same is nothing new. What they say: `statistics --month YYYY-MM --published`.
    """
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.publish_figures)
        if month.last >= china_date(agency.clock()):
            raise CommandRefused(f"{month} is not over yet: it can be published from {month.next.first} on")
        name = agency.settings.agency
        take_back_figures(name, agency.consumer, agency.store, agency.clock)
        with agency.store.transaction() as transaction:
            courses = read_courses(transaction, agency.ledger)
            told = month_record(month, courses, terms_of(transaction, agency.clock_reader))
            record = publish_figures(transaction, agency.outbox, name, told)
    withheld = sum(each.count is None for each in told.counts)
    if as_json:
        click.echo(json.dumps({"month": told.month, "number": record.number, "withheld": withheld}))
    else:
        click.echo(f"{told.month}: {len(told.counts) - withheld} counts published, {withheld} withheld 已上报")


@figures.command()
@month_option
@config_option
@json_option
@click.pass_context
def read(context: click.Context, month: Month, config: Path, as_json: bool) -> None:
    """
    Add up what the counties of CONFIG published of a month, compare them, and name the silent. 汇总各县统计

    A withheld count stays withheld: its sum has bounds. Exit 1 when a county is silent, disagrees with itself, or a
    record had to be set aside.
    """
    settings = LevelSettings.load(config)
    parties = [read_public_keys(path) for path in settings.counties]
    taken = read_counties(parties, lambda offsets: _consumer(settings, offsets))
    found = add_up(taken.records, [party.agency for party in parties], str(month))
    if as_json:
        click.echo(json.dumps(_as_json(found, taken), ensure_ascii=False))
    else:
        _show(found, taken)
    context.exit(1 if found.silent or found.disagreeing or found.other_version or taken.set_aside else 0)


def _consumer(settings: LevelSettings, next_offsets: Any) -> JournalConsumer:
    return JournalConsumer(
        settings.bootstrap,
        next_offsets,
        group_id=f"{settings.name}.figures",
        client_id=settings.name,
        security=settings.security,
    )


def _as_json(found: LevelFigures, taken: Taken) -> dict[str, Any]:
    return {
        "month": found.month,
        "counties": [
            {
                "region": line.region,
                "agencies": line.agencies,
                "counts": line.counts,
                "decided_fen": line.money,
                "median_days": line.median_days,
            }
            for line in found.counties
        ],
        "sums": {name: {"low": bounds.low, "high": bounds.high} for name, bounds in found.sums.items()},
        "money": [asdict(each) | {"per_person_fen": each.per_person_fen} for each in found.money],
        "silent": found.silent,
        "disagreeing": found.disagreeing,
        "other_version": found.other_version,
        "set_aside": [{"topic": each.topic, "offset": each.offset, "reason": each.reason} for each in taken.set_aside],
    }


def _show(found: LevelFigures, taken: Taken) -> None:
    console = Console()
    table = Table(
        "county 县", "clues 线索", "federation 妇联", "outcomes 结果", "aided 获助", "persons 人", "K1", "yuan 元"
    )
    for line in found.counties:
        table.add_row(line.region, *_cells(line))
    sums = (_bounds(found.sums[name]) for name in SHOWN)
    table.add_section()
    told_fen = sum(each.decided_fen for each in found.money if each.of == "persons")
    table.add_row("sum 合计", *sums, "", f"≥ {told_fen // 100:,}")
    console.print(table)
    if found.money:
        console.print(_money_table(found.money))
    console.print("… withheld by the county, or bounds from what it tells 不公开,或仅知范围", style="dim")
    for region, last in found.silent.items():
        console.print(f"silent 未上报: {region} (last 最近: {last or '–'})")
    for region in found.disagreeing:
        console.print(f"its two agencies say different things 双方不一致: {region}")
    for region in found.other_version:
        console.print(f"another set of counts, not added up 版本不同: {region}")
    for each in taken.set_aside:
        console.print(f"set aside 不采信: {each.topic} {each.reason}")


SHOWN = ("clues", "clues.federation", "outcomes", "outcomes.aided", "persons")


def _cells(line: CountyLine) -> list[str]:
    counts = ["…" if line.counts[name] is None else f"{line.counts[name]:,}" for name in SHOWN]
    share = share_in_words(line.counts["persons.federation"], line.counts["persons"])
    return [*counts, share, "…" if (fen := line.money.get("persons")) is None else f"{fen // 100:,}"]


def _money_table(sums: Sequence[MoneySum]) -> Table:
    """K8: of the counties that tell it; of the others nothing is in it."""
    table = Table(
        *("level 层级", "of 范围", "persons 人", "yuan 元", "yuan a person 人均", "counties 县数"),
        title="K8 money 救助金额",
        title_justify="left",
    )
    for each in sums:
        numbers = (each.persons, each.decided_fen // 100, each.per_person_fen // 100, each.counties)
        table.add_row(LEVELS[each.level], _group(each.of), *(f"{number:,}" for number in numbers))
    return table


LEVELS: Mapping[Level, str] = {Level.county: "县级 county", Level.city: "市级 city", Level.province: "省级 province"}


def _group(of: str) -> str:
    """`persons.category.W2`, as the lines of the figures say it."""
    match of.split(".")[1:]:
        case []:
            return line_in_words(("all",))
        case ["category", category]:
            return line_in_words(("category", category))
        case origin:
            return line_in_words(("origin", *origin))


def _bounds(bounds: Bounds) -> str:
    if bounds.low == bounds.high:
        return f"{bounds.low:,}"
    return f"{bounds.low:,} … {'' if bounds.high is None else f'{bounds.high:,}'}"

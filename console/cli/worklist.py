"""
`clue-exchange worklist | workdays`: what is overdue and due soon, and by whom; and the last day of a deadline.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from clue_exchange.people.permissions import LocalAct
from clue_exchange.workdays import PublishedCalendar, china_date
from console.cli.looking import looking, shown_to
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, proof_options
from console.cli.tables import Shown, show_list
from console.duty_words import WEEKDAYS, due_in_words, duty_in_words
from consumers.deadlines import OpenDuty
from schemas.codes import Role
from schemas.working_days import after_working_days

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@config_option
@click.option("--by", type=click.Choice([role.value for role in Role]), help="Only what this side owes.")
@click.option("--days", type=click.IntRange(0, 3660), default=7, show_default=True, help="Due within so many days.")
@click.option("--all", "wants_all", is_flag=True, help="All that is owed, also what is paused or due later.")
@proof_options
@json_option
def worklist(config: Path, by: str | None, days: int, wants_all: bool, as_json: bool, **given: Any) -> None:
    """List what is overdue and due soon, the oldest first, and by whom it is owed; the look is logged. 期限清单"""
    with opened(config) as agency:
        officer = looking(agency.people, Proof.taken_from(given), LocalAct.see_clues)
        with agency.store.reading() as transaction:
            today = china_date(agency.clock())
            duties = agency.clock_reader.open_duties(transaction, today)
        found = [
            each
            for each in duties
            if by in (None, each.clock.by) and (wants_all or (each.days_left is not None and each.days_left <= days))
        ]
        wanted = shown_to(agency.people, officer, LocalAct.see_clues, found)
    if as_json:
        click.echo(json.dumps([_row(each) for each in wanted], default=str))
    else:
        show_list(Console(), _columns(wanted))


@click.command()
@click.argument("start", metavar="DATE", type=DAY)
@click.argument("days", type=click.IntRange(0, 10_000))
@json_option
def workdays(start: datetime, days: int, as_json: bool) -> None:
    """Tell the last day of a deadline of DAYS working days that begins on DATE, which is day 0. 工作日计算"""
    try:
        due = after_working_days(PublishedCalendar(), start.date(), days)
    except OverflowError:
        raise click.BadParameter("so many days after it there is no calendar", param_hint="DATE") from None
    if as_json:
        click.echo(json.dumps({"due": str(due.on), "provisional": due.is_provisional}))
        return
    click.echo(f"{due.on} 星期{WEEKDAYS[due.on.weekday()]} {due.on:%A}")
    if due.is_provisional:
        click.echo("provisional: the notice for that year is not known here 暂定:该年度放假安排尚未收录")


def _row(duty: OpenDuty) -> dict[str, Any]:
    """What `worklist --json` says of a duty."""
    left = duty.days_left
    fields = {"clue": duty.clue_id, "state": duty.state, "urgent": duty.urgent, **asdict(duty.clock)}
    return {**fields, "is_overdue": duty.is_overdue, "days_left": left}


def _columns(duties: list[OpenDuty]) -> list[Shown]:
    return [
        Shown("clue 线索", [str(each.clue_id) for each in duties], is_id=True),
        Shown("!急", ["!" if each.urgent else "" for each in duties]),
        Shown("duty 事项", [duty_in_words(each.clock) for each in duties]),
        Shown("by 责任方", [each.clock.by for each in duties]),
        Shown("due 期限", [due_in_words(each.clock) for each in duties]),
        Shown("days left 剩余天数", [_left(each) for each in duties], rank=1),
        Shown("state 状态", [each.state for each in duties], rank=2),
    ]


def _left(duty: OpenDuty) -> str:
    if duty.days_left is None:
        return ""
    return f"OVERDUE 逾期 {-duty.days_left}" if duty.is_overdue else str(duty.days_left)

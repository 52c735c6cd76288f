"""
`clue-exchange waiting`: what has no place yet; exit 1 when something waits for too long.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.people.permissions import LocalAct
from clue_exchange.workdays import china_date, china_time
from console.cli.looking import looking, shown_to
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, proof_options
from consumers import waiting as waiting_events


@click.command()
@config_option
@proof_options
@json_option
@click.pass_context
def waiting(context: click.Context, /, config: Path, as_json: bool, **given: Any) -> None:
    """
    List the events that wait, what each waits for and since when; the look is logged. 等待中的事件

    They take their places by themselves. Exit 1 when one has waited for longer than the agreement allows.
    """
    with opened(config) as agency:
        officer = looking(agency.people, Proof.taken_from(given), LocalAct.see_waiting)
        with agency.store.reading() as transaction:
            found = waiting_events.waiting(transaction)
            now = agency.clock()
            limit = agency.agreements.limits(transaction, china_date(now)).waiting_alarm
        rows = shown_to(agency.people, officer, LocalAct.see_waiting, found)
    overdue = [row for row in rows if now - row.since > limit]
    if as_json:
        click.echo(json.dumps([{**asdict(row), "is_overdue": row in overdue} for row in rows], default=str))
    elif rows:
        table = Table("clue 线索", "event 事件", "number 编号", "since 自", "waits for 等待")
        for row in rows:
            since = china_time(row.since) + (" ! 超时" if row in overdue else "")
            number = f"{row.topic} {row.number}"
            table.add_row(str(row.clue_id), row.event_type, number, since, ", ".join(row.waits_for))
        Console().print(table)
    else:
        click.echo("nothing waits")
    context.exit(1 if overdue else 0)

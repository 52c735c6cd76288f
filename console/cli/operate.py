"""
`clue-exchange waiting`: what has no place yet; exit 1 when something waits.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.people.permissions import LocalAct
from console.cli.looking import looking, shown_to
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, proof_options
from consumers import worklist


@click.command()
@config_option
@proof_options
@json_option
@click.pass_context
def waiting(context: click.Context, /, config: Path, as_json: bool, **given: Any) -> None:
    """List the events that wait for a predecessor, and what each waits for; the look is logged. 等待中的事件"""
    with opened(config) as agency:
        officer = looking(agency.people, Proof.taken_from(given), LocalAct.see_waiting)
        with agency.store.reading() as transaction:
            found = worklist.waiting(transaction)
        rows = shown_to(agency.people, officer, LocalAct.see_waiting, found)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], default=str))
    elif rows:
        table = Table("clue", "event", "topic", "number", "since (UTC)", "waits for")
        for row in rows:
            since = f"{row.since:%Y-%m-%d %H:%M:%S}"
            table.add_row(str(row.clue_id), row.event_type, row.topic, str(row.number), since, ", ".join(row.waits_for))
        Console().print(table)
    else:
        click.echo("nothing waits")
    context.exit(1 if rows else 0)

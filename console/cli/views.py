"""
`clue-exchange clues | clue`: what this side sees; facts alone.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.errors import CommandRefused
from clue_exchange.workdays import china_time
from console.cli.options import config_option, json_option, opened
from console.words import CHINESE_STATES
from consumers import worklist
from consumers.worklist import ClueRow, EventRow
from schemas.catalog import BY_NAME
from schemas.view import State


@click.command()
@config_option
@click.option("--mine", is_flag=True, help="Only those where the turn is ours.")
@click.option("--state", "states", multiple=True, type=click.Choice([state.value for state in State]))
@json_option
def clues(config: Path, mine: bool, states: Sequence[str], as_json: bool) -> None:
    """List the clues of this side: state, turn, and whether it is firm. 线索列表"""
    with opened(config) as agency, agency.store.reading() as transaction:
        rows = worklist.clues(transaction, agency.settings.role if mine else None, states)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], default=str))
    else:
        Console().print(_clue_table(rows))


@click.command()
@click.argument("clue_id", metavar="CLUE", type=click.UUID)
@config_option
@json_option
def clue(clue_id: UUID, config: Path, as_json: bool) -> None:
    """Show one clue and its chain of events; facts alone. 线索详情"""
    with opened(config) as agency, agency.store.reading() as transaction:
        row = worklist.clue(transaction, clue_id)
        chain = worklist.chain(transaction, clue_id)
    if row is None:
        raise CommandRefused(f"no clue {clue_id} is known here")
    if as_json:
        click.echo(json.dumps({**asdict(row), "events": [asdict(event) for event in chain]}, default=str))
    else:
        Console().print(_clue_table([row]), _chain_table(chain))


def _clue_table(rows: Sequence[ClueRow]) -> Table:
    table = Table("clue 线索", "state 状态", "turn 待办", "urgent 紧急", "events 事件", "opened 时间", "firm 确定")
    for row in rows:
        table.add_row(
            str(row.clue_id),
            f"{row.state} {CHINESE_STATES[State(row.state)]}" + (" FROZEN 冻结" if row.is_frozen else ""),
            row.turn,
            "!" if row.urgent else "",
            f"{row.applied}"
            + (f" (+{row.void} void)" if row.void else "")
            + (f" (+{row.waiting} waiting)" if row.waiting else ""),
            china_time(row.opened_at),
            "yes" if row.is_firm else "provisional",
        )
    return table


def _counts(row: ClueRow) -> str:
    others = ((row.void, "void"), (row.waiting, "waiting"))
    return f"{row.applied}" + "".join(f" (+{count} {word})" for count, word in others if count)


def _chain_table(chain: Sequence[EventRow]) -> Table:
    table = Table("#", "event 事件", "by 发出方", "outcome 结果", "occurred 时间", "facts 要素")
    for event in chain:
        name = BY_NAME[event.event_type].chinese if event.event_type in BY_NAME else ""
        facts = ", ".join(f"{k}={json.dumps(v, ensure_ascii=False)}" for k, v in (event.facts or {}).items() if v)
        table.add_row(
            "" if event.place is None else str(event.place + 1),
            f"{event.event_type} {name}",
            event.sender,
            event.outcome + (f": {event.void}" if event.void else ""),
            china_time(event.occurred_at),
            facts,
        )
    return table

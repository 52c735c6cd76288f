"""
`clue-exchange erasures`: who is being erased, how far that has come, and how long Kafka kept her key.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from clue_exchange.errors import ExchangeError
from clue_exchange.people.permissions import LocalAct
from clue_exchange.workdays import china_date, china_time
from console.cli.looking import looking, shown_to
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, proof_options
from console.cli.tables import Shown, show_list
from console.wiring import Agency
from consumers.erasures import Erasure
from consumers.erasures import erasures as all_erasures

HOUR_SECONDS = 3600


@click.command()
@config_option
@proof_options
@json_option
@click.pass_context
def erasures(context: click.Context, /, config: Path, as_json: bool, **given: Any) -> None:
    """
    List the erasures: asked, done on each side, tombstoned, gone from Kafka, and how long that took. 删除进度

    Kafka is asked whether it still gives the keys. Exit 1 when a confirmation is overdue by the agreement, or a key
    is still there when it should be gone.
    """
    with opened(config) as agency:
        officer = looking(agency.people, Proof.taken_from(given), LocalAct.see_erasures)
        kafka, now = _asked(agency), agency.clock()
        with agency.store.reading() as transaction:
            found = all_erasures(transaction, agency.clock_reader, china_date(now))
        rows = shown_to(agency.people, officer, LocalAct.see_erasures, found)
    if as_json:
        click.echo(json.dumps({"erasures": [_row(each, now) for each in rows], "kafka": kafka or "answers"}))
    else:
        show_list(Console(), _columns(rows, now))
        if kafka is not None:
            click.echo(f"Kafka was not asked; shown is what the node found last. 未连上 Kafka: {kafka}")
    context.exit(1 if any(each.is_overdue(now) for each in rows) else 0)


def _asked(agency: Agency) -> str | None:
    """Look for the keys in Kafka; why that could not be, or None."""
    try:
        agency.key_look().look()
    except ExchangeError as error:
        return str(error)
    return None


def _row(each: Erasure, now: datetime) -> dict[str, Any]:
    key = each.key
    return {
        "clue": str(each.clue_id),
        "person": _person(each),
        "asked_by": each.asked_by,
        "asked_at": _iso(each.asked_at),
        "confirmed_at": _iso(each.confirmed_at),
        "destroyed_here_at": _iso(key.destroyed_at if key else None),
        "tombstoned_at": _iso(key.tombstoned_at if key else None),
        "tombstones": key.tombstones if key else 0,
        "second_tombstone_due_at": _iso(each.second_tombstone_due_at),
        "gone_by": _iso(each.gone_by),
        "gone_at": _iso(key.gone_at if key else None),
        "stayed_hours": _hours(each),
        "is_overdue": each.is_overdue(now),
    }


def _columns(rows: Sequence[Erasure], now: datetime) -> Sequence[Shown]:
    return (
        Shown("clue 线索", [str(each.clue_id) for each in rows], is_id=True),
        Shown("person\n当事人", [_person(each) for each in rows]),
        Shown("stands 进度", [_stands(each, now) for each in rows]),
        Shown("asked 请求", [f"{china_time(each.asked_at)}\n{each.asked_by}" for each in rows], rank=2),
        Shown("done here\n本方删除", [_moment(each.key.destroyed_at if each.key else None) for each in rows], rank=3),
        Shown("confirmed\n确认", [_moment(each.confirmed_at) for each in rows], rank=4),
    )


def _stands(each: Erasure, now: datetime) -> str:
    """How far it has come, in the words of the next thing that is to happen."""
    late = " OVERDUE 逾期" if each.is_overdue(now) else ""
    if each.key is None:
        return f"asked of us; confirm it: erase 请求本方删除{late}"
    if each.confirmed_at is None:
        return f"done here, not confirmed by the other side 待对方确认{late}"
    if (hours := _hours(each)) is not None:
        return f"gone from Kafka, after {hours:g} h 已从 Kafka 消失"
    if not each.is_measurable:
        return "done; her key never arrived here 密钥未到达"
    due = each.second_tombstone_due_at
    second = "" if due is None else f", second tombstone due 再次删除 {china_time(due)}"
    return f"done; Kafka still gives her key, until about 预计消失 {_moment(each.gone_by)}{second}{late}"


def _hours(each: Erasure) -> float | None:
    return None if each.stayed is None else round(each.stayed.total_seconds() / HOUR_SECONDS, 2)


def _person(each: Erasure) -> str:
    return f"{each.person[0]}:{each.person[1]}"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else china_time(moment)

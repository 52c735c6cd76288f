"""
`clue-exchange clues | clue`: what this side sees; facts alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clue_exchange.errors import CommandRefused
from clue_exchange.people.permissions import LocalAct
from clue_exchange.workdays import china_date, china_time
from console.cli.looking import look_at_clue, looking, shown_to
from console.cli.options import GivenId, clue_argument, config_option, json_option, not_known, opened
from console.cli.proving import Proof, proof_options
from console.cli.tables import Shown, show_list
from console.duty_words import due_in_words, duty_in_words, standing_in_words
from console.words import CHINESE_STATES, MEANINGS, in_words
from consumers import worklist
from consumers.consent import WithdrawnConsent, withdrawn_consents
from consumers.firmness import Firmness
from consumers.worklist import ClueRow, EventRow
from schemas.catalog import BY_NAME
from schemas.clock import Clock
from schemas.errors import InvalidEvent
from schemas.event import Coded, PersonRef
from schemas.view import State


@click.command()
@config_option
@click.option("--mine", is_flag=True, help="Only those where the turn is ours.")
@click.option("--state", "states", multiple=True, type=click.Choice([state.value for state in State]), metavar="STATE")
@proof_options
@json_option
def clues(config: Path, mine: bool, states: Sequence[str], as_json: bool, **given: Any) -> None:
    """List the clues of this side: state, turn, and whether it is firm; the look is logged. 线索列表"""
    with opened(config) as agency:
        officer = looking(agency.people, Proof.taken_from(given), LocalAct.see_clues)
        with agency.store.reading() as transaction:
            found = worklist.clues(transaction, agency.settings.role if mine else None, states)
        rows = shown_to(agency.people, officer, LocalAct.see_clues, found)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], default=str))
    else:
        show_list(Console(), _columns(rows))


@click.command()
@clue_argument
@config_option
@proof_options
@json_option
def clue(clue_id: GivenId, config: Path, as_json: bool, **given: Any) -> None:
    """Show one clue and its chain of events, by its id or the beginning of it; facts alone, logged. 线索详情"""
    with opened(config) as agency:
        officer = looking(agency.people, Proof.taken_from(given), LocalAct.see_clues)
        meant = look_at_clue(agency.people, officer, clue_id)
        with agency.store.reading() as transaction:
            row, chain = worklist.clue(transaction, meant), worklist.chain(transaction, meant)
            firm = agency.firmness(transaction)
            today = china_date(agency.clock())
            clocks = [clock for _, found in agency.clock_reader.clocks(transaction, [meant], today) for clock in found]
    if row is None:
        raise CommandRefused(not_known(clue_id))
    consents = list(withdrawn_consents(chain, agency.settings.agency, partial(_is_firm, row=row, firm=firm)))
    if as_json:
        events = [{**asdict(e), "is_firm": _is_firm(e, row, firm), "is_ahead": e.is_ahead} for e in chain]
        told = {**asdict(row), "events": events}
        told |= {"clocks": [asdict(each) for each in clocks], "consent_withdrawn": [asdict(each) for each in consents]}
        click.echo(json.dumps(told, default=str))
        return
    console = Console()
    show_list(console, _columns([row]))
    console.print(_chain_table(chain, row, firm))
    show_list(console, _clock_columns(clocks, today))
    for each in consents:
        console.print(_consent(each), soft_wrap=True)


def _consent(each: WithdrawnConsent) -> str:
    here = f"{each.person} withdrew her consent 已撤回同意 (told by {each.told_by}): stopped and masked here since "
    there = "not confirmed by the other side yet 对方尚未确认"
    if each.there_since is not None:
        there = f"at the other side since {china_time(each.there_since)} 双方已停止处理"
    return f"{here}{china_time(each.here_since)}, {there}"


def _columns(rows: Sequence[ClueRow]) -> Sequence[Shown]:
    return (
        Shown("clue 线索", [str(row.clue_id) for row in rows], is_id=True),
        Shown("!急", ["!" if row.urgent else "" for row in rows]),
        Shown("state 状态", [_state(row) for row in rows]),
        Shown("turn 待办", [row.turn for row in rows]),
        Shown("events 事件", [_counts(row) for row in rows], rank=2),
        Shown("opened 时间", [china_time(row.opened_at) for row in rows], rank=1),
        Shown("firm 确定", ["yes" if row.is_firm else "provisional" for row in rows], rank=3),
    )


def _clock_columns(clocks: Sequence[Clock], today: date) -> Sequence[Shown]:
    return (
        Shown("duty 事项", [duty_in_words(each) for each in clocks]),
        Shown("by 责任方", [each.by for each in clocks]),
        Shown("since 起算", [str(each.started_on) for each in clocks], rank=1),
        Shown("due 期限", [due_in_words(each) for each in clocks]),
        Shown("standing 进度", [standing_in_words(each, today) for each in clocks]),
    )


def _state(row: ClueRow) -> str:
    return f"{row.state} {CHINESE_STATES[State(row.state)]}" + (" FROZEN 冻结" if row.is_frozen else "")


def _counts(row: ClueRow) -> str:
    others = ((row.void, "void"), (row.waiting, "waiting"))
    return f"{row.applied}" + "".join(f" (+{count} {word})" for count, word in others if count)


def _is_firm(event: EventRow, row: ClueRow, firm: Firmness) -> bool:
    """Firm by the chain itself, or by a receipt; one that waits is not."""
    return event.place is not None and (event.place < row.firm or firm.holds(event.topic, event.number))


def _chain_table(chain: Sequence[EventRow], row: ClueRow, firm: Firmness) -> Table:
    """Who did what and when on the left, the facts with what their codes mean on the right."""
    table = Table(show_lines=True)
    table.add_column("#")
    table.add_column("event 事件", max_width=34, overflow="fold")
    table.add_column("facts 要素", overflow="fold")
    for event in chain:
        name = BY_NAME[event.event_type].chinese if event.event_type in BY_NAME else ""
        told = [f"{event.event_type} {name}", event.sender, china_time(event.occurred_at)]
        if event.is_ahead:
            told.append("its clock is ahead 时钟超前")
        if event.outcome != "applied":
            told.append(event.outcome + (f": {event.void}" if event.void else ""))
        if event.held_at is not None:
            told.append(f"held there since 对方已收 {china_time(event.held_at)}")
        if event.place is not None and not _is_firm(event, row, firm):
            told.append("provisional 待对方确认")
        place = "" if event.place is None else str(event.place + 1)
        table.add_row(place, escape("\n".join(told)), escape("\n".join(_facts(event))))
    return table


def _facts(event: EventRow) -> list[str]:
    """One line a fact; codes with their meaning, where this version knows the event type."""
    facts = {name: value for name, value in (event.facts or {}).items() if value not in (None, [], ())}
    try:
        known: Mapping[str, Any] = dict(BY_NAME[event.event_type].model.read(facts))
    except (KeyError, InvalidEvent):
        known = {}
    return [
        f"{name}: {_said(known[name]) if name in known else json.dumps(value, ensure_ascii=False)}"
        for name, value in facts.items()
    ]


def _said(value: Any) -> str:
    match value:
        case StrEnum() if type(value) in MEANINGS:
            return in_words(value)
        case bool():
            return "yes 是" if value else "no 否"
        case PersonRef():
            return f"{value.added_by}:{value.number}"
        case Coded():
            return ", ".join(f"{name} {_said(each)}" for name, each in value if each is not None)
        case tuple():
            return "; ".join(map(_said, value))
        case _:
            return str(value)

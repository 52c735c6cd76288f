"""
`clue-exchange receipts`: what the counterpart holds of our journals, by its receipts; exit 1 when that needs a person.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from clue_exchange import acknowledgements, outbox_depth, rejections
from clue_exchange.acknowledgements import Acknowledged
from clue_exchange.errors import CommandRefused
from clue_exchange.journal_counters import last_numbers
from clue_exchange.outbox_depth import Left
from clue_exchange.people.permissions import LocalAct
from clue_exchange.rejections import NotedRejection
from clue_exchange.topics import topic_name
from clue_exchange.workdays import china_date, china_time
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.cli.tables import Shown, show_list
from console.wiring import Agency
from schemas.catalog import EVENT_FAMILIES
from schemas.receipt import REJECTED_CAP, NumberRange


@dataclass(frozen=True, slots=True)
class JournalStanding:
    """
    One of our journals, as the other side holds it.

    Attributes:
        given: the last number that this agency gave.
        left: what no receipt has named yet, sent or not.
        limit: by the agreement; an event that is longer unacknowledged needs a person, for the other node does not run,
            or records are lost.
    """

    known: Acknowledged
    given: int
    left: Left
    rejected: Sequence[NotedRejection]
    limit: timedelta
    now: datetime

    @classmethod
    def all_of(cls, agency: Agency) -> "list[JournalStanding]":
        """Of both journals of this agency."""
        topics = [topic_name(agency.settings.agency, family) for family in EVENT_FAMILIES]
        with agency.store.reading() as transaction:
            now = agency.clock()
            limit = agency.agreements.limits(transaction, china_date(now)).gap_alarm
            given = last_numbers(transaction, topics)
            return [
                cls(
                    acknowledgements.read(transaction, topic),
                    given[topic],
                    outbox_depth.unacknowledged(transaction, topic),
                    rejections.of_journal(transaction, topic, REJECTED_CAP),
                    limit,
                    now,
                )
                for topic in topics
            ]

    @property
    def age(self) -> timedelta:
        """How long the oldest unacknowledged event has been on its way."""
        return timedelta() if self.left.oldest is None else self.now - self.left.oldest

    @property
    def needs_a_person(self) -> bool:
        return self.age > self.limit or bool(self.rejected) or self.known.halted is not None

    def as_json(self) -> dict[str, Any]:
        known = self.known
        return {
            "topic": known.topic,
            "given": self.given,
            "held_up_to": known.held_up_to,
            "highest": known.highest,
            "missing": [[gap.first, gap.last] for gap in known.missing],
            "waiting": list(known.waiting),
            "rejected": [{"number": each.number, "reason": each.reason} for each in self.rejected],
            "last_receipt": known.taken_at.isoformat() if known.taken_at else None,
            "unacknowledged": self.left.records,
            "oldest_seconds": round(self.age.total_seconds(), 1),
            "halted": known.halted,
            "needs_a_person": self.needs_a_person,
        }


@click.group(invoke_without_command=True)
@click.option(
    "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The agency's configuration (TOML)."
)
@json_option
@click.pass_context
def receipts(context: click.Context, config: Path | None, as_json: bool) -> None:
    """
    Show what the counterpart holds of our journals, lacks and rejected. 回执

    Exit 1 when an event is not acknowledged for longer than the agreement's limit of a gap, was rejected, or a journal
    is halted.
    """
    if context.invoked_subcommand is not None:
        return
    if config is None:
        raise click.UsageError("--config is missing: whose receipts?")
    with opened(config) as agency:
        found = JournalStanding.all_of(agency)
    if as_json:
        click.echo(json.dumps([each.as_json() for each in found]))
    else:
        show_list(Console(), _columns(found))
        for each in found:
            if each.known.halted is not None:
                click.echo(f"{each.known.topic} is halted 已停发: {each.known.halted}")
    context.exit(1 if any(each.needs_a_person for each in found) else 0)


@receipts.command()
@proof_options
@config_option
@click.option("--journal", required=True, metavar="TOPIC", help="As `receipts` names it.")
def resume(config: Path, journal: str, **given: Any) -> None:
    """Send a halted journal on, after both sides have found out why its receipts could not be true. 恢复发送"""
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.reconcile)
        with agency.store.transaction() as transaction:
            if not acknowledgements.resume(transaction, journal):
                raise CommandRefused(f"{journal} is not halted: see `clue-exchange receipts`")
    click.echo(f"{journal} is sent on 已恢复")


def _columns(found: Sequence[JournalStanding]) -> Sequence[Shown]:
    return (
        Shown("journal 日志", [each.known.topic for each in found], is_id=True),
        Shown("given\n已编号", [str(each.given) for each in found]),
        Shown("held up to\n对方已收至", [str(each.known.held_up_to) for each in found]),
        Shown("on the way\n未确认", [_on_the_way(each) for each in found]),
        Shown("missing\n对方缺号", ["\n".join(map(_said, each.known.missing)) for each in found]),
        Shown("waiting\n对方等待", [str(len(each.known.waiting) or "") for each in found], rank=2),
        Shown("rejected\n对方拒收", ["\n".join(f"{r.number} {r.reason}" for r in each.rejected) for each in found]),
        Shown("last receipt\n最近回执", [_moment(each.known.taken_at) for each in found], rank=1),
    )


def _on_the_way(standing: JournalStanding) -> str:
    if not standing.left.records:
        return ""
    return f"{standing.left.records}, {round(standing.age.total_seconds())} s"


def _said(gap: NumberRange) -> str:
    return str(gap.first) if gap.first == gap.last else f"{gap.first}–{gap.last}"  # a range


def _moment(moment: datetime | None) -> str:
    return "none yet 暂无" if moment is None else china_time(moment)

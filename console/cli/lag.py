"""
`clue-exchange lag`: what of the counterpart's journals is here, what is missing, and what Kafka must still be told.

Read from the agency's database alone: also where Kafka does not answer.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from clue_exchange.journal_stops import stopped
from clue_exchange.journals import OpenGap, Position, Stop, open_gaps, read_position
from clue_exchange.outbox import Depth
from clue_exchange.topics import topic_name
from clue_exchange.workdays import china_time
from console.cli.options import config_option, json_option, opened
from console.cli.tables import Shown, show_list
from console.wiring import Agency
from schemas.catalog import EVENT_FAMILIES, Family

OLDEST_MAX = timedelta(seconds=60)
"""An outbox that is older needs a person: the node does not run, or Kafka does not answer."""


@dataclass(frozen=True, slots=True)
class JournalLag:
    """
    One journal of the counterpart.

    Attributes:
        held_up_to: every number up to this one is here; None of a compacted journal, whose numbers say nothing.
        stopped: why it is not read on; None where it is.
    """

    position: Position
    held_up_to: int | None
    gaps: Sequence[OpenGap]
    stopped: Stop | None

    def as_json(self) -> dict[str, Any]:
        return {
            "topic": self.position.topic,
            "next_offset": self.position.next_offset,
            "held_up_to": self.held_up_to,
            "gaps": [{"first": gap.first, "last": gap.last, "since": gap.since.isoformat()} for gap in self.gaps],
            "stopped": self.stopped,
        }


@dataclass(frozen=True, slots=True)
class Lag:
    """Both ways of an agency, at one moment."""

    journals: Sequence[JournalLag]
    outbox: Depth
    now: datetime

    @classmethod
    def of(cls, agency: Agency) -> "Lag":
        counterpart = agency.settings.counterpart
        with agency.store.reading() as transaction:
            journals, stops = [], stopped(transaction)
            for family in (*EVENT_FAMILIES, Family.KEYS):
                position = read_position(transaction, topic_name(counterpart, family))
                held = None if family is Family.KEYS else position.held_up_to
                stop = stops[position.topic].reason if position.topic in stops else None
                journals.append(JournalLag(position, held, open_gaps(transaction, position.topic), stop))
            return cls(journals, agency.outbox.depth(transaction), agency.clock())

    @property
    def age(self) -> timedelta:
        """How long the oldest record of the outbox has waited."""
        return timedelta() if self.outbox.oldest is None else self.now - self.outbox.oldest

    @property
    def needs_a_person(self) -> bool:
        return self.age > OLDEST_MAX or any(journal.gaps or journal.stopped for journal in self.journals)


@click.command()
@config_option
@json_option
@click.pass_context
def lag(context: click.Context, config: Path, as_json: bool) -> None:
    """
    Show how far the counterpart's journals are here, what is missing, and what waits to be sent. 同步进度

    Exit 1 when a journal is stopped, numbers are missing, or the oldest record of the outbox has waited for more than
    60 seconds.
    """
    with opened(config) as agency:
        found = Lag.of(agency)
    seconds = round(found.age.total_seconds(), 1)
    if as_json:
        oldest = found.outbox.oldest.isoformat() if found.outbox.oldest else None
        outbox = {"records": found.outbox.records, "oldest": oldest, "age_seconds": seconds}
        told = {"journals": [journal.as_json() for journal in found.journals], "outbox": outbox}
        click.echo(json.dumps({**told, "needs_a_person": found.needs_a_person}))
    else:
        show_list(Console(), _columns(found.journals))
        waits = f"{found.outbox.records} records, the oldest since {seconds} s" if found.outbox.records else "empty 空"
        click.echo(f"outbox 待发送: {waits}")
    context.exit(1 if found.needs_a_person else 0)


def _columns(journals: Sequence[JournalLag]) -> Sequence[Shown]:
    return (
        Shown("journal 日志", [journal.position.topic for journal in journals], is_id=True),
        Shown("next offset\n下一位置", [str(journal.position.next_offset) for journal in journals]),
        Shown("held up to\n已收至", [str(journal.held_up_to or "") for journal in journals]),
        Shown("missing 缺号", ["\n".join(map(_said, journal.gaps)) for journal in journals]),
        Shown("stopped 已停", [journal.stopped or "" for journal in journals]),
    )


def _said(gap: OpenGap) -> str:
    numbers = str(gap.first) if gap.first == gap.last else f"{gap.first}–{gap.last}"  # a range
    return f"{numbers} since 自 {china_time(gap.since)}"

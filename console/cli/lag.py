"""
`clue-exchange lag`: how far the counterpart's journals are here, what is missing, and what Kafka must still be told.

Where Kafka does not answer it says so, and shows what the agency's database knows.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from clue_exchange import outbox_depth
from clue_exchange.errors import ExchangeError
from clue_exchange.journals import OpenGap, read_position
from clue_exchange.topics import topic_name
from clue_exchange.workdays import china_time
from console.cli.options import config_option, json_option, opened
from console.cli.tables import Shown, show_list
from console.wiring import RECEIVED, Agency
from consumers.lag.ends import JournalEnd
from consumers.lag.journal_lag import JournalLag, Lag, journal_lag


@click.command()
@config_option
@json_option
@click.pass_context
def lag(context: click.Context, config: Path, as_json: bool) -> None:
    """
    Show how far the counterpart's journals are here, what is missing, and what waits to be sent. 同步进度

    States as Burrow has them: OK; WARN, it falls behind; STOP, the node is silent; STALL, it does not move; REWIND, its
    position went back. Exit 1 at the last three, when a journal is stopped, when numbers are missing, when Kafka does
    not answer, or when the oldest record of the outbox has waited for more than 60 seconds.
    """
    with opened(config) as agency:
        found = _look(agency)
    if as_json:
        click.echo(json.dumps(_as_json(found)))
    else:
        _show(found)
    context.exit(1 if found.needs_a_person else 0)


def _look(agency: Agency) -> Lag:
    topics = [topic_name(agency.settings.counterpart, family) for family in RECEIVED]
    with agency.store.reading() as transaction:
        positions = {topic: read_position(transaction, topic).next_offset for topic in topics}
    kafka, ends = _asked(agency, positions)
    with agency.store.reading() as transaction:
        now = agency.clock()
        journals = [journal_lag(transaction, topic, ends, now) for topic in topics]
        return Lag(journals, outbox_depth.depth(transaction), kafka, now)


def _asked(agency: Agency, positions: Mapping[str, int]) -> tuple[str | None, Mapping[str, JournalEnd]]:
    """Why Kafka did not answer, and nothing; or nothing, and what it answered."""
    try:
        return None, agency.journal_ends().seen_from(positions)
    except ExchangeError as error:
        return str(error), {}


def _as_json(found: Lag) -> dict[str, Any]:
    oldest = found.outbox.oldest.isoformat() if found.outbox.oldest else None
    return {
        "journals": [_journal_as_json(journal) for journal in found.journals],
        "outbox": {"records": found.outbox.records, "oldest": oldest, "age_seconds": _seconds(found)},
        "kafka": "answers" if found.kafka is None else found.kafka,
        "needs_a_person": found.needs_a_person,
    }


def _journal_as_json(journal: JournalLag) -> dict[str, Any]:
    return {
        "topic": journal.position.topic,
        "state": journal.state,
        "next_offset": journal.position.next_offset,
        "end_offset": None if journal.end is None else journal.end.end_offset,
        "records_behind": journal.records_behind,
        "seconds_behind": journal.seconds_behind,
        "held_up_to": journal.held_up_to,
        "gaps": [{"first": gap.first, "last": gap.last, "since": gap.since.isoformat()} for gap in journal.gaps],
        "stopped": journal.stopped,
    }


def _seconds(found: Lag) -> float:
    return round(found.age.total_seconds(), 1)


def _show(found: Lag) -> None:
    show_list(Console(), _columns(found.journals))
    waits = f"{found.outbox.records} records, the oldest since {_seconds(found)} s"
    click.echo(f"outbox 待发送: {waits if found.outbox.records else 'empty 空'}")
    if found.kafka is not None:
        click.echo(
            f"Kafka does not say where the journals end; shown is what the node saw last. 未连上 Kafka: {found.kafka}"
        )


def _columns(journals: Sequence[JournalLag]) -> Sequence[Shown]:
    return (
        Shown("journal 日志", [journal.position.topic for journal in journals], is_id=True),
        Shown("state 状态", [_state(journal) for journal in journals]),
        Shown("behind\n落后", [_behind(journal) for journal in journals]),
        Shown("missing 缺号", ["\n".join(map(_said, journal.gaps)) for journal in journals]),
        Shown("stopped 已停", [journal.stopped or "" for journal in journals]),
        Shown("held up to\n已收至", [str(journal.held_up_to or "") for journal in journals], rank=1),
        Shown("next offset\n下一位置", [str(journal.position.next_offset) for journal in journals], rank=2),
        Shown("end\n末端", ["" if j.end is None else str(j.end.end_offset) for j in journals], rank=3),
    )


def _state(journal: JournalLag) -> str:
    if journal.end is not None and journal.end.is_out_of_range:
        return "OUT OF RANGE"
    return "?" if journal.state is None else str(journal.state)


def _behind(journal: JournalLag) -> str:
    if journal.records_behind is None:
        return "?"
    since = "" if not journal.seconds_behind else f", {journal.seconds_behind:g} s"
    return f"{journal.records_behind}{since}"


def _said(gap: OpenGap) -> str:
    numbers = str(gap.first) if gap.first == gap.last else f"{gap.first}–{gap.last}"  # a range
    return f"{numbers} since 自 {china_time(gap.since)}"

"""
`clue-exchange rebuild`: every clue folded afresh from its events; from the ledger, or from Kafka where it was lost.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from clue_exchange.errors import CommandRefused
from clue_exchange.logs import WARNING, json_log
from clue_exchange.people.permissions import LocalAct
from console import restoring
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.wiring import Agency
from consumers.rebuild import Rebuilt

Told = Callable[[int, int], None]


@click.command()
@config_option
@click.option("--from-kafka", is_flag=True, help="First read all topics of both parties again, from their beginning.")
@proof_options
@json_option
@click.pass_context
def rebuild(context: click.Context, /, config: Path, from_kafka: bool, as_json: bool, **given: Any) -> None:
    """
    Fold every clue afresh from its signed events, and put right what differs. 重建视图

    The old views are seen until the new ones take their place, at once. Exit 1 when a clue differed, or an event is
    damaged: `--from-kafka` gets that one again.

    After a database was lost, `--from-kafka` fills an empty one, while the node does not run. What the topics do not
    hold comes from the backup and the files: agreement, private keys, officers, access log, candidates, bytes of dead
    letters.
    """
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.rebuild)
        if from_kafka:
            _read_topics(agency)
        with _progress("clues 线索") as told:
            rebuilt = restoring.rebuild(agency).run(told)
    click.echo(json.dumps(_as_json(rebuilt)) if as_json else _in_words(rebuilt))
    context.exit(1 if rebuilt.differing or rebuilt.damaged else 0)


def _read_topics(agency: Agency) -> None:
    """
    Read all topics with the lease of the node.

    Raises:
        CommandRefused: a node of this agency works.
    """
    lease = agency.lease()
    if not lease.take():
        raise CommandRefused("a node of this agency works: stop it first, or let it read back by itself")
    try:
        restoring.rebuild(agency).discard_damaged()
        with _progress("records 记录") as told:

            def going_on(done: int, total: int) -> None:
                if not lease.take():
                    raise CommandRefused("a node of this agency was started meanwhile: stop it, and begin again")
                told(done, total)

            restoring.from_kafka(agency, json_log(sys.stderr, WARNING, agency=agency.settings.agency)).run(going_on)
    finally:
        lease.give_back()


@contextmanager
def _progress(what: str) -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _in_words(rebuilt: Rebuilt) -> str:
    lines = [
        f"{rebuilt.clues} clues folded afresh from {rebuilt.events} events 已重建",
        f"differing, put right 不一致、已更正: {len(rebuilt.differing)}",
        *(f"  {clue_id}" for clue_id in rebuilt.differing),
        f"damaged events 损坏事件: {len(rebuilt.damaged)}",
        *(f"  {each.topic} {each.number}, clue {each.clue_id}" for each in rebuilt.damaged),
    ]
    return "\n".join(lines)


def _as_json(rebuilt: Rebuilt) -> dict[str, Any]:
    damaged = [{"topic": d.topic, "number": d.number, "clue": str(d.clue_id)} for d in rebuilt.damaged]
    differing = [str(clue_id) for clue_id in rebuilt.differing]
    return {"clues": rebuilt.clues, "events": rebuilt.events, "differing": differing, "damaged": damaged}

"""
`clue-exchange reconcile`: both nodes compare what they hold, through Kafka; differences are named by clue and healed.
"""

import json
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import click
from rich.console import Console

from clue_exchange import reconciliations
from clue_exchange.errors import CommandRefused
from clue_exchange.people.permissions import LocalAct
from clue_exchange.reconciliations import Difference, Kind, Round
from clue_exchange.wake import watch
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.cli.tables import Shown, show_list
from console.wiring import Agency

CHINESE_KINDS = {
    Kind.lacking_there: "lacking there, sent again 对方缺失、已重发",
    Kind.lacking_here: "lacking here, the other side sends again 本方缺失、等待重发",
    Kind.own_lacking_here: "own events lacking here: restart the node, it reads them back 本方自有事件缺失、请重启节点",
    Kind.view_differs: "same events, another view: rebuild 视图不一致、请重建",
}

SECONDS = click.IntRange(1, 3600)


@click.command()
@config_option
@click.option(
    "--wait", "wait_seconds", type=click.IntRange(1, 3600), default=60, show_default=True, help="For the answer."
)
@proof_options
@json_option
@click.pass_context
def reconcile(context: click.Context, /, config: Path, wait_seconds: int, as_json: bool, **given: Any) -> None:
    """
    Compare with the other side what both hold; list the clues that differ and heal them. 对账

    Both nodes must run. What is on its way when both compare differs too: it is gone in the next round. Exit 1 when a
    clue differs, or not all days could be compared in one round: once more, then.
    """
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.reconcile)
        round_id = uuid4()
        with agency.store.transaction() as transaction:
            agency.reconciliation.ask(transaction, round_id)
        answered = _wait_for_answer(agency, round_id, wait_seconds)
        with agency.store.reading() as transaction:
            found = reconciliations.differences(transaction, round_id)
    if as_json:
        click.echo(json.dumps(_as_json(answered, found)))
    else:
        _show(answered, found)
    context.exit(1 if found or not answered.is_whole else 0)


def _wait_for_answer(agency: Agency, round_id: UUID, seconds: int) -> Round:
    """
    The round, once this side has compared.

    Raises:
        CommandRefused: no answer in time; it counts when it comes.
    """
    deadline = time.monotonic() + seconds
    with closing(watch(agency.store)) as commits:
        while True:
            with agency.store.reading() as transaction:
                known = reconciliations.read(transaction, round_id)
            if known is not None and known.answered_at is not None:
                return known
            if time.monotonic() > deadline:
                raise CommandRefused(f"no answer within {seconds} s: do both nodes run? see `lag`; ask again later")
            commits.wait(Event(), 0.2)


def _show(answered: Round, found: Sequence[Difference]) -> None:
    click.echo(
        f"{answered.days} days differ, {answered.clues} clues compared, {len(found)} of them differ "
        f"相差{answered.days}天、比对线索{answered.clues}条、不一致{len(found)}条"
    )
    if found:
        columns = (
            Shown("clue 线索", [str(each.clue_id) for each in found], is_id=True),
            Shown("here 本方", [_counts(each.here) for each in found]),
            Shown("there 对方", [_counts(each.there) for each in found]),
            Shown("what 情况", ["\n".join(CHINESE_KINDS[kind] for kind in each.kinds) for each in found]),
        )
        show_list(Console(), columns)
    if not answered.is_whole:
        click.echo("not all fits into one round: once more 未全部比对、请再次对账")


def _counts(held: Any) -> str:
    return " + ".join(f"{count} {party}" for party, count in held.items())


def _as_json(answered: Round, found: Sequence[Difference]) -> dict[str, Any]:
    told = {"round": str(answered.round), "days": answered.days, "clues": answered.clues, "is_whole": answered.is_whole}
    return {**told, "differences": [{**asdict(each), "clue_id": str(each.clue_id)} for each in found]}

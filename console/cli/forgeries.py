"""
`clue-exchange forgeries`: what stands in our own journals under our key and we did not write; and how it is settled.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from clue_exchange import forgeries as forged
from clue_exchange.errors import CommandRefused
from clue_exchange.forgeries import Forgery, Ruling
from clue_exchange.people.permissions import LocalAct
from clue_exchange.topics import topic_name
from clue_exchange.workdays import china_time
from console import restoring
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.cli.tables import Shown, show_list
from console.wiring import Agency
from consumers.settlement import Settled
from schemas.catalog import EVENT_FAMILIES, Family

HASH_DIGITS = 16
RULINGS = {
    None: "to be settled 待处置",
    Ruling.STANDS: "stands 有效",
    Ruling.REFUSED: "refused 无效",
    Ruling.FILLED: "filled 补号",
}


@click.group(invoke_without_command=True)
@click.option(
    "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The agency's configuration (TOML)."
)
@json_option
@click.pass_context
def forgeries(context: click.Context, config: Path | None, as_json: bool) -> None:
    """
    List the records in our own journals that our key signed and we did not write. 冒名记录

    Exit 1 when one of them is to be settled.
    """
    if context.invoked_subcommand is not None:
        return
    if config is None:
        raise click.UsageError("--config is missing: whose journals?")
    with opened(config) as agency, agency.store.reading() as transaction:
        found = forged.listed(transaction)
    if as_json:
        click.echo(json.dumps([_as_json(each) for each in found]))
    elif found:
        show_list(Console(), _columns(found))
    else:
        click.echo("none 无")
    context.exit(1 if any(each.ruling is None for each in found) else 0)


@forgeries.command()
@click.option("--journal", type=click.Choice([family.value for family in EVENT_FAMILIES]), required=True)
@config_option
@proof_options
@json_option
def settle(journal: str, config: Path, as_json: bool, **given: Any) -> None:
    """
    Settle them in one journal, while the node does not run; first revoke the stolen key. 处置冒名记录

    The first record under a number stands, for the other side has taken it in: it becomes part of our chain, by name,
    and our own event that had the number gets a later one. Any other record under the number is refused.
    """
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.settle_forgery)
        settled = _settled(agency, topic_name(agency.settings.agency, Family(journal)))
    if as_json:
        told: dict[str, Any] = {name: list(getattr(settled, name)) for name in ("moved", "filled")}
        told |= {name: [_as_json(each) for each in getattr(settled, name)] for name in ("stands", "refused")}
        click.echo(json.dumps({**told, "events": settled.events}))
        return
    click.echo(f"stand 有效: {_numbers(settled.stands)}; {settled.events} of them are events, part of their clues now")
    click.echo(f"refused 无效: {_numbers(settled.refused)}")
    click.echo(f"own events with a later number 改号: {', '.join(map(str, settled.moved)) or 'none 无'}")
    click.echo(f"skipped numbers that are filled 补号: {', '.join(map(str, settled.filled)) or 'none 无'}")
    click.echo("start the node, look at what stands, and put it right with the other side 请启动节点并与对方核对更正")


def _settled(agency: Agency, topic: str) -> Settled:
    """
    Settle with the lease of the node.

    Raises:
        CommandRefused: a node of this agency works, or there is nothing to settle.
    """
    lease = agency.lease()
    if not lease.take():
        raise CommandRefused("a node of this agency works: stop it first")
    try:
        return restoring.settlement(agency).run(topic)
    finally:
        lease.give_back()


def _numbers(found: Sequence[Forgery]) -> str:
    return ", ".join(f"{each.number} ({each.hash.hex()[:HASH_DIGITS]})" for each in found) or "none 无"


def _as_json(each: Forgery) -> dict[str, Any]:
    return {
        "topic": each.topic,
        "number": each.number,
        "hash": each.hash.hex(),
        "offset": each.offset,
        "since": each.noted_at.isoformat(),
        "ruling": each.ruling,
    }


def _columns(found: Sequence[Forgery]) -> Sequence[Shown]:
    return (
        Shown("journal 日志", [each.topic for each in found], is_id=True),
        Shown("number\n编号", [str(each.number) for each in found]),
        Shown("hash 哈希", [each.hash.hex()[:HASH_DIGITS] for each in found]),
        Shown("offset\n位置", [str(each.offset) for each in found], rank=1),
        Shown("since 自", [china_time(each.noted_at) for each in found]),
        Shown("ruling 处置", [RULINGS[each.ruling] for each in found]),
    )

"""
`clue-exchange dead-letters list | show | replay | dismiss`: what could not be taken in, and what a person makes of it.

Never their bytes, but for an officer who asks for them by name; these are sealed parts and identifiers, no clear text.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from clue_exchange.people.access_entries import Entry
from clue_exchange.people.permissions import LocalAct
from clue_exchange.workdays import china_time
from console.cli.options import config_option, json_option, opened
from console.cli.proving import (
    Command,
    Proof,
    optional_proof_options,
    permit_and_note,
    proof_options,
    prove,
    second_options,
)
from console.cli.tables import Shown, show_list
from console.dead_letter_words import BECAME, REASONS, RESOLUTIONS
from console.people import People
from consumers.dead_letters import DeadLetter
from consumers.replay import Replayed


class ListedByDefault(click.Group):
    """Lists where no subcommand is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_help = bool(args) and args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if is_help or (args and args[0] in self.commands) else ["list", *args])


LAST_OFFSET = 2**63 - 1


class PlaceParameter(click.ParamType[tuple[str, int]]):
    """Where a dead letter stood: `federation-110101.clues:7`."""

    name = "place"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        topic, _, offset = str(value).rpartition(":")
        if not topic or not offset.isdecimal() or int(offset) > LAST_OFFSET:
            self.fail("is not the place of a dead letter, such as federation-110101.clues:7", param, ctx)
        return topic, int(offset)


def place_argument(command: Command) -> Command:
    """Add the place of a dead letter to a command."""
    return click.argument("place", metavar="TOPIC:OFFSET", type=PlaceParameter())(command)


@click.group("dead-letters", cls=ListedByDefault)
def dead_letters() -> None:
    """List, show, replay and dismiss what could not be taken in. 死信"""


@dead_letters.command("list")
@config_option
@optional_proof_options
@json_option
@click.pass_context
def list_(context: click.Context, /, config: Path, as_json: bool, **given: Any) -> None:
    """
    List what could not be taken in: where it stood and why, never its content. 死信列表

    Exit 1 when one of them is neither replayed nor dismissed.
    """
    with opened(config) as agency:
        officer = Proof.taken_from(given).officer(agency.people.officers)
        if officer is not None:
            agency.people.log.permit(officer, LocalAct.see_dead_letters)
        with agency.store.reading() as transaction:
            letters = agency.dead_letters.listed(transaction)
        if officer is not None:
            agency.people.log.note(Entry.of(officer, LocalAct.see_dead_letters, hits=len(letters)))
    if as_json:
        click.echo(json.dumps([_as_json(letter) for letter in letters]))
    elif letters:
        show_list(Console(), _columns(letters))
    else:
        click.echo("no dead letters")
    context.exit(1 if any(letter.resolution is None for letter in letters) else 0)


@dead_letters.command()
@place_argument
@config_option
@proof_options
@click.option("--bytes", "with_bytes", is_flag=True, help="The record's value in hex, too.")
@json_option
def show(place: tuple[str, int], config: Path, with_bytes: bool, as_json: bool, **given: Any) -> None:
    """Show one dead letter: reason, place, hash and size; the look is logged. 查看死信"""
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.see_dead_letters)
        with agency.store.reading() as transaction:
            letter = agency.replay().found(transaction, *place)
            value = agency.dead_letters.record(transaction, letter).value if with_bytes else None
    told = _as_json(letter) | ({"bytes": (value or b"").hex()} if with_bytes else {})
    if as_json:
        click.echo(json.dumps(told))
        return
    for name, said in {**told, "reason": f"{letter.reason} {REASONS[letter.reason]}"}.items():
        click.echo(f"{name}: {'' if said is None else said}")


@dead_letters.command()
@place_argument
@config_option
@click.option("--really", is_flag=True, help="Do it; without it only what would happen is told.")
@proof_options
@second_options
@json_option
@click.pass_context
def replay(
    context: click.Context, /, place: tuple[str, int], config: Path, really: bool, as_json: bool, **given: Any
) -> None:
    """
    Read a dead letter once more, as if it arrived now; two officers. 重放死信

    What would happen is told; with --really it happens. Only what was never reported to its sender as rejected: a
    record under a spoofed header or record key, one whose signing key came later, a tombstone that came too early.
    Exit 1 when it stays a dead letter.
    """
    with opened(config) as agency:
        _permit_replay(agency.people, Proof.taken_from(given), is_trial=not really)
        replays = agency.replay()
        replayed = replays.replay(*place) if really else replays.try_out(*place)
    if as_json:
        click.echo(json.dumps({**_as_json(replayed.letter), "became": replayed.became, "really": really}))
    else:
        click.echo(_in_words(replayed) + ("" if really else " (nothing was changed: --really does it 未作更改)"))
    context.exit(1 if replayed.became is None else 0)


@dead_letters.command()
@place_argument
@config_option
@proof_options
def dismiss(place: tuple[str, int], config: Path, **given: Any) -> None:
    """Note that a person has looked and nothing is left to do; it stays listed. 死信已处理"""
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.dismiss_dead_letter)
        letter = agency.replay().dismiss(*place)
    click.echo(f"{letter.name}: dismissed 已处理")


def _permit_replay(people: People, proof: Proof, is_trial: bool) -> None:
    officer, second = prove(proof, people.officers), proof.second(people.officers)
    people.log.permit(officer, LocalAct.see_dead_letters if is_trial else LocalAct.replay, second=second)
    other = None if second is None else second.officer_id
    people.log.note(Entry.of(officer, LocalAct.see_dead_letters if is_trial else LocalAct.replay, other=other))


def _in_words(replayed: Replayed) -> str:
    name = replayed.letter.name
    if replayed.became is None:
        reason = replayed.reason or replayed.letter.reason
        return f"{name}: stays a dead letter 仍为死信: {reason} {REASONS[reason]}"
    return f"{name}: {replayed.became} {BECAME[replayed.became]}"


def _as_json(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.name,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "number": letter.number,
        "reason": letter.reason,
        "is_alert": letter.is_alert,
        "sha256": letter.sha256.hex(),
        "size": letter.size,
        "noted_at": letter.noted_at.isoformat(),
        "resolution": letter.resolution,
        "resolved_at": None if letter.resolved_at is None else letter.resolved_at.isoformat(),
    }


def _columns(letters: Sequence[DeadLetter]) -> Sequence[Shown]:
    return (
        Shown("dead letter 死信", [letter.name for letter in letters], is_id=True),
        Shown("!", ["!" if letter.is_alert else "" for letter in letters]),
        Shown("reason 原因", [f"{letter.reason} {REASONS[letter.reason].zh}" for letter in letters]),
        Shown("number\n编号", ["" if each.number is None else str(each.number) for each in letters], rank=2),
        Shown("since 自", [china_time(letter.noted_at) for letter in letters], rank=1),
        Shown(
            "resolved 处理", ["" if each.resolution is None else RESOLUTIONS[each.resolution].zh for each in letters]
        ),
    )

"""
`clue-exchange mappings`: the column mappings that registers are read by, the program's and the saved ones.
"""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from clue_exchange.people.permissions import LocalAct
from clue_exchange.store import Store
from console.cli.defaulting import Defaulting
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.cli.tables import Shown, show_list
from producers.intake import IntakeReport, RegisterMapping, bundled_mappings
from producers.intake.mapping import SavedMapping
from producers.saved_mappings import remove, saved, saved_as


@click.group(cls=Defaulting, default="list")
def mappings() -> None:
    """List the column mappings of registers; show or remove one that was saved. 列对应"""


@mappings.command("list")
@config_option
@json_option
def list_mappings(config: Path, as_json: bool) -> None:
    """List the mappings that intake tries, those that were saved first. 列对应"""
    with opened(config) as agency, agency.store.reading() as transaction:
        known: list[RegisterMapping] = [*saved(transaction), *bundled_mappings()]
    if as_json:
        click.echo(json.dumps([_told(mapping) for mapping in known], ensure_ascii=False))
        return
    rows = [_told(mapping) for mapping in known]
    show_list(
        Console(),
        (
            Shown("name 名称", [row["name"] for row in rows], is_id=True),
            Shown("register of 登记方", [row["role"] for row in rows]),
            Shown("saved 保存于", [row["saved_at"] or "with the program 程序自带" for row in rows]),
            Shown("by 保存人", [row["saved_by"] or "" for row in rows], rank=2),
            Shown("tables 表", [", ".join(row["tables"]) for row in rows], rank=1),
        ),
    )


@mappings.command("show")
@click.argument("name")
@config_option
def show(name: str, config: Path) -> None:
    """Show a saved mapping whole: which header means which field, which word which source. 查看列对应"""
    with opened(config) as agency, agency.store.reading() as transaction:
        mapping = saved_as(transaction, name)
    told = mapping.model_dump(mode="json", exclude_defaults=True)
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


@mappings.command("remove")
@click.argument("name")
@config_option
@proof_options
def remove_mapping(name: str, config: Path, **given: Any) -> None:
    """Remove a saved mapping; what came through it stays. 删除列对应"""
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.intake)
        with agency.store.transaction() as transaction:
            remove(transaction, name)
    click.echo(f"removed 已删除: {name}")


def say_which_was_used(report: IntakeReport, store: Store, console: Console) -> None:
    """Say that a saved mapping was used, whose it is and from when."""
    for name in report.saved_mappings:
        with store.reading() as transaction:
            mapping = saved_as(transaction, name)
        when = f"{mapping.saved_at:%Y-%m-%d}, {mapping.saved_by}"
        console.print(f"saved mapping used 已按保存的列对应导入: {name} ({when})", highlight=False)


def _told(mapping: RegisterMapping) -> dict[str, Any]:
    kept = mapping if isinstance(mapping, SavedMapping) else None
    return {
        "name": mapping.name,
        "role": mapping.role,
        "tables": [table.name for table in mapping.tables],
        "saved_at": kept and f"{kept.saved_at:%Y-%m-%d %H:%M}",
        "saved_by": kept and kept.saved_by,
    }

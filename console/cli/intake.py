"""
`clue-exchange intake | candidates`: a register becomes candidates; what awaits a person, facts alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from clue_exchange.clock import Clock
from clue_exchange.people.permissions import LocalAct, Officer
from clue_exchange.store import Store
from console.cli.correcting import correct
from console.cli.defaulting import Defaulting
from console.cli.handing_over import hand_over_by
from console.cli.intake_report import show_report
from console.cli.looking import looking, shown_to
from console.cli.mappings import say_which_was_used
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.cli.tables import Shown, show_list
from console.wiring import Agency
from producers.candidate import Candidate, CandidateStatus, Facts
from producers.candidates import Candidates
from producers.intake import IntakeReport, RegisterMapping, bundled_mappings, load_mapping, take_in
from producers.intake.take_in import Screens
from producers.saved_mappings import save, saved, saved_as
from producers.screening import Screener

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@config_option
@click.option("--mapping", type=_FILE, help="A column mapping (TOML); by default the one that fits the header.")
@click.option("--save-mapping", is_flag=True, help="Keep it under its name, to be used by itself from then on.")
@click.option(
    "--saved", "saved_name", metavar="NAME", help="Use this saved mapping and no other: see `clue-exchange mappings`."
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here.")
@proof_options
def intake(
    file: Path,
    config: Path,
    mapping: Path | None,
    save_mapping: bool,
    saved_name: str | None,
    json_file: Path | None,
    **given: Any,
) -> None:
    """
    Take in a register (csv, xlsx): screen it, keep candidates, account for every row. 登记台账导入

    Exit 0 when every row is accounted for, also where some are refused; 1 when the file cannot be read.
    """
    if mapping and saved_name:
        raise click.UsageError("either a file or a saved mapping: --mapping or --saved")
    if save_mapping and not mapping:
        raise click.UsageError("say which mapping is to be saved: --mapping FILE")
    console = Console()
    with opened(config) as agency:
        officer = permit_and_note(agency.people, Proof.taken_from(given), LocalAct.intake)
        chosen = _chosen(mapping, saved_name, agency.store)
        report = run_intake(file, chosen, agency.store, agency.candidates(), Screener.load(), agency.clock, console)
        say_which_was_used(report, agency.store, console)
        if save_mapping:
            _save(chosen[0], agency, officer, console)
    if json_file is not None:
        json_file.write_text(report.to_json() + "\n", encoding="utf-8")
    show_report(report, console)


@click.group(cls=Defaulting, default="list")
def candidates() -> None:
    """List the candidates that await a person; correct what screening said of one. 待审候选线索"""


candidates.add_command(correct)


@candidates.command("list")
@config_option
@click.option("--all", "everything", is_flag=True, help="Those decided on and those screened out too.")
@proof_options
@json_option
def list_candidates(config: Path, everything: bool, as_json: bool, **given: Any) -> None:
    """List the candidates that await a person; facts alone, and the look is logged. 待审候选线索"""
    with opened(config) as agency:
        officer = looking(agency.people, Proof.taken_from(given), LocalAct.list_candidates)
        found = agency.candidates().list(None if everything else CandidateStatus.awaiting)
        rows = shown_to(agency.people, officer, LocalAct.list_candidates, found)
        last_days = hand_over_by(agency, rows)
    if as_json:
        told = [{**_flat(row), "hand_over_by": last_days.get(row.candidate_id)} for row in rows]
        click.echo(json.dumps(told, default=str, ensure_ascii=False))
    else:
        show_list(Console(), _columns(rows, last_days))


def _chosen(mapping: Path | None, name: str | None, store: Store) -> Sequence[RegisterMapping]:
    """The mapping of a file, or the saved one of this name, or all that are known."""
    if mapping:
        return (load_mapping(mapping),)
    with store.reading() as transaction:
        return (saved_as(transaction, name),) if name else (*saved(transaction), *bundled_mappings())


def _save(mapping: RegisterMapping, agency: Agency, officer: Officer, console: Console) -> None:
    with agency.store.transaction() as transaction:
        save(transaction, mapping, officer.officer_id, agency.clock())
    told = "from now on it is used by itself for these headers 列对应已保存,今后遇到同样的表头自动使用"
    console.print(f"mapping saved as {mapping.name}: {told}", highlight=False)


def run_intake(
    file: Path,
    mappings: Sequence[RegisterMapping],
    store: Store,
    kept: Candidates,
    screener: Screens,
    clock: Clock,
    console: Console,
) -> IntakeReport:
    """
    Take in a register under a progress bar; the report is not printed.

    Raises:
        FileRefused: the file cannot be read, or not beyond a row.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("rows 行")

        def progress(read: int, expected: int) -> None:
            bar.update(task, completed=read, total=max(read, expected))

        return take_in(file, mappings, kept, store, screener, clock, progress)


def _flat(row: Candidate) -> dict[str, Any]:
    whole = asdict(row)
    return {**whole.pop("facts"), **whole}


def _columns(rows: Sequence[Candidate], last_days: Mapping[UUID, date]) -> Sequence[Shown]:
    all_facts = [row.facts for row in rows]
    columns = (
        Shown("candidate 候选", [str(facts.candidate_id) for facts in all_facts], is_id=True),
        Shown("!急", ["!" if facts.urgent else "" for facts in all_facts]),
        Shown("date 日期", [str(facts.received_on or "") for facts in all_facts]),
        Shown("hand over by\n移送期限", [str(last_days.get(row.candidate_id, "")) for row in rows], rank=2),
        Shown("groups\n类别", [", ".join(facts.categories) for facts in all_facts]),
        Shown("source\n来源", [facts.source for facts in all_facts], rank=1),
        Shown("status 状态", [row.status for row in rows], rank=3),
        Shown("same person\n同一人", [str(len(facts.same_person_as) or "") for facts in all_facts], rank=4),
        Shown("labels 标签", [", ".join(facts.labels) for facts in all_facts], rank=5),
        Shown("row 行", [_place(facts) for facts in all_facts], rank=6),
    )
    all_wait = all(row.status is CandidateStatus.awaiting for row in rows)
    return [column for column in columns if not (all_wait and column.heading.startswith("status"))]


def _place(facts: Facts) -> str:
    return " ".join(filter(None, (facts.register, facts.sheet, str(facts.row_number))))

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
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from clue_exchange.clock import Clock
from clue_exchange.people.permissions import LocalAct
from clue_exchange.store import Store
from console.cli.correcting import correct
from console.cli.defaulting import Defaulting
from console.cli.handing_over import hand_over_by
from console.cli.looking import looking, shown_to
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.cli.tables import Shown, show_list
from producers.candidate import Candidate, CandidateStatus, Facts
from producers.candidates import Candidates
from producers.intake import IntakeReport, bundled_mappings, load_mapping, take_in
from producers.intake.flags import NORMALISED
from producers.intake.take_in import Screens
from producers.screening import Screener

REFUSED_SHOWN_MAX = 50
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@config_option
@click.option("--mapping", type=_FILE, help="A column mapping (TOML); by default the one that fits the header.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here.")
@proof_options
def intake(file: Path, config: Path, mapping: Path | None, json_file: Path | None, **given: Any) -> None:
    """
    Take in a register (csv, xlsx): screen it, keep candidates, account for every row. 登记台账导入

    Exit 0 when every row is accounted for, also where some are refused; 1 when the file cannot be read.
    """
    console = Console()
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.intake)
        report = run_intake(
            file,
            mapping,
            agency.store,
            agency.candidates(),
            Screener.load(),
            agency.clock,
            console,
        )
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


def run_intake(
    file: Path,
    mapping: Path | None,
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
        MappingInvalid: the mapping file cannot be used.
    """
    mappings = (load_mapping(mapping),) if mapping else bundled_mappings()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("rows 行")

        def progress(read: int, expected: int) -> None:
            bar.update(task, completed=read, total=max(read, expected))

        return take_in(file, mappings, kept, store, screener, clock, progress)


def show_report(report: IntakeReport, console: Console) -> None:
    """What became of every row, for the clerk; refused rows with their reasons."""
    table = Table("", "rows 行", title=escape(f"{report.register} · {report.encoding} · {', '.join(report.mappings)}"))
    for label, count in _lines(report):
        table.add_row(label, str(count))
    for group in (_flag_lines(report), _normalised_lines(report)):
        if group:
            table.add_section()
        for label, count in group:
            table.add_row(label, str(count))
    console.print(table)
    if report.refused:
        console.print(_refused_table(report))


def _lines(report: IntakeReport) -> Sequence[tuple[str, int]]:
    return (
        ("read 读入", report.rows_read),
        ("title, header, blank 标题、表头、空行", report.titles + report.headers + report.blank),
        ("taken 新收", report.taken),
        ("repeated, no effect 已收过", report.repeated),
        ("refused 未收", len(report.refused)),
        ("candidates awaiting a person 待人工审查", report.awaiting),
        ("  of these urgent 其中紧急", report.urgent),
        ("no sign found, kept 未发现线索,留存", report.screened_out),
        ("may be of the same person as another row 疑似同一人", report.linked),
    )


def _flag_lines(report: IntakeReport) -> Sequence[tuple[str, int]]:
    return [(f"flag 标记 {flag}", count) for flag, count in report.flags.items() if not flag.startswith(NORMALISED)]


def _normalised_lines(report: IntakeReport) -> Sequence[tuple[str, int]]:
    return [(f"brought into normal form 规范写法 {field}", count) for field, count in report.normalised.items()]


def _refused_table(report: IntakeReport) -> Table:
    table = Table("sheet 表", "row 行", "column 列", "code 代码", "why 原因", title="refused rows 未收的行")
    for row in report.refused[:REFUSED_SHOWN_MAX]:
        why = f"{row.sentence.zh} {row.sentence.en}" + (f" ({row.detail})" if row.detail else "")
        table.add_row(escape(row.sheet or ""), str(row.row), row.header or "", row.reason, escape(why))
    if len(report.refused) > REFUSED_SHOWN_MAX:
        table.caption = f"and {len(report.refused) - REFUSED_SHOWN_MAX} more: see --json 其余见 --json"
    return table


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

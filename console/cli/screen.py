"""
`clue-exchange screen`: screening alone, of any table with a column of narratives. No node, no Kafka, no database.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from console.cli.correcting import evaluate
from console.cli.defaulting import Defaulting
from console.words import NONE
from producers.intake.narratives import Narrative, find_narratives
from producers.intake.sheets import open_sheets
from producers.screening import Screener, Screening

ROWS_SHOWN_MAX = 100
PASSAGES_SHOWN_MAX = 3
PROGRESS_EVERY = 100


@dataclass
class _Counts:
    rows: int = 0
    with_label: int = 0
    urgent: int = 0
    unreadable: int = 0


@click.group(cls=Defaulting, default="file")
def screen() -> None:
    """Screen the narratives of a table (csv, xlsx): labels, urgency, evidence; or evaluate screening. 筛查文本"""


screen.add_command(evaluate)


@screen.command("file")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", help="The header of the narratives; by default the usual ones are looked for.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write every row's answer here."
)
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of rules instead of those that come with the program.",
)
def screen_file(file: Path, column: str | None, json_file: Path | None, rules: Path | None) -> None:
    """
    Screen the narratives of a table (csv, xlsx): labels, urgency, evidence. 筛查文本

    A proposal for a person; nothing is stored. Rows are numbered as a spreadsheet shows them.
    """
    console = Console()
    screener, counts = Screener.load(rules), _Counts()
    table = Table("row 行", "!急", "labels 标签", "evidence 依据", show_edge=False, pad_edge=False)
    with open_sheets(file) as sheets, _answers_to(json_file) as write:
        narratives = find_narratives(sheets, column)
        for narrative in _shown_progress(narratives, narratives.rows_expected, console):
            screening = screener.screen(narrative.text)
            _count(counts, narrative, screening)
            write(_answer(narrative, screening))
            if (screening.labels or screening.urgent) and table.row_count < ROWS_SHOWN_MAX:
                table.add_row(*map(escape, _cells(narrative, screening)))
    if json_file is None:
        console.print(table if table.row_count else NONE)
    _show(counts, table.row_count if json_file is None else 0, console)


def _shown_progress(narratives: Iterable[Narrative], expected: int, console: Console) -> Iterator[Narrative]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("rows 行", total=expected)
        for read, narrative in enumerate(narratives, start=1):
            if read % PROGRESS_EVERY == 0:
                bar.update(task, completed=read, total=max(read, expected))
            yield narrative


@contextmanager
def _answers_to(path: Path | None) -> Iterator[Any]:
    """A file of JSON that grows row by row and takes its name when it is whole."""
    if path is None:
        yield lambda _answer: None
        return
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[")
        yield _Writer(file).write
        file.write("\n]\n")
    unfinished.replace(path)


class _Writer:
    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._separator = "\n"

    def write(self, answer: dict[str, Any]) -> None:
        self._file.write(self._separator + json.dumps(answer, ensure_ascii=False))
        self._separator = ",\n"


def _answer(narrative: Narrative, screening: Screening) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "row": narrative.row,
        "labels": list(screening.labels),
        "urgent": screening.urgent,
        "evidence": [
            {"label": found.label, "start": found.start, "end": found.end, "text": found.text}
            for found in screening.evidence
        ],
        "urgent_evidence": [
            {"start": found.start, "end": found.end, "text": found.text} for found in screening.urgent_evidence
        ],
        "against": [
            {"label": spoke.label, "kind": spoke.kind, "start": spoke.start, "end": spoke.end, "text": spoke.text}
            for spoke in screening.objections
        ],
    }
    if narrative.sheet is not None:
        answer["sheet"] = narrative.sheet
    if narrative.fault is not None:
        answer["unreadable"] = narrative.fault
    return answer


def _cells(narrative: Narrative, screening: Screening) -> tuple[str, str, str, str]:
    passages = [found.text for found in screening.evidence] + [found.text for found in screening.urgent_evidence]
    place = " ".join(filter(None, (narrative.sheet, str(narrative.row))))
    told = " … ".join(dict.fromkeys(passage.replace("\n", " ") for passage in passages[:PASSAGES_SHOWN_MAX]))
    return place, "!" if screening.urgent else "", ", ".join(screening.labels), told


def _count(counts: _Counts, narrative: Narrative, screening: Screening) -> None:
    counts.rows += 1
    counts.with_label += bool(screening.labels)
    counts.urgent += screening.urgent
    counts.unreadable += narrative.fault is not None


def _show(counts: _Counts, shown: int, console: Console) -> None:
    console.print(
        f"{counts.rows} rows 行 · {counts.with_label} with a label 有标签 · {counts.urgent} urgent 紧急"
        f" · {counts.unreadable} unreadable 无法读取"
    )
    if shown == ROWS_SHOWN_MAX:
        console.print(f"the first {shown} rows with a sign are shown: see --json 其余见 --json", style="dim")

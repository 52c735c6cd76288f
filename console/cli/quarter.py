"""
`clue-exchange quarter`: three months of a county in seconds, and their monthly packs to look at.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from console.cli.monthly_pack import pack_of, rendered
from console.demo.quarter import quarter as quarter_of
from console.demo.quarter_script import CLUES, FIRST_DAY, LAST_DAY, Script
from console.wiring import Agency
from consumers.statistics.periods import Month

MONTHS = (Month(2026, 1), Month(2026, 2), Month(2026, 3))


@click.command("quarter")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("build/quarter"), show_default=True
)
@click.option("--region", default="110101", show_default=True, metavar="CODE", help="Six digits.")
@click.option("--seed", default=2026, show_default=True, help="Another one gives another quarter.")
@click.option("--clues", type=click.IntRange(1, 5_000), default=CLUES, show_default=True)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the numbers here.")
def quarter(folder: Path, region: str, seed: int, clues: int, json_file: Path | None) -> None:
    """
    Play 300 clues of a county over a quarter of 2026 on a real Kafka, and write the monthly packs. 演示一个季度

    The days are scripted, everything else is as in a node. Each agency makes the packs from its own ledger.
    """
    console, began = Console(), time.monotonic()
    with quarter_of(
        folder, region, Script(seed, clues), papers, lambda line: console.print(f"[dim]{line}[/dim]")
    ) as running:
        with Progress(console=console) as progress:
            task = progress.add_task("days 工作日", total=(LAST_DAY - FIRST_DAY).days)
            running.play(lambda day: progress.update(task, completed=(day - FIRST_DAY).days))
        ours, theirs = running.end().values()
    (folder / "packs").mkdir()
    for name, data in ours.papers.items():
        (folder / "packs" / name).write_bytes(data)
    told: dict[str, Any] = {
        "seconds": round(time.monotonic() - began, 1),
        "clues": len(ours.digests),
        "events": running.issued,
        "equal": ours == theirs,
        "packs": [str(folder / "packs" / name) for name in ours.papers],
    }
    if json_file is not None:
        json_file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    console.print(
        f"{told['clues']} clues, {told['events']} events, {told['seconds']} s; "
        f"both sides equal 双方一致: {'yes 是' if told['equal'] else 'NO 否'}"
    )
    console.print("\n".join(told["packs"]), soft_wrap=True)
    if ours != theirs:
        raise click.ClickException("the two sides do not see the same: this must never happen; please report it")


def papers(agency: Agency) -> Mapping[str, bytes]:
    """The papers of each month, by file name, as this agency's ledger has them."""
    return {name: data for month in MONTHS for name, data in rendered(pack_of(agency, month)).items()}

"""
`clue-exchange quarter`: three months of a county in seconds, and their monthly packs to look at.
"""

import json
import time
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from clue_exchange.workdays import PublishedCalendar
from console.cli.monthly_pack import pack_of, write_pack
from console.demo.quarter import digests, play_quarter
from console.demo.quarter import quarter as quarter_of
from console.demo.quarter_script import CLUES, FIRST_DAY, LAST_DAY, plan_quarter
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
    with quarter_of(folder, region, lambda line: console.print(f"[dim]{line}[/dim]")) as running:
        with Progress(console=console) as progress:
            task = progress.add_task("days 工作日", total=(LAST_DAY - FIRST_DAY).days)
            play_quarter(
                running,
                lambda days: plan_quarter(seed, days, clues),
                PublishedCalendar().is_workday,
                lambda day: progress.update(task, completed=(day - FIRST_DAY).days),
            )
        running.clock.to(date(2026, 4, 1))
        packs = [[pack_of(agency, month) for month in MONTHS] for agency in running.agencies.values()]
        ours, theirs = digests(running)
    files = [str(file) for made in packs[0] for file in write_pack(folder / "packs", made)]
    equal = ours == theirs and [made.hash for made in packs[0]] == [made.hash for made in packs[1]]
    told = {
        "seconds": round(time.monotonic() - began, 1),
        "clues": len(ours),
        "events": running.issued,
        "equal": equal,
        "packs": files,
    }
    if json_file is not None:
        json_file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    console.print(
        f"{told['clues']} clues, {told['events']} events, {told['seconds']} s; "
        f"both sides equal 双方一致: {'yes 是' if equal else 'NO 否'}"
    )
    console.print("\n".join(files), soft_wrap=True)
    if not equal:
        raise click.ClickException("the two sides do not see the same: this must never happen; please report it")

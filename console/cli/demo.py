"""
`clue-exchange demo`: the whole cooperation of a county, before one's eyes.
"""

import json
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.cells import set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from console.demo.county import County, county
from console.demo.figures import figures, shortfalls
from console.demo.onlooker import ONLOOKER
from console.demo.scenario import play
from console.words import CHINESE_STATES
from schemas.codes import Role
from schemas.view import State

REGISTERS = Path("examples/data")


@click.command()
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here.")
@click.option(
    "--serve", is_flag=True, help="Keep broker and nodes running until Ctrl-C, or until the terminal is closed."
)
@click.option("--bootstrap", metavar="HOST:PORT", help="Use this broker instead of an embedded one.")
@click.option(
    "--region", default="110101", show_default=True, metavar="CODE", help="Six digits, for the agencies' names."
)
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("build/demo"), show_default=True
)
@click.option(
    "--registers",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=REGISTERS,
    show_default=True,
    help="The folder with the two sample registers.",
)
def demo(
    json_file: Path | None, serve: bool, bootstrap: str | None, region: str, folder: Path, registers: Path
) -> None:
    """
    Show the whole cooperation of a county: two node processes on a real Kafka, both registers taken in, scripted
    officers on both sides. Ends with what each side sees. 演示一个县的全部协作过程
    """
    started = time.monotonic()
    console = Console()
    _stop_all_on_signals()
    with county(folder, region, bootstrap, lambda line: console.print(f"[dim]{line}[/dim]")) as running:
        with _progress(console) as progress:
            played = play(running, registers, progress)
        logs = {role: running.nodes[role].log_lines() for role in Role}
        measured = figures(running.agencies, logs, played)
        measured = {"seconds": round(time.monotonic() - started, 1), **measured}
        if json_file is not None:
            json_file.write_text(json.dumps(measured, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        _report(console, measured)
        if serve:
            _serve(console, running)
    if missing := shortfalls(measured):
        raise click.ClickException("; ".join(missing))


def _stop_all_on_signals() -> None:
    """SIGTERM, and a terminal that is closed, stop broker and nodes as Ctrl-C does; `nohup` stays in force."""
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) != signal.SIG_IGN]

    def stop(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)  # a second one must not interrupt the stopping
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, stop)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _report(console: Console, measured: dict[str, Any]) -> None:
    table = Table("state 状态", "federation 妇联", "procuratorate 检察院", title="clues by state 各状态线索数")
    ours, theirs = measured["clues"][Role.federation], measured["clues"][Role.procuratorate]
    for state in State:
        if state in ours or state in theirs:
            table.add_row(f"{state} {CHINESE_STATES[state]}", str(ours.get(state, 0)), str(theirs.get(state, 0)))
    table.add_section()
    table.add_row("total 合计", str(sum(ours.values())), str(sum(theirs.values())))
    console.print(table)
    console.print(_lines(measured), soft_wrap=True)


def _lines(measured: dict[str, Any]) -> str:
    handover, outage = (
        ", ".join(f"{name} {value} ms" for name, value in measured[key].items())
        for key in ("handover_ms", "handover_across_outage_ms")
    )
    both = {
        name: " / ".join(str(measured[name][role]) for role in Role)
        for name in ("events_applied", "void", "waiting", "unacknowledged")
    }
    lines: Sequence[tuple[str, object]] = (
        ("register rows read, refused 登记行", f"{measured['rows_read']}, {measured['rows_refused']}"),
        ("candidates found 候选线索", measured["candidates"]),
        ("events published 发布事件", measured["events_published"]),
        ("applied, each side 已生效", both["events_applied"]),
        ("void, as scripted 无效(交叉)", f"{both['void']} (scripted {measured['void_scripted']})"),
        ("waiting 等待", both["waiting"]),
        ("dead letters 死信", measured["dead_letters"]),
        ("without a receipt 未确认", both["unacknowledged"]),
        ("handover 传递时间", handover),
        ("across a node's outage 节点停机期间", outage),
        ("both views equal 双方一致", "yes 是" if measured["views_equal"] else "NO 否"),
        ("seconds 用时", measured["seconds"]),
    )
    return "\n".join(f"{set_cell_size(name, 36)}{value}" for name, value in lines)


def _serve(console: Console, running: County) -> None:
    for role in Role:
        agency = running.agencies[role].settings.agency
        proof = f"--as {ONLOOKER} --passphrase-file {running.folder / f'{agency}.passphrase'}"
        console.print(f"{role}: clue-exchange clues --config {running.nodes[role].config} {proof}", soft_wrap=True)
    console.print(f"Kafka on {running.bootstrap}; Ctrl-C stops everything. 按 Ctrl-C 结束")
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("stopping 停止")

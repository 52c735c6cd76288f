"""
What became of every row of a register, as the clerk reads it.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from producers.intake import IntakeReport
from producers.intake.flags import NORMALISED

REFUSED_SHOWN_MAX = 50


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

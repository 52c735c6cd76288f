"""
The monthly pack as a workbook: the same numbers, to be reckoned with.

No cell is a formula, whatever its text begins with; the file holds no moment but the month's last day, so the same
content gives the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeAlias

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from console.figure_words import COLUMNS, line_in_words
from console.pack.charted import FEN_A_YUAN
from console.pack.headlines import headlines
from console.pack.words import (
    AGENDA,
    PARTIES,
    codes_in_words,
    lesson_in_words,
    meeting_in_words,
    month_in_words,
    state_in_words,
)
from consumers.monthly_pack.content import Pack
from consumers.statistics.lines import Figure

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = Sequence[Cell]
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
BOLD = Font(bold=True)
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(?=<)")


STARTERS = tuple("=+-@\t\r＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula, in narrow and in full width."""


def sheet(pack: Pack) -> bytes:
    """The workbook."""
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    _fill(book.create_sheet("概况"), _overview(pack), heads=())
    _fill(book.create_sheet("会商事项"), _agenda(pack))
    _fill(book.create_sheet("经验"), [("中文", "English"), *map(lesson_in_words, pack.lessons)])
    for figure in pack.figures:
        _fill(book.create_sheet(figure.formula.key), _figure(figure), heads=(1, 5))
    _fill(book.create_sheet("各月"), _series(pack))
    kept = io.BytesIO()
    book.save(kept)
    return pinned(kept.getvalue(), pack.month.last)


def _fill(page: Worksheet, rows: Iterable[Row], heads: Sequence[int] = (1,)) -> None:
    widest: dict[int, int] = {}
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = page.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # openpyxl takes a text that begins with = for a formula
                cell.quotePrefix = value.startswith(STARTERS)
            if number in heads:
                cell.font = BOLD
            widest[column] = max(widest.get(column, 8), min(60, _width(value)))
    for column, width in widest.items():
        page.column_dimensions[get_column_letter(column)].width = width + 2
    page.freeze_panes = f"A{max(heads, default=0) + 1}"


def _width(value: Cell) -> int:
    text = str(value)
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def _overview(pack: Pack) -> list[Row]:
    told = [(each.zh, each.number, each.en) for each in headlines(pack)]
    return [
        (f"{month_in_words(pack.month)}司法救助线索联席会商材料", "", "Papers of the joint monthly meeting"),
        ("妇联", pack.federation, "federation"),
        ("检察院", pack.procuratorate, "procuratorate"),
        ("截至", str(pack.month.last), "as of"),
        ("生效事件", pack.events, "events that took effect"),
        ("下次会商", meeting_in_words(pack.meeting).zh, meeting_in_words(pack.meeting).en),
        *told,
        ("内容摘要", pack.hash, "SHA-256 of the content"),
        ("事件摘要", pack.ledger, "SHA-256 of the events"),
    ]


def _agenda(pack: Pack) -> list[Row]:
    heads = (
        "事项 agenda",
        "线索 clue",
        "急 urgent",
        "原因 reason",
        "状态 state",
        "待办方 to act",
        "自 since",
        "工作日 working days",
    )
    return [
        heads,
        *(
            (
                str(AGENDA[case.agenda][0]),
                case.clue,
                "急" if case.urgent else "",
                codes_in_words(case.codes),
                state_in_words(case),
                f"{PARTIES[case.party]} {case.party}",
                case.since,
                case.working_days,
            )
            for case in pack.cases
        ),
    ]


def _figure(figure: Figure) -> list[Row]:
    formula = figure.formula
    return [
        (f"{formula.key} {formula.zh}", formula.en),
        (formula.formula_zh,),
        (formula.formula_en,),
        ("单位 unit", str(formula.unit), "版本 version", formula.version),
        (
            "",
            "代码 codes",
            *(str(COLUMNS[column]) for column in formula.columns),
            *(("比例 share",) if formula.ratio else ()),
        ),
        *(
            (
                line_in_words(line.of),
                " ".join(filter(None, line.of)),
                *(_number(column, line.values[column]) for column in formula.columns),
                *((figure.share(line),) if formula.ratio else ()),
            )
            for line in figure.lines
        ),
    ]


def _number(column: str, value: int | None) -> Cell:
    return value / FEN_A_YUAN if value is not None and column.endswith("_fen") else value


def _series(pack: Pack) -> list[Row]:
    whole = [
        (f, column) for f in pack.figures for column in f.formula.columns if any(ln.of == ("all",) for ln in f.lines)
    ]
    rows: list[Row] = [("月 month", *(f"{figure.formula.key} {COLUMNS[column]}" for figure, column in whole))]
    for month, figures in pack.series:
        lines = {figure.formula.key: figure.lines for figure in figures}
        numbers = [
            next(_number(column, line.values[column]) for line in lines[figure.formula.key] if line.of == ("all",))
            for figure, column in whole
        ]
        rows.append((str(month), *numbers))
    return rows


def pinned(workbook: bytes, day: date) -> bytes:
    """The same workbook with one moment for all times in it, and its members as of the first moment of zip files."""
    moment = f"{datetime(day.year, day.month, day.day):%Y-%m-%dT%H:%M:%SZ}".encode()  # noqa: DTZ001  # a day, no moment
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in sorted(old.namelist()):
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>" + moment, data)
            member = zipfile.ZipInfo(name, ZIP_EPOCH)
            member.compress_type = zipfile.ZIP_STORED  # another zlib packs other bytes; these are few
            member.create_system = 3
            new.writestr(member, data)
    return kept.getvalue()

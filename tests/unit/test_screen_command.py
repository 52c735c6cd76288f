"""`clue-exchange screen`: any table, any supported encoding, every row answered, in bounded memory."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from console.cli import main
from producers.screening import Label

ROOT = Path(__file__).parents[2]
HEADER = ("编号", "诉求内容")
ROWS = (("1", "丈夫天天打我，我带着孩子躲在娘家。"), ("2", ""), ("3", "请问妇联几点上班？"))
MEASURE = """
import resource, sys
from console.cli import main
main(["screen", sys.argv[1], "--json", sys.argv[2]], standalone_mode=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def screened(file: Path, *options: str) -> list[dict[str, Any]]:
    """What the command writes for a file."""
    answers = file.with_suffix(".json")
    result = CliRunner().invoke(main, ["screen", str(file), "--json", str(answers), *options])
    assert result.exit_code == 0, result.output
    read: list[dict[str, Any]] = json.loads(answers.read_text(encoding="utf-8"))
    return read


def a_table(path: Path, encoding: str = "utf-8", separator: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows([("二〇二二年台账", ""), HEADER, *ROWS])
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_every_row_below_the_header_is_answered_in_any_spelling(tmp_path: Path, encoding: str, separator: str) -> None:
    """With and without a byte-order mark, with comma, tab and semicolon: the same rows, the same answers."""
    answers = screened(a_table(tmp_path / "r.csv", encoding, separator))

    assert [(answer["row"], answer["labels"]) for answer in answers] == [(3, ["DOMESTIC_VIOLENCE"]), (4, []), (5, [])]
    assert answers[0].keys() == {"row", "labels", "urgent", "evidence", "urgent_evidence", "against"}


def test_a_workbook_is_answered_sheet_by_sheet(tmp_path: Path) -> None:
    """A sheet without the column is passed over; the sheet of each row is told."""
    book = Workbook()
    for name, header in (("甲", HEADER), ("说明", ("何时", "何人")), ("乙", ("工单", "通话摘要"))):
        sheet = book.create_sheet(name)
        sheet.append(header)
        sheet.append(ROWS[0])
    book.save(tmp_path / "r.xlsx")

    answers = screened(tmp_path / "r.xlsx")

    assert [(answer["sheet"], answer["row"], answer["labels"]) for answer in answers] == [
        ("甲", 2, ["DOMESTIC_VIOLENCE"]),
        ("乙", 2, ["DOMESTIC_VIOLENCE"]),
    ]


def test_a_column_may_be_named(tmp_path: Path) -> None:
    """A header that no mapping knows; without it the file is refused in one line."""
    path = tmp_path / "r.csv"
    path.write_text("a,她说\n1,丈夫天天打我。\n", encoding="utf-8")

    refusal = CliRunner().invoke(main, ["screen", str(path)])

    assert screened(path, "--column", "她说")[0]["labels"] == ["DOMESTIC_VIOLENCE"]
    assert refusal.exit_code == 1
    assert "header_not_found" in refusal.output


def test_a_broken_row_is_told_and_the_next_ones_are_read(tmp_path: Path) -> None:
    """No row is passed over in silence."""
    path = tmp_path / "r.csv"
    path.write_text('编号,诉求内容\n1,"没有关上"的引号\n2,丈夫天天打我。\n', encoding="utf-8")

    assert [(answer["row"], answer.get("unreadable"), bool(answer["labels"])) for answer in screened(path)] == [
        (2, "broken_quotes", False),
        (3, None, True),
    ]


@pytest.mark.parametrize("name", ["complaints-labelled.csv", "complaints-2022-federation.csv", "hotline-12309.xlsx"])
def test_the_sample_files_are_answered_with_evidence_that_lies_in_the_text(tmp_path: Path, name: str) -> None:
    """Every label has a passage, and every passage is where it is said to be."""
    copy = tmp_path / name
    copy.write_bytes((ROOT / "examples" / "data" / name).read_bytes())

    answers = screened(copy)

    assert len(answers) == {"complaints-labelled.csv": 160, "complaints-2022-federation.csv": 240}.get(name, 80)
    for answer in answers:
        assert set(answer["labels"]) == {found["label"] for found in answer["evidence"]} <= set(Label)
        assert answer["urgent"] == bool(answer["urgent_evidence"])
        assert all(found["end"] - found["start"] == len(found["text"]) > 0 for found in answer["evidence"])


def test_without_json_a_table_is_shown(tmp_path: Path) -> None:
    """Rows with a sign, with their passages, and how many there were."""
    shown = CliRunner().invoke(main, ["screen", str(a_table(tmp_path / "r.csv"))]).output

    assert "DOMESTIC_VIOLENCE" in shown
    assert "3 rows" in shown


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A missing folder, a full disk: the file is named, and no stack trace is shown. So it is for every command."""
    nowhere = tmp_path / "nowhere" / "answers.json"

    result = CliRunner().invoke(main, ["screen", str(a_table(tmp_path / "r.csv")), "--json", str(nowhere)])

    assert result.exit_code == 1
    assert result.output.splitlines() == [f"Error: {nowhere}.part: No such file or directory"]


def test_rows_stream_in_bounded_memory(tmp_path: Path) -> None:
    """Thirty times the rows, no more than 16 MB more; docs/measurements.md has it for 100,000."""
    peaks = []
    for rows in (1_000, 30_000):
        path = tmp_path / f"{rows}.csv"
        path.write_text(
            "编号,诉求内容\n" + "".join(f"{row},咨询电话几点接听\n" for row in range(rows)), encoding="utf-8"
        )
        told = subprocess.run(
            [sys.executable, "-c", MEASURE, str(path), str(tmp_path / "answers.json")],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        peaks.append(int(told.stdout.split()[-1]))

    assert peaks[1] - peaks[0] < 16 * 1024

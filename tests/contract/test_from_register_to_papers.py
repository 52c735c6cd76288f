"""
From a register to the papers: a data model's finding counts until its clue is finished, and no text becomes a formula.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from console.cli import main
from console.cli.monthly_pack import pack_of, rendered
from consumers.statistics.courses import read_courses
from consumers.statistics.formulas import figures
from consumers.statistics.lines import Line, terms_of
from consumers.statistics.periods import Month, Period
from producers.intake import RegisterMapping, bundled_mappings, load_mapping, take_in
from producers.opening import Reviewed, opening_facts
from producers.screening import Screener
from schemas import case_events as case
from schemas.catalog import type_of
from schemas.codes import Role, Source
from schemas.event import Event
from tests.builders import an_event
from tests.registers import COMPLAINTS, HOTLINE
from tests.two_sides import TwoSides

STARTERS = "=+-@\t\r＝＋－＠"
"""What a spreadsheet may take for the beginning of a formula."""
MODEL = "drunk-driving-2.1"
MAPPING = f"""
name = "model-findings"
role = "procuratorate"
[[tables]]
name = "数据模型"
source = "S10"
model = "{MODEL}"
[tables.columns]
received_on = ["日期"]
narrative = ["案情"]
"""
HURT = "=HYPERLINK(0)其丈夫被醉驾撞死，她带两个孩子，家里没有收入，赔偿一分没有。"
HER = {"added_by": "procuratorate", "number": 1}
AWARD = {"number": 1, "person": HER, "amount_fen": 2_000_000}
TO_THE_END = (
    (Role.procuratorate, an_event(case.ApplicationFiled)),
    (Role.procuratorate, an_event(case.AidDecided, decisions=[AWARD])),
    (Role.procuratorate, an_event(case.FundsPaid)),
    (Role.procuratorate, an_event(case.CaseClosed)),
    (Role.federation, an_event(case.FeedbackAcknowledged)),
)
SCREENER = Screener.load()


def handed_over(sides: TwoSides, role: Role, register: Path, *mappings: RegisterMapping, most: int) -> list[Any]:
    """Take a register in and hand over the first candidates, each in a reviewer's name; the signed events."""
    agency = sides.side(role)
    take_in(register, mappings, agency.candidates(), agency.store, SCREENER, agency.clock)
    reviewed = Reviewed("officer-7", "consent", ("W2",), sides.clock().date())
    found = [candidate.facts for candidate in agency.candidates().list()][:most]
    return [agency.desk().hand_over(facts.candidate_id, opening_facts(facts, role, reviewed)) for facts in found]


def line(sides: TwoSides, role: Role, key: str, *of: str) -> Line:
    """One line of one figure, at one side."""
    agency = sides.side(role)
    with agency.store.reading() as transaction:
        courses, terms = read_courses(transaction, agency.ledger), terms_of(transaction, agency.clock_reader)
    found = figures(courses, Period.everything(sides.clock().date()), terms)
    return next(each for each in next(f for f in found if f.formula.key == key).lines if each.of == of)


def test_a_data_models_finding_counts_under_its_name_until_its_clue_is_finished(
    sides: TwoSides, tmp_path: Path
) -> None:
    """It waits for a person, carries name and version of the model into the clue, and its conversion is told."""
    (tmp_path / "model.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "model.csv").write_text(f"日期,案情\n2026-03-01,{HURT}\n", encoding="utf-8")
    mapping = load_mapping(tmp_path / "model.toml")
    (signed,) = handed_over(sides, Role.procuratorate, tmp_path / "model.csv", mapping, most=1)
    clue_id = signed.envelope.clue_id
    sides.exchange()
    before = line(sides, Role.federation, "K2", "model", MODEL)
    for role, event in TO_THE_END:
        act(sides, role, clue_id, event)

    for role in Role:
        with sides.side(role).store.reading() as transaction:
            assert sides.side(role).ledger.fold(transaction, clue_id).view.state == "finished"
        for of in (("model", MODEL), ("source", Role.procuratorate, Source.S10)):
            told = line(sides, role, "K2", *of).values
            assert (told["clues"], told["with_outcome"], told["aided"]) == (1, 1, 1)
    assert (before.values["clues"], before.values["open"]) == (1, 1)


def act(sides: TwoSides, role: Role, clue_id: Any, event: Event) -> None:
    sides.side(role).desk().act(type_of(event).verb)(clue_id, event)
    sides.exchange()


def hostile(folder: Path) -> Iterator[tuple[Role, Path]]:
    """Copies of both sample registers in which every narrative begins as a formula may begin."""
    content = COMPLAINTS.read_bytes().decode("gb18030")
    lines = list(csv.reader(io.StringIO(content)))
    for number, cells in enumerate(lines[2:]):
        if len(cells) > 8 and cells[8].strip():
            cells[8] = STARTERS[number % len(STARTERS)] + cells[8]
    with (folder / "federation.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(lines)
    yield Role.federation, folder / "federation.csv"
    book = load_workbook(HOTLINE)
    for page in book:
        for number, row in enumerate(page.iter_rows(min_row=3, min_col=8, max_col=8)):
            if isinstance(row[0].value, str):
                row[0].value = STARTERS[number % len(STARTERS)] + row[0].value
                row[0].data_type = "s"
    book.save(folder / "procuratorate.xlsx")
    yield Role.procuratorate, folder / "procuratorate.xlsx"


def strings(content: Any) -> Iterator[str]:
    """Every text in what JSON holds, names of fields too."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for name, value in content.items():
            yield from (*strings(name), *strings(value))
    elif isinstance(content, list):
        for value in content:
            yield from strings(value)


def test_no_passage_that_screening_exports_begins_as_a_formula(tmp_path: Path) -> None:
    """Both registers, each narrative behind one of ten beginnings: passages begin with words."""
    for _, register in hostile(tmp_path):
        answers = tmp_path / f"{register.stem}.json"
        result = CliRunner().invoke(main, ["screen", str(register), "--json", str(answers)])
        told = json.loads(answers.read_text(encoding="utf-8"))

        assert result.exit_code == 0, result.output
        assert sum(bool(answer["labels"]) for answer in told) > len(told) / 4
        assert [text for text in strings(told) if text.startswith(tuple(STARTERS))] == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # what is tested is the papers
def test_no_formula_of_a_register_survives_into_the_papers(sides: TwoSides, tmp_path: Path) -> None:
    """Workbook, page and content of the month, after clues from both registers: text stays text, in every cell."""
    for role, register in hostile(tmp_path):
        handed_over(sides, role, register, *bundled_mappings(), most=6)
    sides.exchange()
    sides.clock.forward(days=40)
    papers = dict(rendered(pack_of(sides.federation, Month(2026, 3))))
    book = load_workbook(io.BytesIO(papers["monthly-pack-2026-03.xlsx"]))
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value is not None]
    content = json.loads(papers["monthly-pack-2026-03.json"])

    assert line(sides, Role.federation, "K3", "all").values["clues"] == 12
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert [cell for cell in cells if str(cell.value).startswith(tuple(STARTERS)) and not cell.quotePrefix] == []
    assert [text for text in strings(content) if text.startswith(tuple(STARTERS))] == []
    assert not any(f">{starter}" in papers["monthly-pack-2026-03.html"].decode() for starter in STARTERS)

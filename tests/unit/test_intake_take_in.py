"""A register becomes candidates: the account, repeats, links, and the command."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from clue_exchange.store import Store
from console.cli.intake import run_intake
from console.cli.intake_report import show_report
from producers.candidate import CandidateStatus
from producers.candidates import Candidates
from producers.intake import FileRefused, IntakeReport, RowsUnaccounted, bundled_mappings, take_in
from producers.intake.categories import CATEGORY_OF, categories
from producers.intake.repeats import LINKS_MAX
from producers.intake.report import Tally
from producers.screening import Label, Screener, Screening
from schemas.codes import Category
from tests.registers import COMPLAINTS, HOTLINE, a_csv, a_row, candidates_of

FEDERATION = "federation-110101"
PROCURATORATE = "procuratorate-110101"


class FindsNothing:
    """A screener for tests that are not about screening."""

    def screen(self, narrative: str) -> Screening:
        return Screening((), narrative.startswith("急"), (), (), ())


def now() -> datetime:
    return datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database."""
    opened = Store.open(f"sqlite:///{tmp_path}/agency.db")
    yield opened
    opened.close()


@pytest.fixture
def candidates(store: Store, tmp_path: Path) -> Iterator[Candidates]:
    """The federation's candidates."""
    with candidates_of(FEDERATION, store, tmp_path) as kept:
        yield kept


def taken_in(path: Path, store: Store, candidates: Candidates) -> IntakeReport:
    return take_in(path, bundled_mappings(), candidates, store, FindsNothing(), now)


def test_the_federations_register_becomes_candidates(store: Store, candidates: Candidates) -> None:
    """All 240 entries are kept, those without a sign too."""
    report = take_in(COMPLAINTS, bundled_mappings(), candidates, store, Screener.load(), now)

    assert (report.rows_read, report.taken, report.repeated, len(report.refused)) == (246, 240, 0, 0)
    assert (report.titles, report.headers, report.blank) == (1, 1, 4)
    assert report.awaiting + report.screened_out == 240
    assert report.awaiting > 60
    assert report.linked == 7
    assert report.encoding == "gb18030"
    assert report.normalised == {"id_number": 13, "phone": 37}
    assert len(candidates.list()) == report.awaiting
    assert len(candidates.list(None)) == 240


def test_the_procuratorates_register_becomes_candidates(store: Store, tmp_path: Path) -> None:
    """Both sheets."""
    with candidates_of(PROCURATORATE, store, tmp_path) as candidates:
        report = take_in(HOTLINE, bundled_mappings(), candidates, store, Screener.load(), now)

    assert (report.rows_read, report.taken, len(report.refused)) == (83, 80, 0)
    assert {row.facts.sheet for row in candidates.list(None)} == {"热线", "网上信访"}


def test_the_same_file_again_has_no_effect(store: Store, candidates: Candidates) -> None:
    """H012: counted, nothing else changes."""
    taken_in(COMPLAINTS, store, candidates)
    before = candidates.list(None)

    again = taken_in(COMPLAINTS, store, candidates)

    assert (again.taken, again.repeated, again.awaiting) == (0, 240, 0)
    assert candidates.list(None) == before


def test_the_same_row_twice_in_a_file_is_kept_once(tmp_path: Path, store: Store, candidates: Candidates) -> None:
    """Counted as repeated, and the sum holds."""
    report = taken_in(a_csv(tmp_path / "r.csv", a_row(), a_row(), a_row(序号="2")), store, candidates)

    assert (report.rows_read, report.taken, report.repeated) == (4, 2, 1)


def test_rows_of_the_same_person_are_linked_both_ways_and_not_merged(
    tmp_path: Path, store: Store, candidates: Candidates
) -> None:
    """H012: by the number in either length, or by telephone and name; a person decides."""
    rows = [
        a_row(序号="1", 身份证号="11010519491231002X", 联系电话=""),
        a_row(序号="2", 身份证号="110105491231002", 联系电话="19900000002"),
        a_row(序号="3", 身份证号="", 联系电话="199-0000-0002", 诉求内容="婆婆病了，没有钱买药。"),
        a_row(序号="4", 身份证号="", 联系电话="19900000002", 姓名="另一人", 诉求内容="楼上漏水。"),
    ]

    report = taken_in(a_csv(tmp_path / "r.csv", *rows), store, candidates)

    one, two, three, four = (row.facts for row in candidates.list(None))
    assert report.linked == 2
    assert one.same_person_as == (two.candidate_id,)
    assert set(two.same_person_as) == {one.candidate_id, three.candidate_id}
    assert three.same_person_as == (two.candidate_id,)
    assert four.same_person_as == ()
    assert (one.same_person_why, three.same_person_why) == (("number",), ("phone_and_name",))


def test_a_telephone_of_hundreds_of_rows_links_few_of_them(
    tmp_path: Path, store: Store, candidates: Candidates
) -> None:
    """Links to all of them would help nobody, and cost more with each row."""
    rows = [a_row(序号=str(number), 身份证号="") for number in range(60)]

    report = taken_in(a_csv(tmp_path / "r.csv", *rows), store, candidates)

    assert report.linked == 59
    assert max(len(row.facts.same_person_as) for row in candidates.list(None)) == LINKS_MAX


def test_a_new_row_is_linked_with_one_that_was_kept_before(
    tmp_path: Path, store: Store, candidates: Candidates
) -> None:
    """The register grows, and is taken in again."""
    taken_in(a_csv(tmp_path / "r.csv", a_row()), store, candidates)

    report = taken_in(a_csv(tmp_path / "r.csv", a_row(), a_row(序号="2")), store, candidates)

    assert (report.taken, report.repeated, report.linked) == (1, 1, 1)


def test_a_row_without_a_sign_is_kept_apart(tmp_path: Path, store: Store, candidates: Candidates) -> None:
    """Nothing is lost; urgency alone is enough to await a person."""
    path = a_csv(tmp_path / "r.csv", a_row(), a_row(序号="2", 诉求内容="急"))

    report = taken_in(path, store, candidates)

    assert (report.awaiting, report.screened_out, report.urgent) == (1, 1, 1)
    assert [row.facts.row_number for row in candidates.list(CandidateStatus.screened_out)] == [2]


def test_a_register_of_the_other_kind_of_agency_is_refused(store: Store, candidates: Candidates) -> None:
    """A federation has no 12309 register: its clues would carry sources that are not its own."""
    with pytest.raises(FileRefused, match="other_agency"):
        taken_in(HOTLINE, store, candidates)

    assert candidates.list(None) == ()


def test_rows_that_do_not_add_up_are_never_reported() -> None:
    """The sum is checked at the end of every run."""
    with pytest.raises(RowsUnaccounted):
        Tally(taken=3).report("r", "utf-8", (), rows_read=4)


def test_every_label_proposes_a_category() -> None:
    """A divorce suit because of violence carries both labels, and is W7."""
    assert CATEGORY_OF.keys() == set(Label)
    assert categories([Label.DOMESTIC_VIOLENCE, Label.CIVIL_INFRINGEMENT]) == (Category.W2, Category.W7)
    assert categories([Label.CIVIL_INFRINGEMENT, Label.RURAL_POVERTY_RISK]) == (Category.W1, Category.W6)


def test_the_report_names_rows_and_fields_and_no_person(tmp_path: Path, store: Store, candidates: Candidates) -> None:
    """For the clerk in both languages, for programs as JSON; what stands in the cells is in neither."""
    path = a_csv(
        tmp_path / "r.csv", a_row(), a_row(序号="2", 登记日期="3/4/22"), a_row(序号="3", 联系电话="1 9900000001")
    )
    console = Console(file=StringIO(), width=160)

    report = run_intake(path, bundled_mappings(), store, candidates, FindsNothing(), now, console)
    show_report(report, console)

    shown = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    for text in (shown, report.to_json()):
        assert "date_ambiguous" in text
        assert "登记日期" in text
        assert all(value not in text for value in ("张三妹", "11010519491231002X", "19900000001", "丈夫打人", "3/4/22"))
    assert json.loads(report.to_json())["refused"][0]["row"] == 3

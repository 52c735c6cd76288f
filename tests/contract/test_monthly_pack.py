"""
The papers of the joint meeting: the same bytes from both ledgers, signed by both; nothing in them runs or names.
"""

import io
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openpyxl import load_workbook

from console.cli.monthly_pack import pack_of, rendered
from consumers.statistics.periods import Month
from schemas.clue_events import ClueShared
from schemas.codes import Role
from tests.builders import an_event
from tests.contract.test_statistics import HERS, act_at_random
from tests.desks import Desk, both_desks
from tests.people import OFFICER, SUPERVISOR
from tests.two_sides import TwoSides

MARCH = ("--month", "2026-03")
on_one_database = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # what is tested is files


@pytest.fixture
def quarter(sides: TwoSides) -> TwoSides:
    """Two sides after some weeks, in April; both hold the same events."""
    act_at_random(sides, seed=2, clues=4, acts=24)
    sides.clock.forward(days=60)
    return sides


class Page(HTMLParser):
    """What a browser would load or run, and the text that a person reads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name in ("src", "href", "action", "data")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += [] if self.open[-1:] == ["code"] else [data]


def packed(sides: TwoSides, role: Role) -> dict[str, bytes]:
    return dict(rendered(pack_of(sides.side(role), Month(2026, 3))))


def test_both_sides_make_the_same_files_byte_for_byte(quarter: TwoSides) -> None:
    """Page, workbook and content, each from its own ledger."""
    ours, theirs = (packed(quarter, role) for role in Role)

    assert ours == theirs
    assert [Path(name).suffix for name in ours] == [".html", ".xlsx", ".json"]


@on_one_database
def test_the_page_runs_nothing_and_loads_nothing(quarter: TwoSides) -> None:
    """It can be opened for years, without a network, and prints what it shows; every element is closed."""
    shown = Page(packed(quarter, Role.federation)["monthly-pack-2026-03.html"].decode())

    assert shown.open == []
    assert {"script", "iframe", "img", "link", "form"}.isdisjoint(shown.tags)
    assert shown.loads == []
    assert shown.tags.count("svg") == shown.tags.count("figcaption") == 4
    assert "会商事项" in "".join(shown.text)


def test_nobody_is_named_in_the_papers(quarter: TwoSides) -> None:
    """H093: no name and no words of a clue, no officer, and nothing that looks like a telephone or identity number."""
    papers = packed(quarter, Role.procuratorate)
    page, content = papers["monthly-pack-2026-03.html"].decode(), papers["monthly-pack-2026-03.json"].decode()
    text = "".join(Page(page).text)

    for told in HERS[Role.federation].values():
        assert not [words for words in (told.name, told.narrative) if words is None or words in page + content]
    assert "officer-" not in page + content
    assert re.search(r"(?<![0-9a-f])1[3-9][0-9]{9}(?![0-9a-f])|[0-9]{17}[0-9Xx]", text) is None


def test_no_cell_is_a_formula_and_no_moment_of_making_is_kept(sides: TwoSides) -> None:
    """H091: a model's name that begins with a minus stays text; the file's own times are the month's last day."""
    opening = an_event(ClueShared, source="S10", model_name_and_version="-1.1")
    sides.procuratorate.procuratorate().share(opening, HERS[Role.procuratorate])
    sides.clock.forward(days=60)
    data = packed(sides, Role.procuratorate)["monthly-pack-2026-03.xlsx"]

    cells = [cell for page in load_workbook(io.BytesIO(data)) for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert any(cell.value == "model -1.1" for cell in cells)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert {member.date_time for member in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert book.read("docProps/core.xml").count(b"2026-03-31T00:00:00Z") == 2


@on_one_database
def test_both_sign_and_both_check(quarter: TwoSides, tmp_path: Path) -> None:
    """One makes and signs, the other signs the same files; either finds both signatures good."""
    ours, theirs = both_desks(quarter, tmp_path)
    folder = str(tmp_path / "pack")

    ours.run("monthly-pack", "new", folder, *MARCH, *ours.by(SUPERVISOR))
    ours.run("monthly-pack", "sign", folder, *MARCH, *ours.by(SUPERVISOR))
    assert "has not signed" in theirs.run("monthly-pack", "check", folder, *MARCH, expected=1).output
    theirs.run("monthly-pack", "sign", folder, *MARCH, *theirs.by(SUPERVISOR))

    for desk in (ours, theirs):
        assert "核验通过" in desk.run("monthly-pack", "check", folder, *MARCH).output


def signed_by_one(desk: Desk, folder: Path) -> None:
    desk.run("monthly-pack", "new", str(folder), *MARCH, *desk.by(SUPERVISOR))
    desk.run("monthly-pack", "sign", str(folder), *MARCH, *desk.by(SUPERVISOR))


@on_one_database
def test_a_file_that_was_changed_is_neither_signed_nor_good(quarter: TwoSides, tmp_path: Path) -> None:
    """The other side does not sign what its own ledger does not say; the check names each file."""
    ours, theirs = both_desks(quarter, tmp_path)
    folder = tmp_path / "pack"
    signed_by_one(ours, folder)
    for file in folder.glob("monthly-pack-2026-03.*l*"):
        file.write_bytes(file.read_bytes() + b" ")

    for words in (("sign", str(folder), *MARCH, *theirs.by(SUPERVISOR)), ("check", str(folder), *MARCH)):
        refused = theirs.run("monthly-pack", *words, expected=1, columns=300).output
        for suffix in ("html", "xlsx"):
            assert f"monthly-pack-2026-03.{suffix}: is not what this side's ledger says" in refused


@on_one_database
def test_a_signature_of_another_key_does_not_hold(quarter: TwoSides, tmp_path: Path) -> None:
    """Nor does one that was moved to the other agency's name."""
    ours, theirs = both_desks(quarter, tmp_path)
    folder = tmp_path / "pack"
    signed_by_one(ours, folder)
    file = folder / "monthly-pack-2026-03.signatures.json"
    file.write_text(file.read_text(encoding="utf-8").replace("federation-110101", "procuratorate-110101"), "utf-8")

    problems = theirs.run("monthly-pack", "check", str(folder), *MARCH, expected=1, columns=300).output
    assert "the signature of procuratorate-110101" in problems
    assert "federation-110101 has not signed" in problems


@on_one_database
def test_papers_that_one_side_knows_more_of_are_not_signed(quarter: TwoSides, tmp_path: Path) -> None:
    """An event of the month that has not arrived at the other side yet: its ledger says something else."""
    ours, theirs = both_desks(quarter, tmp_path)
    quarter.clock.forward(days=-60)
    quarter.transfer()
    quarter.clock.forward(days=60)
    folder = tmp_path / "pack"
    signed_by_one(ours, folder)

    refused = theirs.run("monthly-pack", "sign", str(folder), *MARCH, *theirs.by(SUPERVISOR), expected=1).output
    assert "ledger says" in refused.replace("\n", " ")
    quarter.exchange()
    theirs.run("monthly-pack", "sign", str(folder), *MARCH, *theirs.by(SUPERVISOR))


@on_one_database
def test_a_month_that_still_runs_has_no_papers(sides: TwoSides, tmp_path: Path) -> None:
    """And an officer who may not see figures makes none."""
    desk, _ = both_desks(sides, tmp_path)

    words = ("monthly-pack", "new", str(tmp_path / "pack"))
    later = ("--month", "2999-01")
    assert "not over yet" in desk.run(*words, *later, *desk.by(SUPERVISOR), expected=1).output
    assert "does not include" in desk.run(*words, "--month", "2026-01", *desk.by(OFFICER), expected=1).output

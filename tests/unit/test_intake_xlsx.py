"""Register files as workbooks: what a spreadsheet can hide. Test names carry the rows of hostile-input.md."""

import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from producers.intake import FileRefused, Reason
from producers.intake.xlsx_safety import RATIO_MAX
from tests.registers import GOOD_ROW, HEADER, a_row, an_xlsx, outcomes, refused, taken

Change = Callable[[Workbook], object]


def a_book(path: Path, change: Change, *rows: list[Any]) -> Path:
    """A workbook of one sheet that was changed before it was saved."""
    book = Workbook()
    for row in (HEADER, *rows):
        book.active.append(list(row))  # type: ignore[union-attr]  # a new workbook has an active sheet
    change(book)
    book.save(path)
    return path


def with_part(path: Path, name: str, content: bytes) -> Path:
    """The workbook with one more part in its archive."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def test_a_workbook_gives_the_same_row_as_a_csv(tmp_path: Path) -> None:
    """Text, date cells and missing cells at the end of a row."""
    (row,) = taken(an_xlsx(tmp_path / "r.xlsx", [a_row(登记日期=datetime(2022, 3, 5, 9, 30))[:-2]]))  # noqa: DTZ001  # cells have no zone

    assert (row.row, row.received_on, row.particulars.name) == (2, date(2022, 3, 5), GOOD_ROW["姓名"])


@pytest.mark.parametrize("number", [999003198107259000, 9.99003198107259e17, 110105194912310020])
def test_h006_a_number_in_a_numeric_cell_has_lost_its_digits(tmp_path: Path, number: float) -> None:
    """The row is taken, the number dropped and flagged."""
    (row,) = taken(an_xlsx(tmp_path / "r.xlsx", [a_row(身份证号=number)]))

    assert row.particulars.id_number is None
    assert "digits_lost" in row.flags


def test_h006_fifteen_digits_and_a_telephone_fit_in_a_numeric_cell(tmp_path: Path) -> None:
    """A spreadsheet keeps fifteen digits: nothing is lost, so nothing is dropped."""
    (row,) = taken(an_xlsx(tmp_path / "r.xlsx", [a_row(身份证号=110105491231002, 联系电话=19900000001)]))

    assert (row.particulars.id_number, row.particulars.phone) == ("110105491231002", "19900000001")


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_h008_a_serial_number_is_read_in_the_workbooks_own_calendar(tmp_path: Path, epoch: datetime | None) -> None:
    """1900 and 1904 lie four years apart."""

    def change(book: Workbook) -> None:
        if epoch is not None:
            book.epoch = epoch

    serial = 44625 if epoch is None else 44625 - 1462
    (row,) = taken(a_book(tmp_path / "r.xlsx", change, a_row(登记日期=serial)))

    assert row.received_on == date(2022, 3, 5)


def test_h005_a_formula_cell_is_its_formula(tmp_path: Path) -> None:
    """Its stored result proves nothing."""
    (row,) = taken(an_xlsx(tmp_path / "r.xlsx", [a_row(诉求内容='=CONCATENATE("a","b")')]))

    assert row.particulars.narrative == '=CONCATENATE("a","b")'
    assert "formula_cell" in row.flags


def test_h009_merged_data_cells_refuse_their_rows_alone(tmp_path: Path) -> None:
    """Which row the value belongs to cannot be known."""
    rows = [a_row(序号=str(number)) for number in range(1, 5)]
    path = a_book(tmp_path / "r.xlsx", lambda book: book.worksheets[0].merge_cells("D3:D4"), *rows)

    assert [(bad.row, bad.reason) for bad in refused(path)] == [(3, Reason.merged_cells), (4, Reason.merged_cells)]
    assert [good.row for good in taken(path)] == [2, 5]


def test_h009_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    """A filter hides rows; nobody decided that they do not count."""

    def hide(book: Workbook) -> None:
        book.worksheets[0].row_dimensions[2].hidden = True

    hidden, shown = taken(a_book(tmp_path / "r.xlsx", hide, a_row(), a_row(序号="2")))

    assert "hidden_row" in hidden.flags
    assert "hidden_row" not in shown.flags


def test_h009_a_sheet_that_no_mapping_explains_is_refused_row_by_row(tmp_path: Path) -> None:
    """The other sheet is taken, and every row is accounted for."""

    def add(book: Workbook) -> None:
        sheet = book.create_sheet("说明")
        sheet.append(["使用说明"])
        sheet.append([])
        sheet.append(["另一行"])

    path = a_book(tmp_path / "r.xlsx", add, a_row())

    assert [(bad.sheet, bad.row, bad.reason) for bad in refused(path)] == [
        ("说明", 1, Reason.header_not_found),
        ("说明", 3, Reason.header_not_found),
    ]
    assert len(taken(path)) == 1


def test_h003_a_cell_to_the_right_of_the_header_refuses_the_row(tmp_path: Path) -> None:
    """Nobody knows what it means, so it is not dropped in silence."""
    path = an_xlsx(tmp_path / "r.xlsx", [[*a_row(), "", "x"], [*a_row(序号="2"), ""]])

    assert [(bad.row, bad.reason) for bad in refused(path)] == [(2, Reason.ragged_row)]
    assert len(taken(path)) == 1


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/embeddings/a.bin"])
def test_h010_macros_links_and_embedded_files_are_refused(tmp_path: Path, part: str) -> None:
    """A register needs none of them."""
    path = with_part(an_xlsx(tmp_path / "r.xlsx", [a_row()]), part, b"<a/>")

    with pytest.raises(FileRefused, match="workbook_unsafe"):
        outcomes(path)


@pytest.mark.parametrize("content", [b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<a/>".encode("utf-16")])
def test_h010_entities_are_refused_before_anything_is_parsed(tmp_path: Path, content: bytes) -> None:
    """Also in another encoding, where the search would not see them."""
    path = with_part(an_xlsx(tmp_path / "r.xlsx", [a_row()]), "xl/extra.xml", content)

    with pytest.raises(FileRefused, match="workbook_unsafe"):
        outcomes(path)


def test_h010_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """Its declared size and its ratio betray it."""
    assert RATIO_MAX < 1_000
    path = with_part(an_xlsx(tmp_path / "r.xlsx", [a_row()]), "xl/extra.bin", b"\0" * (64 << 20))

    with pytest.raises(FileRefused, match="workbook_unsafe"):
        outcomes(path)


def test_h010_a_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    """It is an OLE container, as is an old .xls."""
    path = tmp_path / "r.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512)

    with pytest.raises(FileRefused, match="workbook_locked"):
        outcomes(path)


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    """An archive that is cut off, or that is no workbook inside."""
    whole = an_xlsx(tmp_path / "r.xlsx", [a_row()]).read_bytes()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole[: len(whole) // 2])
    empty = tmp_path / "empty.xlsx"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("nothing.xml", "<a/>")

    for path in (cut, empty):
        with pytest.raises(FileRefused, match="workbook_damaged"):
            outcomes(path)


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_a_workbook_with_a_spoilt_byte_never_raises_anything_else(tmp_path: Path, place: int) -> None:
    """Outside the closed set of errors nothing leaves the reader."""
    path = an_xlsx(tmp_path / "r.xlsx", [a_row(序号=str(number)) for number in range(20)])
    data = bytearray(path.read_bytes())
    data[len(data) * place // 100] ^= 0xFF
    path.write_bytes(data)

    with suppress(FileRefused):
        assert len(outcomes(path)) == 21


def test_h009_a_header_of_two_rows_is_read_by_its_lower_words(tmp_path: Path) -> None:
    """A group merged above its columns, and columns merged downwards: every field is found."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["信访登记台账"])
    sheet.append([*HEADER[:3], "来访人信息", None, None, *HEADER[6:]])
    sheet.append([None, None, None, *HEADER[3:6], *(None for _ in HEADER[6:])])
    sheet.append([GOOD_ROW[name] for name in HEADER])
    sheet.merge_cells("A1:K1")
    sheet.merge_cells("D2:F2")
    for letter in "ABCGHIJK":
        sheet.merge_cells(f"{letter}2:{letter}3")
    book.save(tmp_path / "r.xlsx")

    assert [row.particulars.name for row in taken(tmp_path / "r.xlsx")] == [GOOD_ROW["姓名"]]


def test_h009_a_column_without_a_header_must_be_empty(tmp_path: Path) -> None:
    """What stands in nobody's column refuses its row, and no other."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*HEADER[:4], None, *HEADER[4:]])
    for stray in (None, "备注"):
        values = [GOOD_ROW[name] for name in HEADER]
        sheet.append([*values[:4], stray, *values[4:]])
    book.save(tmp_path / "r.xlsx")

    assert len(taken(tmp_path / "r.xlsx")) == 1
    assert [(bad.row, bad.reason) for bad in refused(tmp_path / "r.xlsx")] == [(3, Reason.ragged_row)]

"""Register files as csv: encodings, headers, broken rows. Test names carry the rows of hostile-input.md."""

from pathlib import Path

import pytest

from producers.intake import FileRefused, NoEntry, NoEntryKind, Reason, Taken, bundled_mappings, open_register
from schemas.codes import Source
from tests.registers import GOOD_ROW, HEADER, TODAY, a_csv, a_row, outcomes, refused, taken


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "gbk"])
def test_h001_each_encoding_gives_the_same_row(tmp_path: Path, encoding: str) -> None:
    """A byte-order mark decides, else strict UTF-8, else GB18030; and it is said which."""
    path = a_csv(tmp_path / "r.csv", a_row(), encoding=encoding)

    with open_register(path, bundled_mappings(), TODAY) as register:
        read = [outcome for outcome in register if isinstance(outcome, Taken)]

    assert read[0].particulars.name == GOOD_ROW["姓名"]
    assert register.encoding == {"gbk": "gb18030"}.get(encoding, encoding)


def test_h001_a_mixed_encoding_is_refused_with_its_row(tmp_path: Path) -> None:
    """Neither codec reads the whole file: the row where the better one stops is named."""
    path = a_csv(tmp_path / "r.csv", a_row(), a_row(姓名="甲"))
    path.write_bytes(path.read_bytes() + b'"\x81 \xff"\r\n')

    with pytest.raises(FileRefused, match="encoding_unknown") as refusal:
        outcomes(path)

    assert refusal.value.row == 4


def test_h002_blanks_and_full_width_letters_in_headers_are_normalised(tmp_path: Path) -> None:
    """A header is compared in normal form."""
    header = [f" {name[:1]} {name[1:]}　" for name in HEADER]

    assert len(taken(a_csv(tmp_path / "r.csv", a_row(), header=header, encoding="utf-8-sig"))) == 1


@pytest.mark.parametrize(
    ("header", "reason", "detail"),
    [
        ((*HEADER[:-3], "内容", "办理情况", "承办人"), "header_missing", "诉求内容"),
        ((*HEADER[:-1], "诉求内容"), "header_twice", "诉求内容"),
        ((*HEADER[:-1], "办理情况"), "header_twice", "column K"),
        ((*HEADER[:-1], "张三妹的备注"), "header_unknown", "column K"),
        ((*HEADER[:-1], "电话"), "header_twice", "联系电话"),
        (("甲", "乙"), "header_not_found", ""),
    ],
)
def test_h003_a_header_that_is_not_understood_is_refused(
    tmp_path: Path, header: tuple[str, ...], reason: str, detail: str
) -> None:
    """Missing, doubled or unknown: the file is refused, with the row; an unknown header's words are not shown."""
    with pytest.raises(FileRefused) as refusal:
        outcomes(a_csv(tmp_path / "r.csv", a_row(), header=header))

    assert (refusal.value.reason, refusal.value.detail) == (reason, detail)
    assert "张三妹" not in str(refusal.value)


@pytest.mark.parametrize("row", [a_row()[:-1], [*a_row(), "x"], [*a_row(), ""]])
def test_h003_a_ragged_row_is_refused_and_the_others_are_taken(tmp_path: Path, row: list[str]) -> None:
    """One bad row among good ones (H011)."""
    path = a_csv(tmp_path / "r.csv", a_row(), row, a_row(序号="3"))

    assert [(bad.row, bad.reason) for bad in refused(path)] == [(3, Reason.ragged_row)]
    assert [good.row for good in taken(path)] == [2, 4]


def test_h004_an_unclosed_quote_costs_one_row(tmp_path: Path) -> None:
    """The rest of the file does not become one field."""
    path = a_csv(tmp_path / "r.csv", a_row(), a_row(序号="2"), a_row(序号="3"))
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[1], '2,"' + lines[2][2:], lines[3]]), "utf-8")

    assert [(bad.row, bad.reason) for bad in refused(path)] == [(3, Reason.broken_quotes)]
    assert [good.row for good in taken(path)] == [2, 4]


@pytest.mark.parametrize("quote", ["", '"'])
def test_h004_h029_an_endless_field_costs_one_row(tmp_path: Path, quote: str) -> None:
    """A field of 10 MB, in quotes or not, is never held in memory."""
    path = a_csv(tmp_path / "r.csv", a_row(), a_row(序号="3"))
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text(lines[0] + lines[1] + f"2,{quote}{'长' * 3_500_000}{quote}\n" + lines[2], "utf-8")

    assert [(bad.row, bad.reason) for bad in refused(path)] == [(3, Reason.row_too_long)]
    assert [good.row for good in taken(path)] == [2, 4]


def test_h004_too_many_broken_rows_stop_the_file(tmp_path: Path) -> None:
    """Each costs reading on for its partner: a file of nothing else is not worth it."""
    path = a_csv(tmp_path / "r.csv", a_row())
    with path.open("a", encoding="utf-8") as file:
        file.writelines('"a"b\n' for _ in range(1_001))

    with pytest.raises(FileRefused, match="too_many_broken_rows"):
        outcomes(path)


@pytest.mark.parametrize("header", ["姓名", "办理情况"])
def test_h004_nul_refuses_the_row(tmp_path: Path, header: str) -> None:
    """Also in a column that is not taken."""
    (bad,) = refused(a_csv(tmp_path / "r.csv", a_row({header: "a\0b"})))

    assert bad.reason is Reason.character_not_allowed


def test_h005_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    """It is flagged, so that no export makes a formula of it."""
    (row,) = taken(a_csv(tmp_path / "r.csv", a_row(诉求内容='=HYPERLINK("x")')))

    assert row.particulars.narrative == '=HYPERLINK("x")'
    assert "formula_text" in row.flags


def test_h024_what_is_refused_in_a_cell_names_row_column_and_place(tmp_path: Path) -> None:
    """The clerk finds the cell; what stands in it is not shown."""
    (bad,) = refused(a_csv(tmp_path / "r.csv", a_row(姓名="张三\u202e妹")))

    assert (bad.row, bad.field, bad.header, bad.detail) == (2, "name", "姓名", "character 3: U+202E")
    assert "张三" not in repr(bad)
    assert bad.sentence.zh
    assert bad.sentence.en


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"诉求内容": " \n "}, "narrative", "narrative_missing"),
        ({"诉求内容": "长" * 20_001}, "narrative", "text_too_long"),
        ({"姓名": "名" * 61}, "name", "text_too_long"),
        ({"登记日期": "3/4/22"}, "received_on", "date_ambiguous"),
    ],
)
def test_what_cannot_be_kept_as_stated_refuses_the_row(
    tmp_path: Path, changes: dict[str, str], field: str, reason: str
) -> None:
    """H024, H008: an empty narrative, a text over its limit, an ambiguous date."""
    (bad,) = refused(a_csv(tmp_path / "r.csv", a_row(changes)))

    assert (bad.field, bad.reason) == (field, reason)


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"姓名": ""}, "name_missing"),
        ({"姓名": "匿名"}, "name_missing"),
        ({"登记日期": ""}, "received_on_missing"),
        ({"来访方式": ""}, "source_missing"),
        ({"身份证号": "110105194912310021"}, "id_number_check_wrong"),
        ({"联系电话": "1990"}, "phone_malformed"),
        ({"户籍地": ""}, "address_refers_to_nothing"),
        ({"联系电话": "1 99 0000 0001"}, "normalised:phone"),
    ],
)
def test_what_is_only_doubtful_is_flagged(tmp_path: Path, changes: dict[str, str], flag: str) -> None:
    """No clue is lost for a missing name or a wrong number."""
    (row,) = taken(a_csv(tmp_path / "r.csv", a_row(changes)))

    assert flag in row.flags


def test_an_unknown_channel_is_source_other_with_its_word(tmp_path: Path) -> None:
    """Nothing is guessed, and the code `other` has the words that it wants."""
    (row,) = taken(a_csv(tmp_path / "r.csv", a_row(来访方式="县长信箱")))

    assert (row.source, row.particulars.explanation) == (Source.other, "县长信箱")
    assert "source_unrecognised" in row.flags


@pytest.mark.parametrize("word", ["同左", "同户籍"])
def test_a_reference_is_resolved(tmp_path: Path, word: str) -> None:
    """The present address is that of the registration."""
    (row,) = taken(a_csv(tmp_path / "r.csv", a_row(现住址=word)))

    assert row.particulars.address == row.particulars.registered_address == GOOD_ROW["户籍地"]


@pytest.mark.parametrize("content", ["", "\r\n\r\n", ",,\r\n"])
def test_h011_an_empty_file_has_no_rows(tmp_path: Path, content: str) -> None:
    """It is no error: "0 rows"."""
    path = tmp_path / "r.csv"
    path.write_text(content, "utf-8")

    assert all(isinstance(outcome, NoEntry) and outcome.kind is NoEntryKind.blank for outcome in outcomes(path))


def test_h011_a_header_alone_has_no_entries(tmp_path: Path) -> None:
    """It is no error either."""
    (only,) = outcomes(a_csv(tmp_path / "r.csv"))

    assert isinstance(only, NoEntry)
    assert only.kind is NoEntryKind.header


@pytest.mark.parametrize(
    ("name", "content"), [("r.csv", b"PK\x03\x04"), ("r.xlsx", b"a,b"), ("r.xls", b""), ("r.pdf", b"")]
)
def test_h010_a_wrong_extension_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    """Extension and content must say the same."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(FileRefused, match="wrong_extension"):
        outcomes(path)


def test_h012_the_same_row_has_the_same_hash_whatever_was_done_about_it(tmp_path: Path) -> None:
    """A later export of the register differs in what was done; the entry is the same."""
    path = a_csv(tmp_path / "r.csv", a_row(), a_row(办理情况="已办结"), a_row(序号="2"))

    hashes = [row.row_hash for row in taken(path)]

    assert hashes[0] == hashes[1] != hashes[2]

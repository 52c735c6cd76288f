"""
Why a file or a row is refused: a code for programs, a sentence for the clerk who has to put it right.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Stable codes: the first group refuses a file (or a sheet), the second one row."""

    file_unreadable = "file_unreadable"
    file_too_large = "file_too_large"
    wrong_extension = "wrong_extension"
    encoding_unknown = "encoding_unknown"
    workbook_damaged = "workbook_damaged"
    workbook_locked = "workbook_locked"
    workbook_unsafe = "workbook_unsafe"
    header_not_found = "header_not_found"
    header_missing = "header_missing"
    header_twice = "header_twice"
    header_unknown = "header_unknown"
    mapping_ambiguous = "mapping_ambiguous"
    other_agency = "other_agency"
    too_many_rows = "too_many_rows"
    too_many_broken_rows = "too_many_broken_rows"

    ragged_row = "ragged_row"
    broken_quotes = "broken_quotes"
    row_too_long = "row_too_long"
    merged_cells = "merged_cells"
    character_not_allowed = "character_not_allowed"
    text_too_long = "text_too_long"
    narrative_missing = "narrative_missing"
    date_ambiguous = "date_ambiguous"
    date_unreadable = "date_unreadable"
    date_impossible = "date_impossible"
    date_in_future = "date_in_future"
    not_allowed = "not_allowed"


class Sentence(NamedTuple):
    """The same sentence twice: what is wrong, and what to do."""

    zh: str
    en: str


SENTENCES: Mapping[Reason, Sentence] = {
    Reason.file_unreadable: Sentence(
        "文件无法打开，请检查文件是否存在、能否读取。",
        "The file cannot be opened: check that it exists and may be read.",
    ),
    Reason.file_too_large: Sentence(
        "文件过大，请分成几个文件再导入。", "The file is too large: split it and take in the parts."
    ),
    Reason.wrong_extension: Sentence(
        "只接受 .csv 和 .xlsx，且内容须与扩展名一致，请另存后再导入。",
        "Only .csv and .xlsx are taken, and the content must be what the extension says: save it again as one of them.",
    ),
    Reason.encoding_unknown: Sentence(
        "文字编码无法辨认（既不是 UTF-8，也不是 GB18030），请从该行起检查，另存为 UTF-8。",
        "Neither UTF-8 nor GB18030 from this row on: look there, then save the file as UTF-8.",
    ),
    Reason.workbook_damaged: Sentence(
        "工作簿已损坏，请用表格软件打开后另存。",
        "The workbook is damaged: open it in a spreadsheet program and save anew.",
    ),
    Reason.workbook_locked: Sentence(
        "工作簿有密码，或是旧的 .xls 格式，请去掉密码、另存为 .xlsx。",
        "The workbook has a password or is an old .xls: remove the password, save it as .xlsx.",
    ),
    Reason.workbook_unsafe: Sentence(
        "工作簿带有宏、外部链接、实体定义或异常压缩内容，请只把数据另存为新的 .xlsx。",
        "The workbook has macros, external links, entities or an abnormal archive: save the data alone as a new .xlsx.",
    ),
    Reason.header_not_found: Sentence(
        "前二十行内没有与任何对应表相符的表头，请检查表头，或用 --mapping 指定对应表。",
        "No header of any mapping within the first twenty rows: check the header, or name a mapping with --mapping.",
    ),
    Reason.header_missing: Sentence(
        "表头缺列，请补上，或在对应表里写上本表的叫法。",
        "The header lacks a column: add it, or write this register's name for it into the mapping.",
    ),
    Reason.header_twice: Sentence(
        "同一内容有两列，无法判断以哪一列为准，请去掉一列。",
        "Two columns for the same thing, and no telling which is right: remove one.",
    ),
    Reason.header_unknown: Sentence(
        "有对应表里没有的列，请写进对应表（不用的列写进 ignored）。",
        "A column that the mapping does not know: write it into the mapping (under ignored if it is not wanted).",
    ),
    Reason.mapping_ambiguous: Sentence(
        "有两个对应表都相符，请用 --mapping 指定一个。", "Two mappings fit: name one with --mapping."
    ),
    Reason.other_agency: Sentence(
        "这是另一类机关的登记表，不应在本机关导入。",
        "This is a register of the other kind of agency: it is not taken in here.",
    ),
    Reason.too_many_rows: Sentence(
        "行数过多，从该行起未导入，请分成几个文件。",
        "Too many rows: from this row on nothing was taken; split the file.",
    ),
    Reason.too_many_broken_rows: Sentence(
        "引号不配对的行过多，从该行起未导入，请重新导出文件。",
        "Too many rows with broken quotes: from this row on nothing was taken; export the file again.",
    ),
    Reason.ragged_row: Sentence(
        "这一行的格数与表头不同，请对齐后再导入。", "The row has not as many cells as the header: put it right."
    ),
    Reason.broken_quotes: Sentence(
        "引号不配对，请检查这一行的引号。", "A quotation mark has no partner: check the quotation marks of this row."
    ),
    Reason.row_too_long: Sentence("这一行过长，请缩短。", "The row is too long: shorten it."),
    Reason.merged_cells: Sentence(
        "这一行有合并单元格，请取消合并，逐行填写。", "The row has merged cells: unmerge them and fill each row."
    ),
    Reason.character_not_allowed: Sentence(
        "有不可见或不允许的字符，请在所示位置删去。",
        "An invisible or forbidden character: delete it at the place shown.",
    ),
    Reason.text_too_long: Sentence("内容超过上限，请缩短。", "Longer than the limit: shorten it."),
    Reason.narrative_missing: Sentence("没有诉求内容，请补写。", "There is no narrative: write it."),
    Reason.date_ambiguous: Sentence(
        "日期有多种读法，请写成 2022-03-05 的样子。", "The date can be read in several ways: write it like 2022-03-05."
    ),
    Reason.date_unreadable: Sentence("不是日期，请写成 2022-03-05 的样子。", "Not a date: write it like 2022-03-05."),
    Reason.date_impossible: Sentence("没有这一天，请更正。", "There is no such day: correct it."),
    Reason.date_in_future: Sentence("日期在今天之后，请更正。", "The date lies in the future: correct it."),
    Reason.not_allowed: Sentence(
        "内容不符合规定的格式，请更正。", "The content breaks a rule of its field: correct it."
    ),
}

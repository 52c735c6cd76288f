"""
Small register files for the tests of intake: one good row, changed where a test wants it.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from clue_exchange.keys.at_rest import AtRest
from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.keys.vault import VAULT_TABLES, Vault
from clue_exchange.sealing import new_data_key
from clue_exchange.store import Store
from producers.candidates import Candidates
from producers.intake import Outcome, Refused, Taken, bundled_mappings, read_register

TODAY = date(2026, 1, 5)
DATA = Path("examples/data")
COMPLAINTS = DATA / "complaints-2022-federation.csv"
HOTLINE = DATA / "hotline-12309.xlsx"
GOOD_ROW: Mapping[str, str] = {
    "序号": "1",
    "登记日期": "2022-03-05",
    "来访方式": "来访",
    "姓名": "张三妹",
    "身份证号": "11010519491231002X",
    "联系电话": "19900000001",
    "户籍地": "青禾县柳溪镇",
    "现住址": "同左",
    "诉求内容": "丈夫打人。",
    "办理情况": "已登记",
    "承办人": "小周",
}
HEADER = tuple(GOOD_ROW)


def a_row(changes: Mapping[str, Any] | None = None, **by_name: Any) -> list[Any]:
    """The good row with some cells changed, by header."""
    return list({**GOOD_ROW, **(changes or {}), **by_name}.values())


def a_csv(path: Path, *rows: Sequence[str], header: Sequence[str] = HEADER, encoding: str = "utf-8") -> Path:
    """A csv file as a spreadsheet program writes it."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def an_xlsx(path: Path, rows: Iterable[Sequence[Any]], header: Sequence[str] = HEADER) -> Path:
    """A workbook of one sheet."""
    book = Workbook()
    for row in (header, *rows):
        book.active.append(list(row))  # type: ignore[union-attr]  # a new workbook has an active sheet
    book.save(path)
    return path


def outcomes(path: Path) -> list[Outcome]:
    """The outcome of every row, by the mappings of the program."""
    return list(read_register(path, bundled_mappings(), TODAY))


def taken(path: Path) -> list[Taken]:
    return [outcome for outcome in outcomes(path) if isinstance(outcome, Taken)]


def refused(path: Path) -> list[Refused]:
    return [outcome for outcome in outcomes(path) if isinstance(outcome, Refused)]


@contextmanager
def candidates_of(agency: str, store: Store, folder: Path) -> Iterator[Candidates]:
    """The candidates of an agency with fresh keys; its vault is a file in this folder."""
    vault = Vault(Store.open(f"sqlite:///{folder}/{agency}-vault.db", VAULT_TABLES), AtRest(new_data_key()))
    yield Candidates(store, vault, BlindIndex(new_data_key()), agency)
    vault.close()

"""
A quarter of a county on a real Kafka: both sides end equal, and an independent script counts what the papers say.
"""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types
import pytest
from click.testing import CliRunner

from console.cli import main
from tests.exports import APPLIED, exported, lines_of_papers, terms_in
from tests.recount import recount
from tests.recount_duties import Lines

pytestmark = pytest.mark.broker

LAST = {"2026-01": date(2026, 1, 31), "2026-02": date(2026, 2, 28), "2026-03": date(2026, 3, 31)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a quarter with forty clues left its databases and papers; what it told is in quarter.json."""
    made = tmp_path_factory.mktemp("quarter")
    words = ("quarter", "--folder", str(made / "county"), "--clues", "40", "--json", str(made / "quarter.json"))
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return made


def told_by_the_papers(folder: Path, month: str) -> Lines:
    papers = folder / "county" / "packs" / f"monthly-pack-{month}.json"
    return lines_of_papers(json.loads(papers.read_text(encoding="utf-8")))


def test_both_sides_end_with_the_same_ledgers_and_papers(folder: Path) -> None:
    """The quarter says so itself; each month has its three files."""
    told = json.loads((folder / "quarter.json").read_text(encoding="utf-8"))

    assert told["equal"] is True
    assert told["clues"] == 40
    assert {Path(file).suffix for file in told["packs"]} == {".html", ".xlsx", ".json"}
    assert len(told["packs"]) == 9


@pytest.mark.parametrize("month", LAST)
@pytest.mark.parametrize("role", ["federation", "procuratorate"])
def test_an_independent_recount_finds_the_numbers_of_the_papers(folder: Path, month: str, role: str) -> None:
    """All lines and no other, from either side's database file and the agreement's, with nothing of the product."""
    with closing(sqlite3.connect(folder / "county" / f"{role}-110101.db")) as connection:
        events = list(exported(connection.execute(APPLIED)))
    terms = terms_in((folder / "county" / "agreement.yaml").read_text(encoding="utf-8"))
    again = recount(events, LAST[month].replace(day=1), LAST[month], chinese_calendar.is_workday, terms)

    assert told_by_the_papers(folder, month) == again
    assert again["K3 category W2"]["clues"]

"""
A quarter of a county on a real Kafka: both sides end equal, and an independent script counts what the papers say.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types
import pytest
from click.testing import CliRunner

from console.cli import main
from tests.recount import Row, recount

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


def events(database: Path) -> Iterator[Row]:
    """The applied events of a ledger, as the file has them."""
    query = "SELECT clue_id, place, sender, event_type, occurred_at, facts FROM event WHERE outcome = 'applied'"
    with closing(sqlite3.connect(database)) as connection:
        for clue_id, place, sender, event_type, occurred_at, facts in connection.execute(query):
            yield clue_id, place, sender, event_type, occurred_at, json.loads(facts)


def told_by_the_papers(folder: Path, month: str) -> dict[str, dict[str, Any]]:
    content = json.loads((folder / "county" / "packs" / f"monthly-pack-{month}.json").read_text(encoding="utf-8"))
    return {
        " ".join((figure["key"], *filter(None, line["of"]))): line
        for figure in content["figures"]
        for line in figure["lines"]
    }


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
    """From either side's database file, with nothing of the product imported."""
    rows = events(folder / "county" / f"{role}-110101.db")
    again = recount(rows, LAST[month].replace(day=1), LAST[month], chinese_calendar.is_workday)
    told = told_by_the_papers(folder, month)

    assert {name: {key: told[name][key] for key in numbers} for name, numbers in again.items()} == again
    assert again["K3 category W2"]["clues"]

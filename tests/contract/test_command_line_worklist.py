"""`worklist`, `workdays` and the clocks of `clue`: what is due, and by whom, the same at both desks."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import main
from schemas.clue_events import ClueReturned
from tests.builders import an_event
from tests.desks import both_desks
from tests.two_sides import TwoSides


def test_both_desks_list_the_same_duties_the_longest_overdue_first(sides: TwoSides, tmp_path: Path) -> None:
    """One clue was never taken up, another was returned and never completed."""
    first, second = sides.transfer().envelope.clue_id, sides.transfer().envelope.clue_id
    sides.exchange()
    sides.procuratorate.procuratorate().return_(second, an_event(ClueReturned))
    sides.exchange()
    federation, procuratorate = both_desks(sides, tmp_path)
    listed = federation.seen("worklist")
    rows = [(each["clue"], each["duty"], each["by"], each["due"], each["is_overdue"]) for each in listed]

    assert procuratorate.seen("worklist") == listed
    assert rows[:2] == [
        (str(first), "take_up", "procuratorate", "2026-03-11", True),
        (str(second), "complete", "federation", "2026-03-16", True),
    ]
    assert {each["duty"] for each in federation.seen("worklist", "--by", "federation")} == {"complete"}
    assert [each["clue"] for each in federation.seen("worklist", "--all") if each["is_paused"]] == [str(second)] * 2
    assert "OVERDUE 逾期" in federation.look("worklist", columns=200).output


def test_a_clue_shows_its_clocks(sides: TwoSides, tmp_path: Path) -> None:
    """Since when, until when, by whom, and how it stands."""
    clue_id = str(sides.transfer().envelope.clue_id)
    federation, _ = both_desks(sides, tmp_path)
    taking_up = federation.seen("clue", clue_id)["clocks"][0]

    assert (taking_up["duty"], taking_up["by"], taking_up["due"]) == ("take_up", "procuratorate", "2026-03-11")
    assert "受理" in federation.look("clue", clue_id, columns=160).output
    assert "OVERDUE 已逾期" in federation.look("clue", clue_id, columns=160).output


@pytest.mark.parametrize(
    ("words", "due", "is_provisional"),
    [
        (("2026-02-09", "5"), "2026-02-14", False),
        (("2026-09-24", "10"), "2026-10-15", False),
        (("2026-12-21", "10"), "2027-01-05", True),
        (("2026-10-01", "0"), "2026-10-08", False),
    ],
)
def test_workdays_tells_the_last_day(words: tuple[str, str], due: str, is_provisional: bool) -> None:
    """As JSON for machines, with the day of the week for people; what is provisional says so."""
    told = CliRunner().invoke(main, ["workdays", *words])
    as_json = CliRunner().invoke(main, ["workdays", *words, "--json"])

    assert json.loads(as_json.output) == {"due": due, "provisional": is_provisional}
    assert told.output.startswith(due)
    assert ("provisional" in told.output) is is_provisional


@pytest.mark.parametrize("words", [("2026-02-30", "5"), ("soon", "5"), ("2026-02-09", "-1"), ("9999-12-30", "5")])
def test_workdays_refuses_what_is_no_day(words: tuple[str, str]) -> None:
    """One clear line, no stack trace."""
    told = CliRunner().invoke(main, ["workdays", "--", *words])

    assert told.exit_code == 2
    assert "Invalid value" in told.output

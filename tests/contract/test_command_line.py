"""
The command line as an officer uses it, on both databases: acts, refusals, and what is shown.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from console.cli import main
from tests.two_sides import TwoSides

TRANSFER = (
    *("transfer", "--officer", "officer-1", "--source", "S2", "--categories", "W2", "--urgent"),
    *("--legal-basis", "consent", "--persons"),
    '[{"number": 1, "role": "applicant", "age_band": "from_18_to_59", "id_number": "none"}]',
)


class Desk:
    """One agency's command line."""

    def __init__(self, config: Path) -> None:
        self._config = config

    def run(self, *words: str, expected: int = 0, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(main, [*words, "--config", str(self._config)], input=stdin)
        assert result.exit_code == expected, result.output
        return result

    def json(self, *words: str, stdin: str | None = None) -> Any:
        return json.loads(self.run(*words, "--json", stdin=stdin).stdout)


@pytest.fixture
def desks(sides: TwoSides, tmp_path: Path) -> tuple[Desk, Desk]:
    """The command lines of the federation and of the procuratorate."""
    made = []
    sides.write_files(tmp_path)
    for agency in (sides.federation, sides.procuratorate):
        config = tmp_path / f"{agency.settings.agency}.toml"
        config.write_text(agency.settings.to_toml(), encoding="utf-8")
        made.append(Desk(config))
    return made[0], made[1]


@pytest.fixture
def clue_id(sides: TwoSides, desks: tuple[Desk, Desk]) -> str:
    """A clue that the federation has transferred and the procuratorate sees."""
    told = json.dumps({"federation:1": {"name": "甲某", "narrative": "来电人称被丈夫殴打。"}})
    saved = desks[0].json(*TRANSFER, "--particulars", "-", stdin=told)
    sides.exchange()
    return str(saved["clue"])


def test_an_officer_transfers_and_the_other_side_accepts(
    sides: TwoSides, desks: tuple[Desk, Desk], clue_id: str
) -> None:
    """The verbs of the lifecycle are commands; both sides list the same."""
    federation, procuratorate = desks
    procuratorate.run("accept", clue_id, "--officer", "officer-7", "--handler", "officer-9")
    sides.exchange()

    (ours,), (theirs,) = federation.json("clues"), procuratorate.json("clues", "--mine")

    assert (ours["state"], ours["digest"]) == ("accepted", theirs["digest"])
    assert "受理线索" in federation.run("clue", clue_id).output


def test_a_refusal_is_one_line_that_says_what_is_possible(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """State, turn, possible acts; no stack trace."""
    result = desks[1].run("pay", clue_id, "--officer", "officer-7", "--awards", "1", expected=1)

    assert "The clue is transferred" in result.output
    assert "ClueAccepted" in result.output
    assert "Traceback" not in result.output


def test_an_act_of_the_other_side_is_refused(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """A federation does not accept."""
    result = desks[0].run("accept", clue_id, "--officer", "officer-1", "--handler", "officer-1", expected=1)

    assert "act of the procuratorate" in result.output


def test_a_field_that_breaks_a_rule_is_named_and_its_value_is_not(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """A name typed where a pseudonymous id belongs does not come back in the error."""
    result = desks[1].run("accept", clue_id, "--officer", "王某某", "--handler", "officer-9", expected=1)

    assert "officer" in result.output
    assert "王某某" not in result.output


def test_the_code_other_wants_words(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """And takes them from the particulars, not from a fact."""
    words = ("return", clue_id, "--officer", "officer-7", "--reasons", "other")
    refused = desks[1].run(*words, expected=1)
    desks[1].run(*words, "--particulars", "-", stdin='{"federation:1": {"explanation": "材料模糊,无法辨认"}}')

    assert "explanation" in refused.output


def test_particulars_that_are_not_json_are_refused(desks: tuple[Desk, Desk]) -> None:
    """The message shows the form that is wanted."""
    result = desks[0].run(*TRANSFER, "--particulars", "-", stdin="not json", expected=1)

    assert "federation:1" in result.output


def test_a_clue_that_is_not_known_is_said_to_be_unknown(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """One line, exit code 1."""
    other = clue_id[:-1] + ("0" if clue_id[-1] != "0" else "1")

    assert "no clue" in desks[0].run("clue", other, expected=1).output


def test_nothing_waits_and_nothing_is_dead(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """The operator's commands answer 0 when nothing needs a person."""
    for name in ("waiting", "dead-letters"):
        assert desks[1].json(name) == []

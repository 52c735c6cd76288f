"""
A clue or a candidate is named by its id or the beginning of it; an unknown clue and a forbidden one are answered alike.
"""

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from producers.federation import Federation
from schemas.clue_events import ClueTransferred
from tests.builders import an_event
from tests.desks import Desk, both_desks
from tests.people import OFFICER, REVIEWER, SUPERVISOR
from tests.registers import a_csv, a_row
from tests.two_sides import HER_PARTICULARS, TwoSides


@pytest.fixture
def desks(sides: TwoSides, tmp_path: Path) -> tuple[Desk, Desk]:
    """The command lines of the federation and of the procuratorate."""
    return both_desks(sides, tmp_path)


def transferred(sides: TwoSides, clue_id: UUID) -> str:
    """A clue with this id, which both sides see."""
    new_id = iter((clue_id, uuid4())).__next__
    agency, tools = sides.federation.settings, replace(sides.federation.tools, new_id=new_id)
    Federation(agency.agency, agency.counterpart, tools).transfer(an_event(ClueTransferred), HER_PARTICULARS)
    sides.exchange()
    return str(clue_id)


def beginning_with(digits: str, last: int = 1) -> UUID:
    return UUID(hex=f"{digits:0<24}{last:08x}")


def test_six_characters_name_a_clue_wherever_one_is_named(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """Acts, looking and opening particulars take the beginning of the id, in any case; fewer characters are no id."""
    desk, _ = desks[1], transferred(sides, beginning_with("abcdef"))
    told = ("--person", "federation:1", "--purpose", "handling", *desk.by(OFFICER))
    opened = desk.run("particulars", "ABCDEF", *told)
    desk.run("accept", "abcdef00-0", *desk.by(OFFICER), "--handler", "officer-9")

    assert "欧阳金丝雀" in opened.output
    assert desk.seen("clue", "abcdef")["state"] == "accepted"
    assert "first 6 characters" in desk.look("clue", "abcde", expected=2).output


def test_the_beginning_of_several_clues_is_refused(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """One line says how many they are and that more of the id is needed; the whole id is enough."""
    transferred(sides, beginning_with("abcdef", 1))
    second = transferred(sides, beginning_with("abcdef", 2))

    assert "2 begin with abcdef: give more of the id" in desks[0].look("clue", "abcdef", expected=1).output
    assert desks[0].seen("clue", second)["clue_id"] == second


@pytest.mark.parametrize(
    "words",
    [
        ("accept", "--handler", "officer-9"),
        ("decline", "--reason", "D2", "--responsible", "person", "--next-step", "further_aid"),
        ("particulars", "--person", "federation:1", "--purpose", "handling"),
    ],
    ids=lambda words: words[0],
)
def test_a_clue_in_conflict_of_interest_is_answered_as_one_that_is_not_there(
    sides: TwoSides, desks: tuple[Desk, Desk], words: tuple[str, ...]
) -> None:
    """Word for word, with the id as it was typed: nothing tells the two apart, nor says how the id goes on."""
    desk, forbidden = desks[1], transferred(sides, beginning_with("abcdef"))
    absent = str(beginning_with("abcdee"))
    desk.run("officers", "conflict", OFFICER, forbidden, *desk.by(SUPERVISOR))

    answers = {
        desk.run(words[0], given, *words[1:], *desk.by(OFFICER), expected=1).output.replace(given, "ID")
        for given in (forbidden, absent, forbidden[:6], absent[:6])
    }

    assert answers == {"Error: no clue ID is known here\n"}


def test_a_beginning_means_the_clue_that_the_officer_may_see(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """A clue in conflict of interest makes no beginning ambiguous: its existence would be told by that."""
    seen, desk = transferred(sides, beginning_with("abcdef", 1)), desks[1]
    forbidden = transferred(sides, beginning_with("abcdef", 2))
    desk.run("officers", "conflict", OFFICER, forbidden, *desk.by(SUPERVISOR))

    accepted = desk.json("accept", "abcdef", *desk.by(OFFICER), "--handler", "officer-9")

    assert accepted["clue"] == seen


def test_a_role_that_does_not_include_the_act_learns_nothing_of_clues(
    sides: TwoSides, desks: tuple[Desk, Desk]
) -> None:
    """The refusal is the same for a clue that is there and for one that is not."""
    transferred(sides, beginning_with("abcdef"))
    words = ("--ground", "consent_withdrawn", *desks[1].by(OFFICER))

    answers = {desks[1].run("erase", given, *words, expected=1).output for given in ("abcdef", "abcdee")}

    assert len(answers) == 1
    assert "does not include erase" in answers.pop()


def test_the_beginning_of_an_id_names_a_candidate(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    """Looking and handing over; one that is not there is refused in one line."""
    desk, register = desks[0], a_csv(tmp_path / "register.csv", a_row())
    desk.look("intake", str(register))
    (listed,) = desk.seen("candidates")
    beginning = listed["candidate_id"][:8]

    shown = desk.run("candidate", beginning, "--purpose", "review", *desk.by(REVIEWER))
    handed = desk.run("hand-over", beginning, "--legal-basis", "consent", *desk.by(REVIEWER))
    unknown = desk.run("candidate", "0" * 8, "--purpose", "review", *desk.by(REVIEWER), expected=1)

    assert "张三妹" in shown.output
    assert "ClueTransferred: clue" in handed.output
    assert "no candidate 00000000" in unknown.output


def test_an_id_is_never_cut(sides: TwoSides, desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    """On a narrow terminal other columns give way, and what is left out is named."""
    clue_id = transferred(sides, beginning_with("abcdef"))
    desks[0].look("intake", str(a_csv(tmp_path / "register.csv", a_row())))
    (candidate,) = desks[0].seen("candidates")

    for columns in (60, 80, 200):
        clues = desks[0].look("clues", columns=columns).output
        assert clue_id in clues
        assert ("no room for" in clues) is (columns < 200)
        assert candidate["candidate_id"] in desks[0].look("candidates", columns=columns).output


def test_an_empty_list_says_none(desks: tuple[Desk, Desk]) -> None:
    """Not a table without rows."""
    assert desks[0].look("clues").output == desks[0].look("candidates").output == "none 无\n"

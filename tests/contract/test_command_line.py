"""
The command line as an officer uses it, on both databases: acts, refusals, and what is shown.
"""

from pathlib import Path

import pytest

from tests.desks import TRANSFER, Desk, both_desks
from tests.people import OFFICER, REVIEWER, SUPERVISOR
from tests.two_sides import TwoSides


@pytest.fixture
def desks(sides: TwoSides, tmp_path: Path) -> tuple[Desk, Desk]:
    """The command lines of the federation and of the procuratorate."""
    return both_desks(sides, tmp_path)


@pytest.fixture
def clue_id(sides: TwoSides, desks: tuple[Desk, Desk]) -> str:
    """A clue that the federation has transferred and the procuratorate sees."""
    saved = desks[0].transfer(*desks[0].by(REVIEWER))
    sides.exchange()
    return saved


def test_an_officer_transfers_and_the_other_side_accepts(
    sides: TwoSides, desks: tuple[Desk, Desk], clue_id: str
) -> None:
    """The verbs of the lifecycle are commands; both sides list the same."""
    federation, procuratorate = desks
    procuratorate.run("accept", clue_id, *procuratorate.by(OFFICER), "--handler", "officer-9")
    sides.exchange()

    (ours,), (theirs,) = federation.seen("clues"), procuratorate.seen("clues", "--mine")

    assert (ours["state"], ours["digest"]) == ("accepted", theirs["digest"])
    assert "受理线索" in federation.look("clue", clue_id).output


def test_a_refusal_is_one_line_that_says_what_is_possible(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """State, turn, possible acts; no stack trace."""
    result = desks[1].run("pay", clue_id, *desks[1].by(OFFICER), "--awards", "1", expected=1)

    assert "The clue is transferred" in result.output
    assert "accept 受理线索" in result.output
    assert "Traceback" not in result.output


def test_an_act_of_the_other_side_is_refused(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """A federation does not accept."""
    result = desks[0].run("accept", clue_id, *desks[0].by(OFFICER), "--handler", "officer-1", expected=1)

    assert "act of the procuratorate" in result.output


def test_a_field_that_breaks_a_rule_is_named_and_its_value_is_not(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """A name typed where a pseudonymous id belongs does not come back in the error."""
    result = desks[1].run("accept", clue_id, *desks[1].by(OFFICER), "--handler", "王某某", expected=1)

    assert "handler" in result.output
    assert "王某某" not in result.output


def test_the_code_other_wants_words(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """And takes them from the particulars, not from a fact."""
    words = ("return", clue_id, *desks[1].by(OFFICER), "--reasons", "other")
    refused = desks[1].run(*words, expected=1)
    desks[1].run(*words, "--particulars", "-", stdin='{"federation:1": {"explanation": "材料模糊,无法辨认"}}')

    assert "explanation" in refused.output


def test_particulars_that_are_not_json_are_refused(desks: tuple[Desk, Desk]) -> None:
    """The message shows the form that is wanted."""
    result = desks[0].run(*TRANSFER, *desks[0].by(REVIEWER), "--particulars", "-", stdin="not json", expected=1)

    assert "federation:1" in result.output


def test_nothing_waits_and_nothing_is_dead(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """The operator's commands answer 0 when nothing needs a person."""
    assert desks[1].seen("waiting") == []
    assert desks[1].json("dead-letters") == []


def test_an_act_without_proof_or_beyond_the_role_is_refused(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """Deny by default: nobody, a wrong passphrase, an officer where a reviewer is needed."""
    words = ("accept", clue_id, "--handler", "officer-9")
    nobody = desks[1].run(*words, expected=2)
    wrong = desks[1].run(*words, "--as", "nobody", *desks[1].by(OFFICER)[2:], expected=1)
    told = '{"federation:1": {"name": "欧阳金丝雀"}}'
    beyond = desks[0].run(*TRANSFER, *desks[0].by(OFFICER), "--particulars", "-", stdin=told, expected=1)

    assert "--as" in nobody.output
    assert "Traceback" not in wrong.output + beyond.output


def test_a_decline_needs_a_second_proven_officer(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """Alone it is refused; with a second account it is done, and the two ids in the facts differ."""
    words = ("decline", clue_id, "--reason", "D2", "--responsible", "person", "--next-step", "further_aid")
    first, second = desks[1].by(OFFICER), desks[1].by(REVIEWER, "second")
    desks[1].run(*words, *first, expected=1)
    desks[1].run(*words, *first, *desks[1].by(OFFICER, "second"), expected=1)
    desks[1].run(*words, *first, *second)

    facts = desks[1].seen("clue", clue_id)["events"][-1]["facts"]

    assert facts["officer"] != facts["second"]


def test_particulars_are_shown_for_a_purpose_and_logged(desks: tuple[Desk, Desk], clue_id: str) -> None:
    """Who, whom, why: in the access log, which verifies."""
    words = ("particulars", clue_id, "--person", "federation:1")
    shown = desks[1].run(*words, "--purpose", "handling", *desks[1].by(OFFICER))
    desks[1].run(*words, *desks[1].by(OFFICER), expected=2)
    log = desks[1].run("access-log", "show", *desks[1].by(SUPERVISOR), "--json")

    assert "欧阳金丝雀" in shown.output
    assert "open-particulars" in log.output
    assert "欧阳金丝雀" not in log.output


def test_a_person_is_erased_by_two_officers_on_each_side(
    sides: TwoSides, desks: tuple[Desk, Desk], clue_id: str
) -> None:
    """Asked here, confirmed there; then nothing of her can be shown anywhere."""
    for desk in desks[::-1]:
        two = (*desk.by(SUPERVISOR), *desk.by(REVIEWER, "second"))
        desk.run("erase", clue_id, "--ground", "consent_withdrawn", *two)
        sides.exchange()

    for desk in desks:
        shown = desk.run(
            *("particulars", clue_id, "--person", "federation:1", "--purpose", "handling", *desk.by(OFFICER)),
            expected=1,
        )
        assert "erased" in shown.output
    assert [event["event_type"] for event in desks[0].seen("clue", clue_id)["events"]][1:] == [
        "ErasureRequested",
        "ErasureConfirmed",
    ]

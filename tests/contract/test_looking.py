"""
Looking is an act: nobody looks unproven, each look is logged, and a clue in conflict of interest is not there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from clue_exchange.people import access_evidence
from clue_exchange.store import Store
from consumers import worklist
from schemas.clue_events import ClueSupplemented
from schemas.codes import Role
from tests.builders import an_event
from tests.desks import Desk, both_desks
from tests.people import OFFICER, REVIEWER, SUPERVISOR
from tests.registers import a_csv, a_row
from tests.two_sides import TwoSides


@pytest.fixture
def desks(sides: TwoSides, tmp_path: Path) -> tuple[Desk, Desk]:
    """The command lines of the federation and of the procuratorate."""
    return both_desks(sides, tmp_path)


def logged(sides: TwoSides, role: Role = Role.procuratorate) -> list[dict[str, Any]]:
    """What was logged of officers who look, the oldest first."""
    with sides.side(role).store.reading() as transaction:
        said = [dict(entry.said) for entry in access_evidence.entries(transaction)]
    return [each for each in said if str(each["act"]).startswith(("see-", "list-candidates", "intake"))]


def some_clues(sides: TwoSides, count: int) -> list[str]:
    """Clues that both sides see."""
    made = [str(sides.transfer().envelope.clue_id) for _ in range(count)]
    sides.exchange()
    return made


@pytest.mark.parametrize(
    ("words", "role"),
    [
        (("clues",), OFFICER),
        (("clue", "abcdef"), OFFICER),
        (("candidates",), OFFICER),
        (("waiting",), SUPERVISOR),
        (("intake", "pyproject.toml"), OFFICER),
    ],
    ids=lambda words: words[0],
)
def test_nobody_looks_unproven(desks: tuple[Desk, Desk], words: tuple[str, ...], role: str) -> None:
    """Without a name the command asks for one; a wrong passphrase proves nobody, and nothing is shown."""
    nobody = desks[1].run(*words, expected=2)
    wrong = desks[1].run(*words, "--as", role, *desks[1].by(REVIEWER)[2:], expected=1)

    assert "--as" in nobody.output
    assert wrong.output.startswith("Error: ")


def test_a_role_that_does_not_include_the_look_is_refused(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """An officer on cases does not see what waits; the refusal is an alert."""
    desks[1].run("waiting", *desks[1].by(OFFICER), expected=1)

    (refused,) = logged(sides)
    assert (refused["act"], refused["refused"]) == ("see-waiting", "role")


def test_each_look_is_logged_with_its_number_of_hits(sides: TwoSides, desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    """A list, one clue, one that is not there, what waits; a register that is taken in."""
    first, _ = some_clues(sides, 2)
    desks[1].look("clues")
    desks[1].look("clue", first)
    desks[1].look("clue", str(UUID(int=5)), expected=1)
    desks[1].look("waiting")
    desks[0].look("intake", str(a_csv(tmp_path / "register.csv", a_row())))
    desks[0].look("candidates")

    said = [(each["act"], each["clue"], each["hits"]) for each in logged(sides)]
    theirs = [(each["act"], each["hits"]) for each in logged(sides, Role.federation)]

    assert said == [
        ("see-clues", None, 2),
        ("see-clues", first, 1),
        ("see-clues", None, 0),
        ("see-waiting", None, 0),
    ]
    assert theirs == [("intake", None), ("list-candidates", 1)]


def test_a_clue_in_conflict_of_interest_is_in_no_list(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """Left out and not counted; asked for by its id, it is answered as one that does not exist: that is an alert."""
    desk, (seen, forbidden) = desks[1], some_clues(sides, 2)
    desk.run("officers", "conflict", OFFICER, forbidden[:8], *desk.by(SUPERVISOR))

    listed = desk.json("clues", *desk.by(OFFICER))
    answers = {
        desk.run("clue", given, *desk.by(OFFICER), expected=1).output.replace(given, "ID")
        for given in (forbidden, forbidden[:8], str(UUID(int=5)))
    }

    assert [row["clue_id"] for row in listed] == [seen]
    assert answers == {"Error: no clue ID is known here\n"}
    assert [each["hits"] for each in logged(sides) if each["refused"] is None] == [1, 0, 0, 0]
    assert [each["refused"] for each in logged(sides) if each["refused"]] == ["conflict", "conflict"]


def test_what_waits_of_a_clue_in_conflict_is_not_told(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """Nor does the exit code tell of it."""
    desk, clue_id = desks[1], sides.transfer().envelope.clue_id
    sides.federation.desk().act("supplement")(clue_id, an_event(ClueSupplemented))
    sides.give(Role.procuratorate, [*sides.keys_of(Role.federation), sides.events_of(Role.federation)[-1]])

    assert "ClueSupplemented" in desk.look("waiting", expected=1, columns=200).output
    desk.run("officers", "conflict", SUPERVISOR, str(clue_id), *desk.by(SUPERVISOR))
    assert "nothing waits" in desk.look("waiting").output


def test_a_candidate_whose_clue_is_in_conflict_is_not_there(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    """Neither in the list nor by its id, nor to be opened."""
    desk = desks[0]
    desk.look("intake", str(a_csv(tmp_path / "register.csv", a_row())))
    (candidate,) = desk.seen("candidates")
    handed = desk.run("hand-over", candidate["candidate_id"], "--legal-basis", "consent", *desk.by(REVIEWER))
    desk.run("officers", "conflict", REVIEWER, handed.output.split()[2].rstrip(","), *desk.by(SUPERVISOR))

    words = ("--purpose", "review", *desk.by(REVIEWER))
    answers = {
        desk.run("candidate", given, *words, expected=1).output.replace(given, "ID")
        for given in (candidate["candidate_id"], candidate["candidate_id"][:8], "0" * 8)
    }

    assert desk.json("candidates", "--all", *desk.by(REVIEWER)) == []
    assert len(desk.seen("candidates", "--all")) == 1
    assert answers == {"Error: no candidate ID: see `clue-exchange candidates`\n"}


def test_the_access_log_of_a_clue_is_asked_for_by_the_beginning_of_its_id(
    sides: TwoSides, desks: tuple[Desk, Desk]
) -> None:
    """As everywhere; who has a conflict of interest there is answered as if it did not exist."""
    desk, (first, second) = desks[1], some_clues(sides, 2)
    for clue_id in (first, second):
        desk.look("clue", clue_id)

    shown = desk.seen("access-log", "show", "--clue", first[:8])
    desk.run("officers", "conflict", SUPERVISOR, first[:8], *desk.by(SUPERVISOR))

    assert [each["act"] for each in shown if each["officer"] != "node"] == ["see-clues"]
    assert {each["clue"] for each in shown} == {first}
    for given in (first, first[:8]):
        refused = desk.look("access-log", "show", "--clue", given, expected=1).output
        assert refused == f"Error: no clue {given} is known here\n"


def plans(store: Store, look: Callable[[], object]) -> list[str]:
    """How the database finds what this look asks of it."""
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        asked.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    look()
    event.remove(store.engine, "before_cursor_execute", note)
    with store.engine.begin() as connection:
        if not store.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # for a table of one row it reads the table
        explain = "EXPLAIN QUERY PLAN" if store.is_sqlite else "EXPLAIN"
        return [
            str(connection.exec_driver_sql(f"{explain} {sql}", given).all()) for sql, given in asked if "BETW" in sql
        ]


def test_an_id_is_found_by_the_index(sides: TwoSides) -> None:
    """However many clues and candidates there are: the beginning of an id never has a whole table read."""
    agency = sides.procuratorate

    def look() -> None:
        with agency.store.reading() as transaction:
            worklist.clues_between(transaction, UUID(int=5), UUID(int=6))
        agency.candidates().between(UUID(int=5), UUID(int=6))

    found = plans(agency.store, look)

    assert len(found) == 2
    assert all("USING INDEX" in plan or "Index" in plan for plan in found)

"""
Rebuilding the views from the events alone, on SQLite and on PostgreSQL.
"""

import json
from pathlib import Path
from uuid import UUID

import pytest

from console import restoring
from consumers.rebuild import DamagedEvent, Rebuilt
from schemas.case_events import AidAnswered, AidDecided, AidRequested, ApplicationFiled
from schemas.clue_events import ClueAccepted, ClueWithdrawn
from tests.builders import an_event
from tests.desks import both_desks
from tests.two_sides import TwoSides, rows

VIEWS = (
    "SELECT * FROM clue ORDER BY clue_id",
    "SELECT * FROM aid_branch ORDER BY branch_id",
    "SELECT hash, clue_id, facts, outcome, void, place, recorded_at FROM event ORDER BY hash",
)


def nobody(done: int, total: int) -> None:
    """Nobody looks at the progress."""


def rebuilt(sides: TwoSides) -> Rebuilt:
    return restoring.rebuild(sides.federation).run(nobody)


def seen(sides: TwoSides) -> list[list[tuple[object, ...]]]:
    with sides.federation.store.reading() as transaction:
        return [rows(transaction, query) for query in VIEWS]


def damage(sides: TwoSides, *statements: str) -> None:
    with sides.federation.store.transaction() as transaction:
        for statement in statements:
            transaction.exec_driver_sql(statement)


@pytest.fixture
def clue_id(sides: TwoSides) -> UUID:
    """A clue with a history: a branch of further aid, a void withdrawal; and two more clues."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    procuratorate = sides.procuratorate.procuratorate()
    procuratorate.accept(clue_id, an_event(ClueAccepted))
    procuratorate.file_application(clue_id, an_event(ApplicationFiled))
    procuratorate.decide(clue_id, an_event(AidDecided))
    sides.federation.federation().withdraw(clue_id, an_event(ClueWithdrawn))
    asked = procuratorate.request_aid(clue_id, an_event(AidRequested))
    sides.exchange()
    sides.federation.federation().answer_aid(clue_id, an_event(AidAnswered, branch=asked.envelope.event_id))
    sides.transfer()
    sides.transfer()
    sides.exchange()
    return clue_id


def test_a_sound_ledger_is_the_same_after_a_rebuild(sides: TwoSides, clue_id: UUID) -> None:
    """To the moment at which each clue changed; with voids and branches."""
    before = seen(sides)

    found = rebuilt(sides)

    assert (found.clues, found.differing, found.damaged) == (3, [], [])
    assert seen(sides) == before
    assert len(sides.digests(clue_id)) == 1


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE clue SET state = 'paid', digest = 'x'",
        "DELETE FROM clue",
        "DELETE FROM aid_branch",
        "UPDATE event SET outcome = 'waiting', place = NULL",
        "UPDATE event SET previous = NULL, seen = NULL",
        "UPDATE event SET facts = NULL",
    ],
)
def test_what_differs_from_the_events_is_named_and_put_right(sides: TwoSides, clue_id: UUID, harm: str) -> None:
    """Whatever column it is: the bytes that both signed say what is true."""
    before = [[row[:-1] for row in table] for table in seen(sides)[:1]] + seen(sides)[1:]
    damage(sides, harm)

    found = rebuilt(sides)

    assert clue_id in found.differing
    assert [[row[:-1] for row in table] for table in seen(sides)[:1]] + seen(sides)[1:] == before
    assert rebuilt(sides).differing == []
    assert len(sides.digests(clue_id)) == 1


def test_an_event_whose_bytes_prove_nothing_is_named_and_its_clue_left_alone(sides: TwoSides, clue_id: UUID) -> None:
    """A fold without it would be another history."""
    before = seen(sides)
    topic = f"{sides.procuratorate.settings.agency}.clues"
    damage(sides, f"UPDATE event SET record = substr(record, 2) WHERE topic = '{topic}' AND number = 1")

    found = rebuilt(sides)

    assert found.damaged == [DamagedEvent(topic, 1, clue_id)]
    assert seen(sides) == before


def test_what_happens_while_the_views_are_folded_is_in_them(sides: TwoSides, clue_id: UUID) -> None:
    """A clue that is new, and one that got an event after it was folded."""
    other = next(UUID(str(row[0])) for row in seen(sides)[0] if UUID(str(row[0])) != clue_id)

    def go_on(done: int, total: int) -> None:
        sides.transfer()
        sides.federation.federation().withdraw(other, an_event(ClueWithdrawn))

    found = restoring.rebuild(sides.federation).run(go_on)

    assert found.differing == []
    with sides.federation.store.reading() as transaction:
        assert rows(transaction, "SELECT state, count(*) FROM clue GROUP BY state ORDER BY state") == [
            ("granted", 1),
            ("transferred", 2),
            ("withdrawn", 1),
        ]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # the command line is the same on both
def test_the_command_tells_what_differed_and_exits_with_one(sides: TwoSides, clue_id: UUID, tmp_path: Path) -> None:
    """By a supervisor or an operator; the act stands in the access log."""
    desk, _ = both_desks(sides, tmp_path)
    damage(sides, f"UPDATE clue SET digest = 'x' WHERE clue_id = '{clue_id.hex}'")

    first = desk.run("rebuild", *desk.by("wang"), "--json", expected=1)
    second = desk.run("rebuild", *desk.by("wang"))

    assert json.loads(first.stdout)["differing"] == [str(clue_id)]
    assert "3 clues folded afresh" in second.stdout
    with sides.federation.store.reading() as transaction:
        assert rows(transaction, "SELECT count(*) FROM access_log WHERE act = 'rebuild'") == [(2,)]
    assert len(sides.digests(clue_id)) == 1

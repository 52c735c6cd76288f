"""
What the store of candidates promises, on SQLite and on PostgreSQL.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from clue_exchange.errors import CommandRefused
from clue_exchange.sealing import Unreadable
from clue_exchange.store import Store
from clue_exchange.tables import CANDIDATE
from producers.candidate import Candidate, CandidateStatus, Facts, NewCandidate, Span
from producers.candidates import Candidates
from schemas.codes import AgeBand, Category, IdNumberState, Source
from schemas.particulars import Particulars
from tests.registers import candidates_of

PARTICULARS = Particulars(name="张三妹", phone="19900000001", narrative="丈夫打人。")
FACTS = Facts(
    candidate_id=UUID(int=1),
    register="register.csv",
    sheet=None,
    row_number=3,
    source=Source.S1,
    received_on=date(2022, 3, 5),
    labels=("DOMESTIC_VIOLENCE",),
    categories=(Category.W2,),
    urgent=False,
    evidence=(Span("DOMESTIC_VIOLENCE", 0, 4),),
    flags=("id_number_check_wrong",),
    id_number_state=IdNumberState.none,
    age_band=AgeBand.unknown,
    same_person_as=(),
    taken_in_at=datetime(2026, 1, 5, 8, 0, tzinfo=UTC),
)


@pytest.fixture
def candidates(store: Store, tmp_path: Path) -> Iterator[Candidates]:
    """An agency without candidates."""
    with candidates_of("federation-110101", store, tmp_path) as kept:
        yield kept


def a_candidate(number: int = 1, **changes: Any) -> NewCandidate:
    facts = replace(FACTS, **{"candidate_id": UUID(int=number), "row_number": number, **changes})
    return NewCandidate(facts, number.to_bytes(32, "big"), PARTICULARS)


def kept(store: Store, candidates: Candidates, *new: NewCandidate) -> None:
    with store.transaction() as transaction:
        candidates.add(transaction, new)


def test_what_was_added_is_read_again(store: Store, candidates: Candidates) -> None:
    """Every fact, and the particulars when they are opened."""
    kept(store, candidates, a_candidate())

    assert candidates.get(UUID(int=1)) == Candidate(
        replace(FACTS, row_number=1), CandidateStatus.awaiting, reviewer=None, clue_id=None
    )
    assert candidates.to_hand_over(UUID(int=1)) == PARTICULARS


def test_a_row_that_is_kept_already_stays_as_it_was(store: Store, candidates: Candidates) -> None:
    """The same row hash: no effect, and the answer is the first id."""
    kept(store, candidates, a_candidate())
    again = replace(a_candidate(), facts=replace(FACTS, candidate_id=UUID(int=9), urgent=True))

    with store.transaction() as transaction:
        added = candidates.add(transaction, [again])

    assert list(added.values()) == [UUID(int=1)]
    assert [row.facts.urgent for row in candidates.list()] == [False]


def test_nothing_stays_when_the_transaction_fails(store: Store, candidates: Candidates) -> None:
    """All or nothing."""

    def add_and_fail() -> None:
        with store.transaction() as transaction:
            candidates.add(transaction, [a_candidate()])
            candidates.dismiss(transaction, uuid4(), "officer-1")

    with pytest.raises(CommandRefused):
        add_and_fail()

    assert candidates.list(None) == ()


def test_no_particulars_stand_in_the_table_under_their_name(store: Store, candidates: Candidates) -> None:
    """Facts alone stand outside the sealed part."""
    kept(store, candidates, a_candidate())

    with store.reading() as transaction:
        row = dict(transaction.execute(select(CANDIDATE)).one()._mapping)
    del row["sealed"], row["sketch"]

    assert not any(value in str(row) for value in ("张三妹", "19900000001", "丈夫"))


def test_a_sealed_part_that_was_moved_is_not_opened(store: Store, candidates: Candidates) -> None:
    """It is bound to its candidate."""
    kept(store, candidates, a_candidate(1), a_candidate(2))
    with store.transaction() as transaction:
        sealed = transaction.execute(
            select(CANDIDATE.c.sealed).where(CANDIDATE.c.candidate_id == UUID(int=1))
        ).scalar_one()
        transaction.execute(update(CANDIDATE).where(CANDIDATE.c.candidate_id == UUID(int=2)).values(sealed=sealed))

    with pytest.raises(Unreadable):
        candidates.to_hand_over(UUID(int=2))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, CandidateStatus.awaiting),
        ({"labels": (), "urgent": True}, CandidateStatus.awaiting),
        ({"labels": ()}, CandidateStatus.screened_out),
    ],
)
def test_a_row_awaits_a_person_when_there_is_any_sign(
    store: Store, candidates: Candidates, changes: dict[str, Any], status: CandidateStatus
) -> None:
    """A label or urgency; without either it is kept apart."""
    kept(store, candidates, a_candidate(**changes))

    assert candidates.get(UUID(int=1)).status is status


def test_the_urgent_come_first_then_the_older(store: Store, candidates: Candidates) -> None:
    """The order in which a person should look."""
    kept(
        store,
        candidates,
        a_candidate(1),
        a_candidate(2, received_on=date(2022, 1, 1)),
        a_candidate(3, urgent=True, received_on=date(2022, 12, 31)),
    )

    assert [row.facts.row_number for row in candidates.list()] == [3, 2, 1]


def test_a_transferred_candidate_names_clue_and_reviewer(store: Store, candidates: Candidates) -> None:
    """Also one that screening had found nothing in: a person may see more."""
    clue_id = uuid4()
    kept(store, candidates, a_candidate(labels=()))

    with store.transaction() as transaction:
        candidates.mark_transferred(transaction, UUID(int=1), clue_id, "officer-1")

    row = candidates.get(UUID(int=1))
    assert (row.status, row.clue_id, row.reviewer) == (CandidateStatus.transferred, clue_id, "officer-1")
    assert candidates.list() == ()


@pytest.mark.parametrize("reviewer", ["", " ", "张三", "A B"])
def test_nothing_is_decided_without_a_reviewer(store: Store, candidates: Candidates, reviewer: str) -> None:
    """No name, no decision."""
    kept(store, candidates, a_candidate())

    with pytest.raises(CommandRefused, match="reviewer"), store.transaction() as transaction:
        candidates.mark_transferred(transaction, UUID(int=1), uuid4(), reviewer)

    assert candidates.get(UUID(int=1)).status is CandidateStatus.awaiting


def test_a_decision_is_not_changed(store: Store, candidates: Candidates) -> None:
    """A dismissed row is not transferred afterwards, nor any row twice."""
    kept(store, candidates, a_candidate())
    with store.transaction() as transaction:
        candidates.dismiss(transaction, UUID(int=1), "officer-1")

    with pytest.raises(CommandRefused, match="dismissed already"), store.transaction() as transaction:
        candidates.mark_transferred(transaction, UUID(int=1), uuid4(), "officer-2")

    assert candidates.get(UUID(int=1)).reviewer == "officer-1"


def test_an_unknown_candidate_is_refused(store: Store, candidates: Candidates) -> None:
    """By every door."""
    with pytest.raises(CommandRefused):
        candidates.get(uuid4())
    with pytest.raises(CommandRefused):
        candidates.to_hand_over(uuid4())
    with pytest.raises(CommandRefused), store.transaction() as transaction:
        candidates.dismiss(transaction, uuid4(), "officer-1")


def test_links_are_added_once(store: Store, candidates: Candidates) -> None:
    """Offered to a person; repeating it changes nothing."""
    kept(
        store,
        candidates,
        a_candidate(1),
        a_candidate(2),
        a_candidate(3, same_person_as=(UUID(int=1),), same_person_why=("number",)),
    )

    for _ in range(2):
        with store.transaction() as transaction:
            candidates.link(transaction, {UUID(int=1): {UUID(int=2): "number", UUID(int=3): "number"}})

    assert candidates.get(UUID(int=1)).facts.same_person_as == (UUID(int=2), UUID(int=3))
    assert candidates.get(UUID(int=3)).facts.same_person_as == (UUID(int=1),)

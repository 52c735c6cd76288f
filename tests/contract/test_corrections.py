"""
What reviewers say of screening, on SQLite and on PostgreSQL: kept without text, counted, and never a transfer.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from clue_exchange.errors import CommandRefused
from clue_exchange.store import Store
from clue_exchange.tables import SCREENING_CORRECTION
from producers.candidate import CandidateStatus
from producers.candidates import Candidates
from producers.corrections import ANY, URGENT, Change, Score, correct, scores
from producers.intake import bundled_mappings, take_in
from producers.opening import Reviewed, opening_facts
from producers.screening import Label, Screener
from schemas.codes import Category, Role
from tests.contract.test_candidates import a_candidate, kept
from tests.desks import both_desks
from tests.people import OFFICER, REVIEWER
from tests.registers import a_csv, a_row, candidates_of
from tests.two_sides import SetClock, TwoSides

CLOCK = SetClock()
ILL, VIOLENCE = Label.ILLNESS_OR_DISABILITY, Label.DOMESTIC_VIOLENCE
FORGED_REVIEWERS = ("", " ", "nobody\n", "screening model 1", "x" * 200)


@pytest.fixture
def candidates(store: Store, tmp_path: Path) -> Iterator[Candidates]:
    """An agency without candidates."""
    with candidates_of("federation-110101", store, tmp_path) as empty:
        yield empty


def corrected(store: Store, candidates: Candidates, number: int, change: Change, reviewer: str = "officer-7") -> None:
    with store.transaction() as transaction:
        correct(transaction, candidates, UUID(int=number), change, reviewer, CLOCK())


def test_a_correction_takes_the_place_of_screening(store: Store, candidates: Candidates) -> None:
    """Labels, categories, urgency; the passages of what was dropped go, and the decision is still open."""
    kept(store, candidates, a_candidate(1))

    corrected(store, candidates, 1, Change(frozenset({ILL}), frozenset({VIOLENCE}), urgent=True))

    found = candidates.get(UUID(int=1))
    assert (found.facts.labels, found.facts.categories, found.facts.urgent) == ((ILL,), (Category.W4,), True)
    assert found.facts.evidence == ()
    assert found.status is CandidateStatus.awaiting
    assert found.reviewer is None


def test_what_a_reviewer_finds_in_a_row_without_a_sign_awaits_a_decision(store: Store, candidates: Candidates) -> None:
    """And what he takes from one is kept apart."""
    kept(store, candidates, a_candidate(1, labels=(), categories=(), evidence=()), a_candidate(2))

    corrected(store, candidates, 1, Change(add=frozenset({ILL})))
    corrected(store, candidates, 2, Change(remove=frozenset({VIOLENCE})))

    assert [candidates.get(UUID(int=number)).status for number in (1, 2)] == ["awaiting", "screened_out"]


def test_figures_come_from_what_was_proposed_first(store: Store, candidates: Candidates) -> None:
    """A second correction replaces the first; a confirmation counts as right; what nobody read does not count."""
    kept(store, candidates, a_candidate(1), a_candidate(2), a_candidate(3, source="S2"), a_candidate(4))

    corrected(store, candidates, 1, Change(frozenset({ILL})))
    corrected(store, candidates, 1, Change(remove=frozenset({VIOLENCE}), urgent=True))
    corrected(store, candidates, 2, Change())
    corrected(store, candidates, 3, Change(remove=frozenset({VIOLENCE})))

    with store.reading() as transaction:
        found = {(score.source, score.measured): score for score in scores(transaction)}
    assert found["all", VIOLENCE] == Score("all", VIOLENCE, right=1, extra=2, missed=0)
    assert found["all", ILL] == Score("all", ILL, right=0, extra=0, missed=1)
    assert found["all", URGENT].recall == 0.0
    assert found["S1", ANY].precision == 1.0
    assert found["S2", ANY].precision == 0.0
    assert found["S2", URGENT].recall is None


def test_a_correction_is_kept_without_any_text(store: Store, candidates: Candidates) -> None:
    """Labels, source, reviewer and moment; nothing of the narrative."""
    kept(store, candidates, a_candidate(1))
    corrected(store, candidates, 1, Change(frozenset({ILL})))

    with store.reading() as transaction:
        (row,) = transaction.execute(select(SCREENING_CORRECTION)).all()

    assert set(row._mapping) == {
        *("candidate_id", "source", "proposed", "proposed_urgent", "labels", "urgent", "reviewer", "corrected_at")
    }
    assert "丈夫" not in str(row)


@pytest.mark.parametrize("reviewer", FORGED_REVIEWERS)
def test_screening_is_corrected_by_a_person(store: Store, candidates: Candidates, reviewer: str) -> None:
    """What is no officer's id corrects nothing."""
    kept(store, candidates, a_candidate(1))

    with pytest.raises(CommandRefused, match="person"):
        corrected(store, candidates, 1, Change(frozenset({ILL})), reviewer)

    assert candidates.get(UUID(int=1)).facts.labels == (VIOLENCE,)


def test_what_is_decided_is_not_corrected(store: Store, candidates: Candidates) -> None:
    """The decision stands on what it saw."""
    kept(store, candidates, a_candidate(1))
    with store.transaction() as transaction:
        candidates.dismiss(transaction, UUID(int=1), "officer-7")

    with pytest.raises(CommandRefused, match="dismissed already"):
        corrected(store, candidates, 1, Change())


@pytest.mark.parametrize("reviewer", FORGED_REVIEWERS)
def test_nothing_screened_is_transferred_without_a_reviewers_name(
    sides: TwoSides, tmp_path: Path, reviewer: str
) -> None:
    """A command that was forged past the model is refused at the desk: no event, and the candidate still awaits."""
    agency = sides.federation
    register = a_csv(tmp_path / "register.csv", a_row(诉求内容="丈夫天天打我，胳膊打断了，不敢回家。"))
    take_in(register, bundled_mappings(), agency.candidates(), agency.store, Screener.load(), agency.clock)
    (found,) = agency.candidates().list()
    honest = opening_facts(found.facts, Role.federation, Reviewed("officer-7", "consent"))
    forged = honest.model_copy(update={"officer": reviewer})
    before = len(sides.events_of(Role.federation))

    with pytest.raises(CommandRefused, match="decided on by a person"):
        agency.desk().hand_over(found.candidate_id, forged)

    assert len(sides.events_of(Role.federation)) == before
    assert agency.candidates().get(found.candidate_id).status is CandidateStatus.awaiting


def test_links_of_two_processes_at_once_are_all_kept(store: Store, candidates: Candidates) -> None:
    """Each reads, adds and writes: on PostgreSQL the second waits for the first."""
    kept(store, candidates, *(a_candidate(number) for number in range(1, 12)))

    def link(other: int) -> None:
        with store.transaction() as transaction:
            candidates.link(transaction, {UUID(int=1): {UUID(int=other): "number"}})

    threads = [threading.Thread(target=link, args=(other,)) for other in range(2, 12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(candidates.get(UUID(int=1)).facts.same_person_as) == {UUID(int=other) for other in range(2, 12)}


def test_a_reviewer_corrects_and_evaluates_by_the_command_line(sides: TwoSides, tmp_path: Path) -> None:
    """Logged by name; an officer without the role corrects nothing; figures by label and source."""
    desk = both_desks(sides, tmp_path)[0]
    register = a_csv(tmp_path / "register.csv", a_row(诉求内容="丈夫天天打我，胳膊打断了，不敢回家。"))
    desk.run("intake", str(register), *desk.by(OFFICER))
    (found,) = desk.json("candidates", *desk.by(REVIEWER))
    words = ("candidates", "correct", found["candidate_id"][:8], "--label", "ILLNESS_OR_DISABILITY", "--urgent")

    shown = desk.run("candidate", found["candidate_id"], "--purpose", "review", *desk.by(REVIEWER)).output
    desk.run(*words, *desk.by(OFFICER), expected=1)
    desk.run(*words, *desk.by(REVIEWER))
    (after,) = desk.json("candidates", "list", *desk.by(REVIEWER))
    figures = {(row["source"], row["measured"]): row for row in desk.json("screen", "evaluate", *desk.by(REVIEWER))}

    assert "DOMESTIC_VIOLENCE: 丈夫天天打" in shown
    assert after["labels"] == [*found["labels"], "ILLNESS_OR_DISABILITY"]
    assert after["urgent"] is True
    assert figures["all", "ILLNESS_OR_DISABILITY"]["recall"] == 0.0
    assert figures["S1", "DOMESTIC_VIOLENCE"]["precision"] == 1.0
    assert "DOMESTIC_VIOLENCE" in desk.run("screen", "evaluate", *desk.by(REVIEWER), columns=120).output

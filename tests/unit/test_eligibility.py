"""The checklist explains what speaks for and against aid, the same on both sides, and never decides."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import case_events as case
from schemas import clue_events as clue
from schemas.clock import steps_of
from schemas.codes import Role
from schemas.criteria import Criterion, Finding
from schemas.eligibility import MEANS, Eligibility, eligibility
from schemas.errors import InvalidEvent
from schemas.event import Event
from tests.builders import AWARD, PERSON, ClueBuilder, an_event
from tests.fold_laws import play, random_moves

F, P = Role.federation, Role.procuratorate


def checked(**findings: str) -> list[dict[str, str]]:
    return [{"criterion": criterion, "finding": finding} for criterion, finding in findings.items()]


def of(told: ClueBuilder) -> Eligibility:
    return eligibility(steps_of(told.fold(F).placed))


def standing(found: Eligibility, criterion: Criterion) -> tuple[str, str]:
    (row,) = [row for row in found.rows if row.criterion is criterion]
    return row.standing, row.usually


def test_the_list_has_every_condition_and_says_nothing_of_what_nobody_said() -> None:
    """Six frame conditions, seven situations, six exclusions; a silence speaks against nobody."""
    found = of(ClueBuilder().by_federation(an_event(clue.ClueTransferred)))

    assert [row.criterion for row in found.rows] == list(Criterion)
    assert {(row.standing, row.usually) for row in found.rows} == {("missing", "")}
    assert not found.frame_is_given
    assert not found.situation_is_given
    assert found.exclusions == ()


def test_each_side_tells_what_it_found_and_the_procuratorate_stands_before_the_federation() -> None:
    """What one side finds given and the other contradicted is shown as contradicted, with what usually follows."""
    told = ClueBuilder().by_federation(
        an_event(clue.ClueTransferred, checklist=checked(N1="given", N2="given", N4="given", N5="given", E1="given"))
    )
    told.by_procuratorate(
        an_event(clue.ClueAccepted, checklist=checked(N1="contradicted", N4="missing", N6="given", X6="given"))
    )
    told.by_procuratorate(an_event(case.ApplicationFiled, checklist=checked(N6="missing")))
    found = of(told)

    assert standing(found, Criterion.N1) == ("contradicted", "T1")
    assert standing(found, Criterion.N2) == ("given", "")
    assert standing(found, Criterion.N3) == ("missing", "")
    assert standing(found, Criterion.N4) == ("missing", "D3, A09")
    assert standing(found, Criterion.N6) == ("missing", "D1")
    assert standing(found, Criterion.X6) == ("given", "D3")
    assert found.exclusions == (Criterion.X6,)
    assert found.situation_is_given
    assert not found.frame_is_given
    assert found.rows[0].by_federation == (Finding.given, date(2026, 3, 2))


def test_all_of_n_and_one_of_e_are_what_the_rules_ask_for() -> None:
    """Then frame and situation are given; what is decided is still a person's."""
    given_all = checked(**dict.fromkeys(("N1", "N2", "N3", "N4", "N5", "N6", "E7"), "given"))
    found = of(ClueBuilder().by_procuratorate(an_event(clue.ClueShared, checklist=given_all)))

    assert found.frame_is_given
    assert found.situation_is_given
    assert not hasattr(found, "is_eligible")


@pytest.mark.parametrize("event", [clue.ClueTransferred, clue.ClueSupplemented])
def test_a_federation_never_ticks_an_exclusion(event: type[Event]) -> None:
    """X codes are findings of the procuratorate."""
    with pytest.raises(InvalidEvent, match="findings of the procuratorate"):
        an_event(event, checklist=checked(X1="missing"))


def test_a_condition_stands_in_an_event_once() -> None:
    """Or nobody could say which of the two holds."""
    with pytest.raises(InvalidEvent, match="twice"):
        an_event(clue.ClueAccepted, checklist=checked(N1="given") + checked(N1="missing"))


def test_it_shows_who_is_still_without_a_decision_and_which_papers_are_there() -> None:
    """The household's minors stand in the list without being named again."""
    child = {**PERSON, "number": 2, "role": "minor_child", "age_band": "under_14"}
    told = ClueBuilder().by_federation(an_event(clue.ClueTransferred, persons=[PERSON, child]))
    told.by_federation(an_event(clue.ClueSupplemented, papers=["M4"]))
    told.by_procuratorate(an_event(clue.ClueAccepted), an_event(case.AidDecided, decisions=[AWARD], in_advance=True))
    found = of(told)

    assert [(each.person, each.is_decided) for each in found.beneficiaries] == [((F, 1), True), ((F, 2), False)]
    assert found.papers == {"M1", "M2", "M4"}
    assert found.papers_are_due


def test_every_frame_condition_and_exclusion_has_a_redirection_or_a_reason() -> None:
    """Where one fails, the answer is a redirection or further aid, not a bare decline."""
    assert set(MEANS) == {criterion for criterion in Criterion if criterion[0] in "NX"}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_both_sides_see_the_same_list(seed: int) -> None:
    """It is taken from the chain alone."""
    history = play(random_moves(seed), str(seed))
    history.deliver_all()

    assert eligibility(steps_of(history.fold(F).placed)) == eligibility(steps_of(history.fold(P).placed))

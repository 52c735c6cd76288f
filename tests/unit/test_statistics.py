"""
Figures are functions of events: the same on both sides, and what their formulas say.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consumers.statistics.courses import Course, course
from consumers.statistics.formulas import BY_KEY, FORMULAS, figures
from consumers.statistics.lines import LONGEST_DAYS, Counted, Terms, percentile
from consumers.statistics.outcomes import Result, ended
from consumers.statistics.periods import Month, months_back
from consumers.statistics.publication import MonthFigures, month_figures
from schemas import case_events as case
from schemas import clue_events as clue
from schemas.codes import Role
from schemas.view import State
from tests.builders import A_UUID, AWARD, HER, REFUSAL, ClueBuilder, an_event
from tests.courses import BEGINS, MARCH, TERMS, a_course, courses_at, of_everything, on_day, told
from tests.fold_laws import Move, play

moves = st.lists(st.tuples(st.sampled_from(Role), st.integers(0, 3), st.integers(0, 999)), max_size=40)


@given(st.lists(moves, max_size=6))
def test_both_sides_find_the_same_figures(plays: list[list[Move]]) -> None:
    """For any delivered history, in whatever order it arrived, every line of every figure is the same."""
    histories = [play(each, str(index)) for index, each in enumerate(plays)]
    for history in histories:
        history.deliver_all()
    ours, theirs = (courses_at([history.fold(role) for history in histories]) for role in Role)

    assert [f.lines for f in figures(ours, MARCH, TERMS)] == [f.lines for f in figures(theirs, MARCH, TERMS)]
    assert published(ours) == published(theirs)


def published(courses: Sequence[Course]) -> MonthFigures:
    return month_figures(Counted(courses, MARCH, TERMS))


@given(st.lists(moves, max_size=6))
def test_every_line_has_the_columns_of_its_formula(plays: list[list[Move]]) -> None:
    """And no part is larger than the whole that it is a share of."""
    histories = [play(each, str(index)) for index, each in enumerate(plays)]
    for figure in figures(courses_at([history.fold(Role.federation) for history in histories]), MARCH, TERMS):
        for line in figure.lines:
            assert set(line.values) == set(figure.formula.columns)
            share = figure.share(line)
            assert share is None or 0 <= share <= 1


def test_keys_are_unique_and_every_ratio_has_its_columns() -> None:
    """A key means one formula; its share is made of its own columns."""
    assert len(BY_KEY) == len(FORMULAS)
    for formula in FORMULAS:
        assert set(formula.ratio or ()) <= set(formula.columns)


def test_a_household_counts_each_person_who_is_granted_aid_once() -> None:
    """Two awards to one woman are one person; the amounts add up; a refusal is no person."""
    again = an_event(case.AidDecided, decisions=[{**AWARD, "number": 2, "amount_fen": 500}])
    refused = an_event(case.AidDecided, decisions=[{**REFUSAL, "number": 3}])
    courses = [a_course((Role.procuratorate, again), (Role.procuratorate, refused), state=State.granted)]

    assert of_everything(courses, "K1").values == {"from_federation": 1, "persons": 1}
    assert of_everything(courses, "K8").values == {
        "persons": 1,
        "decided_fen": 2_000_500,
        "paid_fen": 0,
        "per_person_fen": 2_000_500,
    }


def test_open_clues_stand_apart_from_the_conversion() -> None:
    """Aided by those with an outcome: a clue that is still open is in neither number."""
    courses = [a_course(state=s, serial=n) for n, s in enumerate((State.accepted, State.paid, State.declined))]

    line = of_everything(courses, "K2")

    assert line.values == {"clues": 3, "open": 1, "with_outcome": 2, "aided": 1}


def test_an_overturned_decline_stays_counted_and_is_told_apart() -> None:
    """Disputed, and then the procuratorate took the clue up."""
    overturned = a_course((Role.procuratorate, an_event(clue.ClueAccepted)), state=State.disputed, serial=1)
    standing = a_course((Role.procuratorate, an_event(clue.ClueDeclined)), state=State.disputed, serial=2)
    decline = next(e for _, e in overturned.of(clue.ClueDeclined))

    line = of_everything([overturned, standing], "K6", "declined", decline.reason, decline.responsible)

    assert line.values == {"count": 3, "disputed": 2, "overturned": 1}


def test_net_time_leaves_out_the_days_of_the_other_side() -> None:
    """Returned on day 1, completed on day 2, accepted on day 3: three days gross, two net."""
    steps = [
        (Role.procuratorate, an_event(clue.ClueReturned)),
        (Role.federation, an_event(clue.ClueSupplemented)),
        (Role.procuratorate, an_event(clue.ClueAccepted)),
    ]
    courses = [a_course(*steps)]

    assert of_everything(courses, "K4", "acceptance", "gross").values["median"] == 3
    assert of_everything(courses, "K4", "acceptance", "net").values["median"] == 2


def test_nothing_after_the_last_day_is_known_to_a_month() -> None:
    """A clue that is paid in April was not aided as of the end of March."""
    late = told(ClueBuilder().at(State.paid).fold(Role.federation), days_apart=20)

    assert of_everything([late], "K2", period=MARCH).values["open"] == 1
    assert of_everything([late], "K2").values["aided"] == 1


def test_a_clock_that_goes_back_makes_no_negative_days() -> None:
    """The days of a course ascend, whatever the senders' clocks say."""
    placed = ClueBuilder().at(State.accepted).fold(Role.federation).placed
    found = course(A_UUID, [on_day(place, BEGINS - timedelta(days=9 * n)) for n, place in enumerate(placed)])

    assert found is not None
    assert of_everything([found], "K4", "acceptance", "gross").values["max"] == 0


def test_a_clue_comes_to_one_result_with_its_reason() -> None:
    """A decline that was disputed, accepted and then refused is refused, by the reason of the refusal."""
    steps = [
        (Role.procuratorate, an_event(clue.ClueAccepted)),
        (Role.procuratorate, an_event(case.ApplicationFiled)),
        (Role.procuratorate, an_event(case.AidDecided, decisions=[REFUSAL])),
    ]
    found = ended(a_course(*steps, state=State.disputed))

    assert (found.result, found.reason) == (Result.refused, "D2")


def test_a_request_for_aid_is_open_until_it_is_answered() -> None:
    """By kind: asked, and what became of it."""
    asked = an_event(case.AidRequested, kind="A03", beneficiary=HER)

    line = of_everything([a_course((Role.procuratorate, asked), state=State.accepted)], "K7", "aid", "A03")

    assert line.values == {"requested": 1, "provided": 0, "declined": 0, "open": 1}


def test_percentiles_are_by_nearest_rank() -> None:
    """The value itself, no mean of two."""
    assert percentile([1, 2, 3, 4], 50) == 2
    assert percentile([7], 90) == 7
    assert percentile(range(1, 11), 90) == 9
    assert percentile([], 50) is None


def test_months_go_back_across_a_year() -> None:
    """And each knows its last day."""
    assert [str(month) for month in months_back(Month(2026, 2), 4)] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert Month.parse("2028-02").last == date(2028, 2, 29)


class _Counting:
    """A calendar that counts how often it is asked."""

    asked = 0

    def is_workday(self, _: date) -> bool:
        self.asked += 1
        return True

    def is_published(self, _: date) -> bool:
        return True


def test_a_time_of_ten_thousand_years_is_not_counted_day_by_day() -> None:
    """A counterpart may claim any dates; figures must not stand still for that."""
    calendar = _Counting()

    days = Terms(calendar, TERMS.deadlines_of).working_days(date.min, date.max)

    assert days == calendar.asked == LONGEST_DAYS

"""A clue that its finder handed over too late: a figure, a mark on the agenda of its month, a lesson."""

from datetime import date, timedelta
from uuid import UUID, uuid5

from consumers.monthly_pack.cases import cases
from consumers.monthly_pack.lessons import Teaching, lessons
from consumers.statistics.courses import Course
from consumers.statistics.formulas import figures
from consumers.statistics.periods import Month, Period
from schemas.clue_events import ClueShared, ClueTransferred, NewClue
from schemas.codes import Role
from tests.builders import A_UUID, ClueBuilder, an_event
from tests.courses import BEGINS, MARCH, TERMS, of_everything, told

APRIL = Period.of_month(Month(2026, 4), date(2026, 6, 1))


def found(days_before: int | None, event_type: type[NewClue] = ClueTransferred, serial: int = 0) -> Course:
    """A clue that was opened on 2 March, so many days after it was found; every day of the terms is a working day."""
    day = None if days_before is None else BEGINS - timedelta(days=days_before)
    by = Role.federation if event_type is ClueTransferred else Role.procuratorate
    opened = ClueBuilder(str(serial)).by(by, an_event(event_type, found_on=day))
    return told(opened.fold(Role.federation), uuid5(A_UUID, str(serial)))


COURSES = [found(5), found(6, serial=1), found(None, serial=2), found(9, ClueShared, serial=3)]


def test_in_time_late_and_undated_are_told_apart() -> None:
    """In all, by finder and by source; who tells no day of finding is in neither number of the share."""
    every = of_everything(COURSES, "F3")

    assert every.values == {"clues": 4, "dated": 3, "on_time": 1, "late": 2}
    assert of_everything(COURSES, "F3", "origin", "procuratorate").values["late"] == 1
    assert of_everything(COURSES, "F3", "source", "federation", "S1").values["dated"] == 2
    assert of_everything(COURSES, "F2", "duty", "hand_over", "federation").values == {
        "ended": 2,
        "on_time": 1,
        "overdue": 0,
    }


def test_it_stands_on_the_agenda_of_its_month_alone() -> None:
    """By whom, found by which source, and how many working days too late."""
    late = [case for case in cases(COURSES, MARCH, TERMS) if case.agenda == "handed_over_late"]

    assert [(case.clue, case.party, case.codes, case.working_days) for case in late] == [
        (str(clue_id(3)), "procuratorate", ("S8",), 4),
        (str(clue_id(1)), "federation", ("S1",), 1),
    ]
    assert [case for case in cases(COURSES, APRIL, TERMS) if case.agenda == "handed_over_late"] == []


def clue_id(serial: int) -> UUID:
    return uuid5(A_UUID, str(serial))


def test_the_meeting_is_told_how_many_came_late() -> None:
    """So many of those that tell their day; of none that came late there is no lesson."""
    (lesson,) = (
        each for each in lessons(figures(COURSES, MARCH, TERMS)) if each.teaching is Teaching.late_handing_over
    )

    assert (lesson.count, lesson.of) == (2, 3)
    assert not [e for e in lessons(figures(COURSES[:1], MARCH, TERMS)) if e.teaching is Teaching.late_handing_over]

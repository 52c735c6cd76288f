"""How a clock stands, in words: what runs, is overdue, paused, done late or dropped are different words."""

from datetime import date

import pytest

from console.duty_words import due_in_words, standing_in_words
from schemas.clock import Clock
from schemas.codes import Role
from schemas.duty import Duty

DUE, BEFORE, AFTER = date(2026, 3, 11), date(2026, 3, 10), date(2026, 3, 12)


def a_clock(**changes: object) -> Clock:
    fields = {"duty": Duty.take_up, "by": Role.procuratorate, "about": "", "started_on": date(2026, 3, 2), "due": DUE}
    return Clock(**{**fields, **changes})  # type: ignore[arg-type]  # the fields of a clock, by name


@pytest.mark.parametrize(
    ("clock", "today", "words"),
    [
        (a_clock(), BEFORE, "running 计时中"),
        (a_clock(), AFTER, "OVERDUE 已逾期"),
        (a_clock(due=None, is_paused=True), AFTER, "paused 暂停"),
        (a_clock(is_paused=True), AFTER, "paused, was overdue 暂停(此前已逾期)"),
        (a_clock(ended_on=BEFORE, is_done=True), AFTER, "done 已完成 2026-03-10"),
        (a_clock(ended_on=AFTER, is_done=True), AFTER, "done late 逾期完成 2026-03-12"),
        (a_clock(ended_on=BEFORE), AFTER, "dropped 终止 2026-03-10"),
        (a_clock(ended_on=AFTER), AFTER, "dropped, was overdue 终止(此前已逾期) 2026-03-12"),
    ],
)
def test_each_standing_has_words_of_its_own(clock: Clock, today: date, words: str) -> None:
    """What was done late is not overdue any more, and what is paused is overdue for nobody."""
    assert standing_in_words(clock, today) == words
    assert clock.is_overdue(today) == words.startswith("OVERDUE")


def test_the_last_day_of_a_paused_clock_is_told_as_such() -> None:
    """Neither a date alone, which reads as if it ran."""
    assert due_in_words(a_clock(is_paused=True)) == "paused 暂停 (2026-03-11)"
    assert due_in_words(a_clock(is_provisional=True)) == "2026-03-11 provisional 暂定"

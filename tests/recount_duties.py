"""
The recount of duties: K5, F2 and F3, each clock walked through day by day, with nothing of the product imported.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from tests.recount_reading import OTHER, Found, Happened, Standing

Terms: TypeAlias = Mapping[int, Mapping[str, Mapping[str, int]]]
"""By version of the agreement and duty, as the agreement's file has it: so many `working_days` or `months`."""
IsWorkday: TypeAlias = Callable[[date], bool]
Lines: TypeAlias = dict[str, dict[str, int | None]]
Spell: TypeAlias = tuple[date, date | None]
"""From the day on which a clock ran to the day on which it did not; None: it still runs."""
FED, PROC = "federation", "procuratorate"
DONE_BY = {
    "take_up": ("ClueAccepted", "ClueDeclined", "ClueRedirected"),
    "answer_dispute": ("ClueAccepted", "ClueDeclined", "ClueRedirected"),
    "complete": ("ClueSupplemented",),
    "decide": ("AidDecided",),
    "pay": ("FundsPaid",),
    "tell_to_collect": ("ProgressReported", "FundsPaid"),
    "track_redirect": ("ProgressReported",),
    "feedback": ("CaseClosed",),
    "acknowledge": ("FeedbackAcknowledged", "ClueDisputed"),
    "file_papers": ("ApplicationFiled",),
    "answer_aid": ("AidAnswered",),
    "confirm_erasure": ("ErasureConfirmed",),
}
AT_REST = ("closed", "declined", "finished", "withdrawn")


@dataclass
class Duty:
    """One duty of one clue: by whom, its last day, the day of its end, whether it was done, or waits for another."""

    name: str
    by: str
    due: date | None
    ended: date | None
    done: bool
    waits: bool = False

    def late(self, last: date) -> bool:
        """As of the end of a day: what is open on its own last day was not done by it."""
        return self.due is not None and self.due < (self.ended or last + timedelta(days=1))


def recount_duties(clues: Sequence[Found], first: date, last: date, is_workday: IsWorkday, terms: Terms) -> Lines:
    """K5, F2 and F3 of a period."""
    every = [duty for clue in clues for duty in _duties(clue, last, is_workday, terms)]
    feedback = [
        duty
        for duty in every
        if duty.name == "feedback"
        and duty.due is not None
        and first <= duty.due <= last
        and (duty.ended is None or duty.done)
    ]
    late = sum(duty.late(last) for duty in feedback)
    found: Lines = {"K5 all": {"due": len(feedback), "on_time": len(feedback) - late, "late": late}}
    ended, on_time, overdue = Counter[str](), Counter[str](), Counter[str]()
    for duty in every:
        for line in ("F2 all", f"F2 duty {duty.name} {duty.by}"):
            in_period = duty.done and duty.ended is not None and first <= duty.ended <= last
            ended[line] += in_period
            on_time[line] += in_period and not duty.late(last)
            overdue[line] += duty.ended is None and not duty.waits and duty.late(last)
    found |= {line: {"ended": ended[line], "on_time": on_time[line], "overdue": overdue[line]} for line in ended}
    return found | _handed_over([c for c in clues if first <= c.opening.day <= last], is_workday, terms)


def _handed_over(cohort: Sequence[Found], is_workday: IsWorkday, terms: Terms) -> Lines:
    found: Lines = {}
    for group in sorted({group for clue in cohort for group in clue.groups}):
        its = [clue for clue in cohort if group in clue.groups]
        told = [duty for clue in its if (duty := _hand_over(clue, is_workday, terms)) is not None]
        late = sum(duty.due is not None and duty.ended is not None and duty.due < duty.ended for duty in told)
        found[f"F3 {group}"] = {"clues": len(its), "dated": len(told), "on_time": len(told) - late, "late": late}
    return found


def _duties(clue: Found, last: date, is_workday: IsWorkday, terms: Terms) -> Iterator[Duty]:
    opened = _hand_over(clue, is_workday, terms)
    if opened is not None:
        yield opened
    yield from _by_turn(clue, is_workday, terms)
    yield from _reports(clue, last, terms)
    for plan in clue.of("FollowUpPlanned"):
        held = [e.facts["visited_on"] for e in clue.of("FollowUpRecorded") if e.facts["plan"] == plan.event_id]
        due, ended = _day(plan.facts["planned_for"]), [*map(_day, held), None][0]
        yield Duty("follow_up", plan.by, due, ended, done=ended is not None)


def _day(told: str | date) -> date:
    return told if isinstance(told, date) else date.fromisoformat(told)


def _hand_over(clue: Found, is_workday: IsWorkday, terms: Terms) -> Duty | None:
    opening = clue.opening
    if opening.facts.get("found_on") is None:
        return None
    found_on = min(_day(opening.facts["found_on"]), opening.on)
    due = _last_day(terms[opening.version]["hand_over"], [(found_on, None)], is_workday)
    return Duty("hand_over", opening.by, due, opening.on, done=True)


def owed(now: Standing) -> dict[tuple[str, str], str]:
    """What runs while a clue stands so: the duty, which one of several, and by whom."""
    by_state = {
        "transferred": ("take_up", PROC),
        "disputed": ("answer_dispute", PROC),
        "returned": ("complete", FED),
        "applied": ("decide", PROC),
        "granted": ("pay", PROC),
        "paid": ("feedback", PROC),
        "refused": ("feedback", PROC),
        "redirected": ("feedback" if now.body_answered else "track_redirect", PROC),
        "closed": ("acknowledge", FED),
        "declined": ("acknowledge", FED),
    }
    duties = [by_state[now.state]] if now.state in by_state else []
    duties += [("tell_to_collect", PROC)] if now.money_waits else []
    duties += [("file_papers", PROC)] if now.papers_owed else []
    found = {(name, ""): by for name, by in duties}
    found |= {("answer_aid", branch): OTHER[asked_by] for branch, asked_by in now.aid.items()}
    return found | {
        ("confirm_erasure", person): OTHER[asked_by]
        for person, asked_by in now.erasures.items()
        if person not in now.erased
    }


def rests(name: str, now: Standing) -> bool:
    """Whether a duty that has begun waits for the other side, or for a step before it."""
    states = {"take_up": ("returned",), "decide": ("returned", "transferred", "accepted"), "feedback": ("granted",)}
    return now.state in states.get(name, ())


def _by_turn(clue: Found, is_workday: IsWorkday, terms: Terms) -> Iterator[Duty]:
    running: dict[tuple[str, str], tuple[str, int, list[Spell]]] = {}
    for event in clue.events:
        now = owed(event.after)
        for key in list(running):
            by, version, spells = running[key]
            since, until = spells[-1]
            if key in now and until is not None:
                spells.append((event.on, None))
            elif key not in now and until is None:
                spells[-1] = (since, event.on) if rests(key[0], event.after) else (since, None)
            if key not in now and not rests(key[0], event.after):
                del running[key]
                due = _last_day(terms[version][key[0]], spells, is_workday)
                yield Duty(key[0], by, due, event.on, done=event.type in DONE_BY[key[0]])
        for key in now.keys() - running.keys():
            running[key] = (now[key], event.version, [(event.on, None)])
    for (name, _), (by, version, spells) in running.items():
        due = _last_day(terms[version][name], spells, is_workday)
        yield Duty(name, by, due, None, done=False, waits=spells[-1][1] is not None)


def _last_day(term: Mapping[str, int], spells: Sequence[Spell], is_workday: IsWorkday) -> date | None:
    if "months" in term:
        began = spells[0][0]
        return _nth(spells, (_months_later(began, term["months"]) - began).days, lambda _: True)
    if term["working_days"] == 0:
        day = spells[0][0]
        while not is_workday(day):
            day += timedelta(days=1)
        return day
    return _nth(spells, term["working_days"], is_workday)


def _nth(spells: Sequence[Spell], count: int, counts: Callable[[date], bool]) -> date | None:
    """The day that is so many whole days into these spells; neither their first nor their last day counts."""
    for since, until in spells:
        day = since + timedelta(days=1)
        while until is None or day < until:
            count -= counts(day)
            if count == 0:
                return day
            day += timedelta(days=1)
    return None


def _months_later(day: date, months: int) -> date:
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _reports(clue: Found, last: date, terms: Terms) -> Iterator[Duty]:
    """Progress by the month, for each time in which the clue was in hand."""
    first, further = (terms[clue.opening.version][name]["months"] for name in ("first_progress", "further_progress"))
    events = list(clue.events)
    while events:
        while events and events[0].after.state in AT_REST:
            events.pop(0)
        in_hand: list[Happened] = []
        while events and events[0].after.state not in AT_REST:
            in_hand.append(events.pop(0))
        if in_hand:
            yield from _of_time_in_hand(in_hand, events[0] if events else None, last, first, further)


def _of_time_in_hand(
    in_hand: Sequence[Happened], end: Happened | None, last: date, first: int, further: int
) -> Iterator[Duty]:
    began = in_hand[0].on
    spells: list[Spell] = [(began, None)]
    told = [e.on for e in in_hand[1:] if e.type in ("ProgressReported", "AidDecided", "FundsPaid")]
    for event in in_hand[1:]:
        since, until = spells[-1]
        if event.after.state == "returned" and until is None:
            spells[-1] = (since, event.on)
        elif event.after.state != "returned" and until is not None:
            spells.append((event.on, None))
    since, months, name = began, first, "first_progress"
    over = min([last, *([end.on] if end else [])])
    while name == "first_progress" or since < over:
        due = _nth(spells, (_months_later(began, months) - began).days, lambda _: True)
        after = [day for day in told if name == "first_progress" or day > since]
        ended = min(after) if after else end.on if end else None
        done = bool(after) or (end is not None and end.type in ("CaseClosed", "ClueDeclined"))
        yield Duty(name, PROC, due, ended, done)
        if due is None:
            return
        since, months, name = due, months + further, "further_progress"

"""
The script of a quarter of a county: which clues are found on which day, and what becomes of each on which day.

Courses are those of stories.py; codes, amounts and delays vary, so that a month
has reasons, sums and overdue duties to look at. Everybody is fictional.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from clue_exchange.workdays import PublishedCalendar
from console.demo.officers import courses
from console.demo.stories import ACCEPT, ACKNOWLEDGE, RECORD_VISIT, STORIES, WITHDRAW, Step, Story
from schemas import case_events as case
from schemas import clue_events as clue
from schemas.clue_events import NewClue
from schemas.codes import Role
from schemas.event import Event
from schemas.reasons import DECLINE_TERMS, DeclineReason
from schemas.view import ClueView

FIRST_DAY, LAST_DAY = date(2026, 1, 5), date(2026, 3, 31)
CLUES = 300
FOUND_BY_FEDERATION = 0.65
SLOW = 0.08
"""How many of the steps take weeks instead of days."""
ENDINGS = ((ACKNOWLEDGE,), (WITHDRAW,), (RECORD_VISIT,))

_SOURCES: Mapping[Role, Mapping[str, int]] = {
    Role.federation: {"S1": 5, "S2": 8, "S3": 6, "S4": 2},
    Role.procuratorate: {"S5": 2, "S6": 3, "S7": 1, "S8": 8, "S9": 2, "S10": 3},
}
_CATEGORIES = {"W1": 4, "W2": 9, "W3": 4, "W4": 6, "W5": 2, "W6": 1, "W7": 2}
_DECLINED = {"D1": 2, "D2": 6, "D3": 4, "D4": 1, "D6": 2, "D8": 2, "D9": 2}
_REDIRECTED = {"T1": ("court", "police"), "T2": ("other_procuratorate",), "T3": ("civil_affairs",)}
_AID = {"A02": 4, "A03": 4, "A04": 3, "A05": 5, "A08": 4, "A11": 1, "A12": 2}  # the federation may answer for these

DAYS_BEFORE = (0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 12)
"""How long ago a clue was found, of those that are handed over: mostly within the agreement's five working days."""


@dataclass(frozen=True, slots=True)
class Script:
    """What makes a quarter: the same seed and number of clues give the same one."""

    seed: int
    clues: int = CLUES


@dataclass(frozen=True, slots=True)
class PlannedClue:
    """
    A clue and when what happens to it.

    Attributes:
        opened: the working day of the quarter, counted from 0, on which it is found.
        steps: each with the day on which it is due, one a day at most, so that the sides never wait for each other.
        rng: this clue's own, so that neither side needs to know what the other has drawn.
    """

    by: Role
    opening: NewClue
    opened: int
    steps: Sequence[tuple[int, Step]]
    rng: Random = field(repr=False)


def workdays() -> list[date]:
    """The working days of the quarter."""
    days = (FIRST_DAY + timedelta(days=count) for count in range((LAST_DAY - FIRST_DAY).days + 1))
    return [day for day in days if PublishedCalendar().is_workday(day)]


def plan_quarter(script: Script, days: int) -> list[PlannedClue]:
    """The clues of a script over so many working days, and their courses."""
    rng, count = Random(script.seed), script.clues  # noqa: S311  # no secret: the point is that it repeats
    by_federation = round(count * FOUND_BY_FEDERATION)
    accepted = [story for story in STORIES if story.steps[:1] == (ACCEPT,)]
    told = [
        *((Role.federation, story.steps) for story in courses(by_federation, _mostly_ended(STORIES))),
        *((Role.procuratorate, _shared(story)) for story in courses(count - by_federation, _mostly_ended(accepted))),
    ]
    rng.shuffle(told)
    planned = []
    for by, steps in told:
        opened = rng.randrange(days)
        due = list(_due(opened, steps, rng))
        planned.append(PlannedClue(by, _opening(by, rng), opened, due, Random(rng.random())))  # noqa: S311  # as above
    return sorted(planned, key=lambda each: each.opened)


def _mostly_ended(stories: Sequence[Story]) -> list[Story]:
    """In a quarter most of what is begun is ended: courses that stop on the way are a few."""
    return [story if story.steps[-1:] in ENDINGS else replace(story, share=-(-story.share // 4)) for story in stories]


def varied(step: Step, view: ClueView, today: date, rng: Random) -> Event:
    """The event of a step, with codes, amounts and dates of this day."""
    event = step.facts_for(view)
    changes = _changes(event, view, today, rng)
    return type(event).read({**event.model_dump(), **changes}) if changes else event


def found_before(opening: NewClue, day: date, rng: Random) -> NewClue:
    """The opening of a clue that is handed over on this day, some days after it was found."""
    found_on = day - timedelta(days=rng.choice(DAYS_BEFORE))
    return type(opening).read({**opening.model_dump(), "found_on": found_on})


def _shared(story: Story) -> tuple[Step, ...]:
    """What is shared is accepted already; only its finder could withdraw it."""
    return tuple(step for step in story.steps[1:] if step is not WITHDRAW)


def _due(opened: int, steps: Sequence[Step], rng: Random) -> Iterator[tuple[int, Step]]:
    day = opened
    for step in steps:
        day += rng.randint(12, 25) if rng.random() < SLOW else rng.randint(1, 5)
        yield day, step


def _pick(weights: Mapping[str, int], rng: Random) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _opening(by: Role, rng: Random) -> NewClue:
    source = _pick(_SOURCES[by], rng)
    category = _pick(_CATEGORIES, rng)
    more = [other for other in _CATEGORIES if other != category and rng.random() < 0.06]
    children = rng.choices((0, 1, 2), (6, 3, 1))[0]
    woman = {"number": 1, "role": "applicant", "age_band": "from_18_to_59", "id_number": "well_formed"}
    child = {"role": "minor_child", "age_band": "under_14", "id_number": "none"}
    facts: dict[str, Any] = {
        "officer": f"{by}-reviewer-1",
        "source": source,
        "categories": [category, *more],
        "urgent": rng.random() < 0.1,
        "legal_basis": "statutory_duty",
        "persons": [woman, *({**child, "number": 2 + n} for n in range(children))],
    }
    if by is Role.federation:
        return clue.ClueTransferred.read({**facts, "papers": ["M1", "M2"]})
    if source == "S10":
        facts["model_name_and_version"] = rng.choice(["hardship-1.2", "hardship-1.3"])
    return clue.ClueShared.read(facts)


def _changes(event: Event, view: ClueView, today: date, rng: Random) -> Mapping[str, Any]:
    match event:
        case clue.ClueDeclined():
            reason = DeclineReason(_pick(_DECLINED, rng))
            terms = DECLINE_TERMS[reason]
            return {"reason": reason, "responsible": terms.responsible, "next_step": rng.choice(terms.next_steps)}
        case clue.ClueRedirected():
            why = rng.choice(list(_REDIRECTED))
            return {"reason": why, "to_body": rng.choice(_REDIRECTED[why])}
        case clue.ClueReturned():
            lack = _pick({"R1": 5, "R2": 1, "R3": 2}, rng)
            papers = [_pick({"M3": 3, "M4": 4, "M6": 1}, rng)] if lack == "R1" else []
            return {"reasons": [lack], "missing_papers": papers}
        case case.AidDecided():
            return {"decisions": _decisions(event.decisions[0].model_dump(), view, rng)}
        case case.AidRequested():
            return {"kind": _pick(_AID, rng)}
        case case.AidAnswered(provided_on=day) if day is not None:
            return {"provided_on": today}
        case case.FollowUpPlanned():
            return {"planned_for": today + timedelta(days=rng.randint(5, 20))}
        case case.FollowUpRecorded():
            scale = rng.choice(["improved", "improved", "stable", "unchanged"])
            return {
                "visited_on": today,
                "scale": scale,
                "plan": next((v.plan_id for v in view.visits if not v.is_held), None),
            }
        case _:
            return {}


def _decisions(first: Mapping[str, Any], view: ClueView, rng: Random) -> Sequence[Mapping[str, Any]]:
    """The decision of the story for each beneficiary who has none: the whole household at once."""
    undecided = sorted(view.beneficiaries - view.decided)
    people = ({"added_by": added_by, "number": number} for added_by, number in undecided)
    refused = {"amount_fen": None, "refusal": rng.choice(["D2", "D3"])}
    return [
        {"number": first["number"] + place, "person": person}
        | (refused if first["amount_fen"] is None else {"amount_fen": rng.randrange(6, 60) * 50_000})
        for place, person in enumerate(people)
    ]

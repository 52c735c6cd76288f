"""
An independent recount of the figures: from the event table's rows alone, with nothing of the product imported.

It reads (clue, place, sender, event type, occurred at, facts) of the applied events and counts in its own way, slowly
and plainly. tests/contract/test_statistics.py compares what it finds with what the product says.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

Row = tuple[str, int, str, str, str, Mapping[str, Any]]
"""Clue, place, sender, event type, occurred at (UTC, ISO), facts."""
OPENING = ("ClueTransferred", "ClueShared")
FEDERATION_HOLDS = {"ClueReturned", "ClueDeclined", "CaseClosed"}
GIVES_TURN_BACK = {"ClueSupplemented", "ClueDisputed", "FeedbackAcknowledged", "ClueWithdrawn"}


@dataclass
class Found:
    """One clue as this script sees it: its events as (day, sender, type, facts)."""

    events: list[tuple[date, str, str, Mapping[str, Any]]] = field(default_factory=list)

    def days(self, *types: str) -> list[date]:
        return [day for day, _, event_type, _ in self.events if event_type in types]

    def facts(self, event_type: str) -> list[tuple[date, Mapping[str, Any]]]:
        return [(day, facts) for day, _, each, facts in self.events if each == event_type]

    @property
    def opened(self) -> date:
        return self.events[0][0]

    @property
    def is_federations(self) -> bool:
        return self.events[0][1].startswith("federation-")

    @property
    def awards(self) -> list[tuple[date, Mapping[str, Any]]]:
        return [(day, d) for day, facts in self.facts("AidDecided") for d in facts["decisions"] if d["amount_fen"]]

    def has_outcome(self) -> bool:
        """The last event that settles or unsettles the clue says it."""
        if self.awards:
            return True
        settled = False
        for _, _, event_type, _ in self.events:
            if event_type in {"ClueDeclined", "ClueRedirected", "AidDecided", "ClueWithdrawn", "CaseClosed"}:
                settled = True
            elif event_type in {"ClueDisputed", "ClueAccepted", "ClueReturned"}:
                settled = False
        return settled


def clues_of(rows: Iterable[Row], last: date) -> list[Found]:
    """The clues until a day of China; a clock that goes back counts as standing still."""
    found: defaultdict[str, Found] = defaultdict(Found)
    over = set[str]()
    for clue, _, sender, event_type, occurred, facts in sorted(rows, key=lambda row: row[:2]):
        day = (datetime.fromisoformat(occurred) + timedelta(hours=8)).date()
        if found[clue].events:
            day = max(day, found[clue].events[-1][0])
        if day > last:
            over.add(clue)
        if clue not in over:
            found[clue].events.append((day, sender, event_type, facts))
    return [each for each in found.values() if each.events]


def recount(
    rows: Iterable[Row], first: date, last: date, is_workday: Callable[[date], bool]
) -> dict[str, dict[str, int | None]]:
    """The figures of a period, by names such as `K1` or `K3 category W2`, each with its numbers."""
    clues = clues_of(rows, last)
    cohort = [clue for clue in clues if first <= clue.opened <= last]
    return {
        **_persons_and_money(clues, first, last),
        **_conversion(cohort),
        **_groups(cohort),
        **_times(clues, first, last, is_workday),
        **_reasons(clues, first, last),
        **_aid_and_visits(clues, first, last),
    }


def _persons_and_money(clues: Sequence[Found], first: date, last: date) -> dict[str, dict[str, int | None]]:
    persons, ours, decided, paid = 0, 0, 0, 0
    for clue in clues:
        met = set()
        amounts = {}
        for day, award in clue.awards:
            amounts[award["number"]] = award["amount_fen"]
            decided += award["amount_fen"] * (first <= day <= last)
            who = (award["person"]["added_by"], award["person"]["number"])
            if who not in met and first <= day <= last:
                persons += 1
                ours += clue.is_federations
            met.add(who)
        for day, payment in clue.facts("FundsPaid"):
            paid += sum(amounts[number] for number in payment["awards"]) * (first <= day <= last)
    return {
        "K1 all": {"from_federation": ours, "persons": persons},
        "K8 all": {"persons": persons, "decided_fen": decided, "paid_fen": paid},
    }


def _conversion(cohort: Sequence[Found]) -> dict[str, dict[str, int | None]]:
    settled = [clue for clue in cohort if clue.has_outcome()]
    numbers = {"clues": len(cohort), "open": len(cohort) - len(settled), "with_outcome": len(settled)}
    return {"K2 all": {**numbers, "aided": sum(bool(clue.awards) for clue in cohort)}}


def _groups(cohort: Sequence[Found]) -> dict[str, dict[str, int | None]]:
    sources, categories = Counter[str](), Counter[str]()
    for clue in cohort:
        side = "federation" if clue.is_federations else "procuratorate"
        sources[f"{side} {clue.events[0][3]['source']}"] += 1
        categories.update(set(clue.events[0][3]["categories"]))
    counts = {f"K3 source {name}": n for name, n in sources.items()}
    counts |= {f"K3 category {name}": n for name, n in categories.items()}
    return {name: {"clues": n, "all": len(cohort)} for name, n in counts.items()}


def _times(
    clues: Sequence[Found], first: date, last: date, is_workday: Callable[[date], bool]
) -> dict[str, dict[str, int | None]]:
    found = {}
    for stage, event_type in (("acceptance", "ClueAccepted"), ("decision", "AidDecided")):
        gross, net = [], []
        for clue in clues:
            reached = clue.days(event_type)[:1]
            if reached and first <= reached[0] <= last:
                days = [d for d in _days(clue.opened, reached[0]) if is_workday(d)]
                gross.append(len(days))
                net.append(sum(not _federation_held(clue, day) for day in days))
        for name, values in (("gross", sorted(gross)), ("net", sorted(net))):
            count = len(values)
            found[f"K4 {stage} {name}"] = {
                "n": count,
                "median": values[(count + 1) // 2 - 1] if values else None,
                "p90": values[(9 * count + 9) // 10 - 1] if values else None,
                "max": values[-1] if values else None,
            }
    return found


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]


def _federation_held(clue: Found, day: date) -> bool:
    """Whether the last event before this day that moves the turn had given it to the federation."""
    holds = False
    for when, _, event_type, _ in clue.events:
        if when < day:
            holds = event_type in FEDERATION_HOLDS or (holds and event_type not in GIVES_TURN_BACK)
    return holds


def _reasons(clues: Sequence[Found], first: date, last: date) -> dict[str, dict[str, int | None]]:
    count, overturned = Counter[str](), Counter[str]()
    for clue in clues:
        for index, (day, _, event_type, facts) in enumerate(clue.events):
            if event_type == "ClueDeclined" and first <= day <= last:
                name = f"K6 declined {facts['reason']} {facts['responsible']}"
                count[name] += 1
                later = [each for _, _, each, _ in clue.events[index + 1 :]]
                if "ClueDisputed" in later:
                    after = later[later.index("ClueDisputed") + 1 :]
                    verdict = [e for e in after if e in {"ClueAccepted", "ClueDeclined", "ClueRedirected"}][:1]
                    overturned[name] += verdict == ["ClueAccepted"]
            if event_type == "ClueReturned" and first <= day <= last:
                count.update(f"K6 returned {reason} sender" for reason in set(facts["reasons"]))
    return {name: {"count": n, "overturned": overturned[name]} for name, n in count.items()}


def _aid_and_visits(clues: Sequence[Found], first: date, last: date) -> dict[str, dict[str, int | None]]:
    asked = sum(first <= day <= last for clue in clues for day, _ in clue.facts("AidRequested"))
    visits = sum(first <= day <= last for clue in clues for day, _ in clue.facts("FollowUpRecorded"))
    return {"K7 all": {"requested": asked}, "K9 all": {"visits": visits}}

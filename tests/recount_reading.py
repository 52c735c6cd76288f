"""
How the recount reads exported events: clue by clue, each with what had become of the clue by then.

Nothing of the product is imported; what an event does to a clue is told here in other words than in schemas/.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

Facts: TypeAlias = Mapping[str, Any]
OTHER = {"federation": "procuratorate", "procuratorate": "federation"}
LEADS_TO = {
    "ClueTransferred": "transferred",
    "ClueShared": "accepted",
    "ClueReturned": "returned",
    "ClueAccepted": "accepted",
    "ClueDeclined": "declined",
    "ClueRedirected": "redirected",
    "ClueDisputed": "disputed",
    "ClueWithdrawn": "withdrawn",
    "CaseClosed": "closed",
    "FeedbackAcknowledged": "finished",
}
FEDERATION_ACTS = ("returned", "declined", "closed")


class Row(NamedTuple):
    """An event that took effect, as the event table of either side has it."""

    clue: str
    place: int
    sender: str
    event_type: str
    occurred: str
    event_id: str
    version: int
    facts: Facts


@dataclass
class Standing:
    """What has become of a clue; `unpaid` and `paid` hold numbers of awards, `aid` and `erasures` who asked."""

    state: str = ""
    unpaid: set[int] = field(default_factory=set)
    paid: set[int] = field(default_factory=set)
    papers_owed: bool = False
    money_waits: bool = False
    body_answered: bool = False
    aid: dict[str, str] = field(default_factory=dict)
    erasures: dict[str, str] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)

    def take(self, event: "Happened") -> None:
        """Go on by one event."""
        self._awards(event.type, event.facts)
        self._on_the_way(event.type, event.facts)
        self._requests(event)
        if event.type == "ClueSupplemented" and self.state == "returned":
            self.state = "transferred"
        elif event.type == "ApplicationFiled" and self.state == "accepted":
            self.state = "applied"
        elif event.type in ("AidDecided", "FundsPaid"):
            self.state = "granted" if self.unpaid else "paid" if self.paid else "refused"
        else:
            self.state = LEADS_TO.get(event.type, self.state)

    def _awards(self, event_type: str, facts: Facts) -> None:
        if event_type == "AidDecided":
            awarded = {each["number"] for each in facts["decisions"] if each["amount_fen"]}
            self.papers_owed |= bool(facts["in_advance"] and awarded and self.state == "accepted")
            self.unpaid |= awarded
        if event_type == "FundsPaid":
            self.unpaid -= set(facts["awards"])
            self.paid |= set(facts["awards"])

    def _on_the_way(self, event_type: str, facts: Facts) -> None:
        if event_type == "ApplicationFiled":
            self.papers_owed = False
        if event_type == "CaseClosed" and not self.paid:
            self.papers_owed = False
        if event_type in ("FundsPaid", "CaseClosed") or facts.get("stage") == "told_to_collect":
            self.money_waits = False
        if facts.get("stage") == "funds_arrived":
            self.money_waits = True
        if event_type == "ClueDisputed":
            self.body_answered = False
        self.body_answered |= facts.get("body_answer") is not None

    def _requests(self, event: "Happened") -> None:
        match event.type:
            case "AidRequested":
                self.aid[event.event_id] = event.by
            case "AidAnswered":
                self.aid.pop(event.facts["branch"], None)
            case "FeedbackAcknowledged" | "ClueWithdrawn":
                self.aid.clear()
            case "ErasureRequested":
                for person in persons_of(event.facts):
                    self.erasures[person] = max(event.by, self.erasures.get(person, ""))
            case "ErasureConfirmed":
                self.erased |= persons_of(event.facts)


def persons_of(facts: Facts) -> set[str]:
    """`federation:1` for each person that is named."""
    return {f"{each['added_by']}:{each['number']}" for each in facts["persons"]}


@dataclass
class Happened:
    """One event; `on` is the day that it tells, `day` never before that of the event ahead of it."""

    on: date
    day: date
    by: str
    type: str
    event_id: str
    version: int
    facts: Facts
    after: Standing = field(default_factory=Standing)


@dataclass
class Found:
    """One clue as the recount sees it."""

    events: list[Happened] = field(default_factory=list)

    def of(self, *types: str) -> list[Happened]:
        return [event for event in self.events if event.type in types]

    @property
    def opening(self) -> Happened:
        return self.events[0]

    @property
    def awards(self) -> list[tuple[date, Facts]]:
        """Each award with the day of its decision."""
        return [(e.day, d) for e in self.of("AidDecided") for d in e.facts["decisions"] if d["amount_fen"]]

    @property
    def groups(self) -> list[str]:
        """What lines it counts in."""
        facts, by = self.opening.facts, self.opening.by
        model = facts.get("model_name_and_version")
        return [
            *("all", f"origin {by}", f"source {by} {facts['source']}"),
            *(f"category {each}" for each in sorted(set(facts["categories"]))),
            *([f"model {model}"] if model else []),
        ]


def clues_of(rows: Iterable[Row], last: date) -> list[Found]:
    """The clues until a day of China; a clock that goes back counts as standing still."""
    found: defaultdict[str, Found] = defaultdict(Found)
    over = set[str]()
    for row in sorted(rows, key=lambda row: (row.clue, row.place)):
        events = found[row.clue].events
        on = (datetime.fromisoformat(row.occurred) + timedelta(hours=8)).date()
        day = max([on, *(event.day for event in events[-1:])])
        by = row.sender.partition("-")[0]
        over |= {row.clue} if day > last else set()
        if row.clue not in over:
            event = Happened(on, day, by, row.event_type, row.event_id, row.version, row.facts)
            event.after = deepcopy(events[-1].after) if events else Standing()
            event.after.take(event)
            events.append(event)
    return [each for each in found.values() if each.events]

"""
The scripted officers: each acts when the other side's event has arrived, as a person at a desk would.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from threading import Event
from typing import TypeAlias
from uuid import UUID

from clue_exchange import outbox_depth
from clue_exchange.errors import ExchangeError
from clue_exchange.store import Transaction
from clue_exchange.topics import topic_name
from clue_exchange.wake import watch
from console.demo.stories import Step, Story
from console.wiring import Agency
from consumers import worklist
from schemas.catalog import EVENT_FAMILIES, type_of
from schemas.codes import Role

ARRIVAL_SECONDS = 30
Advance: TypeAlias = Callable[[], None]
"""Called once for each act, for a progress bar."""


class NotArrived(ExchangeError):
    """An event did not reach the other side in time."""


@dataclass(slots=True)
class ScriptedClue:
    """
    A clue and the course that it takes.

    Attributes:
        issued: how many events of both sides it has.
    """

    clue_id: UUID
    steps: Sequence[Step] = ()
    issued: int = 1


@dataclass(frozen=True, slots=True)
class Officers:
    """
    The officers of both agencies, at the agencies' own databases.

    They act one after the other, so that what is measured is the way of one event and not a queue of the script's.
    """

    agencies: Mapping[Role, Agency]

    def play(self, clues: Sequence[ScriptedClue], advance: Advance) -> None:
        """
        Take every clue through its steps, one step of all clues after the other.

        Raises:
            NotArrived: an event did not reach the side that has to act next.
        """
        for index in range(max((len(clue.steps) for clue in clues), default=0)):
            for clue in clues:
                if index < len(clue.steps):
                    self.act(clue, clue.steps[index])
                    advance()

    def act(self, clue: ScriptedClue, step: Step) -> None:
        """One act, when its side sees all earlier events of the clue; returns when the other side sees it."""
        self.act_unseen(clue, step, clue.issued)
        self.wait_until_seen(step.by.other, clue.clue_id, clue.issued)

    def act_unseen(self, clue: ScriptedClue, step: Step, seen: int) -> None:
        """One act, when its side sees so many events of the clue; the other side may hear of it later."""
        agency = self.agencies[step.by]
        self.wait_until_seen(step.by, clue.clue_id, seen)
        with agency.store.reading() as transaction:
            view = agency.ledger.fold(transaction, clue.clue_id).view
        event = step.facts_for(view)
        agency.desk().act(type_of(event).verb)(clue.clue_id, event)
        clue.issued += 1

    def wait_until_seen(self, role: Role, clue_id: UUID, events: int) -> None:
        """
        Wait until so many events of a clue took their places at this side.

        Raises:
            NotArrived: they did not in 30 seconds.
        """

        def are_seen(transaction: Transaction) -> bool:
            row = worklist.clue(transaction, clue_id)
            return row is not None and row.applied + row.void >= events

        self._wait(role, are_seen, f"clue {clue_id}: not all of {events} events reached the {role}")

    def wait_until_acknowledged(self, role: Role) -> None:
        """
        Wait until receipts have named every event of this side.

        Raises:
            NotArrived: they did not in 30 seconds.
        """
        agency = self.agencies[role]

        def are_acknowledged(transaction: Transaction) -> bool:
            return unacknowledged(agency, transaction) == 0

        self._wait(role, are_acknowledged, f"not every event of the {role} was acknowledged")

    def _wait(self, role: Role, condition: Callable[[Transaction], bool], otherwise: str) -> None:
        store = self.agencies[role].store
        deadline = time.monotonic() + ARRIVAL_SECONDS
        with closing(watch(store)) as commits:
            while True:
                with store.reading() as transaction:
                    if condition(transaction):
                        return
                if time.monotonic() > deadline:
                    raise NotArrived(otherwise)
                commits.wait(Event(), 0.2)


def unacknowledged(agency: Agency, transaction: Transaction) -> int:
    """How many events of this agency no receipt has named."""
    journals = (topic_name(agency.settings.agency, family) for family in EVENT_FAMILIES)
    return sum(outbox_depth.unacknowledged(transaction, journal).records for journal in journals)


def courses(count: int, stories: Sequence[Story]) -> list[Story]:
    """So many courses, mixed evenly by the shares of the stories, each story at least once where there is room."""
    total = sum(story.share for story in stories)
    due = {story.name: 0.0 for story in stories}
    chosen: list[Story] = []
    for _ in range(count):
        for story in stories:
            due[story.name] += story.share / total
        unseen = [story for story in stories if story not in chosen]
        story = max(unseen or stories, key=lambda story: due[story.name])
        due[story.name] -= 1
        chosen.append(story)
    return chosen

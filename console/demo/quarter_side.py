"""
One side of the quarter, in a process of its own: its officers by script, its database, its relay and loop.

The process does what it is asked through a pipe, one thing after the other, and ends when the pipe is closed.
"""

import io
import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from clue_exchange.logs import json_log
from clue_exchange.settings import Settings
from console.demo.daily_post import DailyPost, daily_post
from console.demo.quarter_script import LAST_DAY, PlannedClue, Script, found_before, plan_quarter, varied, workdays
from console.wiring import Agency
from consumers import worklist
from schemas.catalog import type_of
from schemas.particulars import Particulars

MORNING = timedelta(hours=1)  # nine o'clock in China
BETWEEN_ACTS = timedelta(minutes=2)
HERS = Particulars(name="甲某", narrative="本演示中的人物与情节均为虚构。")

Papers: TypeAlias = Callable[[Agency], Mapping[str, bytes]]
"""Makes the papers of the quarter, by file name, from the ledger of one side."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Open the agency of this configuration, and play this script."""

    config: Path
    script: Script


@dataclass(frozen=True, slots=True)
class Act:
    """Do what the script says for a working day, counted from 0, and send it."""

    day: int


@dataclass(frozen=True, slots=True)
class Acted:
    """How many events that were, and the ids of the clues that were opened."""

    events: int
    opened: Mapping[int, UUID]


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Take in what the other side sent, until so many events of both are placed; know its new clues."""

    issued: int
    opened: Mapping[int, UUID]


@dataclass(frozen=True, slots=True)
class End:
    """The quarter is over: tell what is seen, and make the papers."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The digest of every clue, and the papers."""

    digests: Mapping[UUID, str]
    papers: Mapping[str, bytes]


class ScriptedClock:
    """The clock of one side, moved by the script."""

    def __init__(self, day: date) -> None:
        self.to(day)

    def __call__(self) -> datetime:
        return self._now

    def to(self, day: date) -> None:
        self._now = datetime(day.year, day.month, day.day, tzinfo=UTC) + MORNING

    def forward(self) -> None:
        self._now += BETWEEN_ACTS


class Side:
    """The officers of one side."""

    def __init__(self, post: DailyPost, clock: ScriptedClock, planned: list[PlannedClue]) -> None:
        self._post = post
        self._agency = post.agency
        self._clock = clock
        self._planned = planned
        self._known: dict[int, UUID] = {}

    def act(self, number: int, day: date) -> Acted:
        """A day of this side: the clues that it finds, and those of its steps that are due."""
        self._clock.to(day)
        known_before = set(self._known)
        events = sum(self._live(index, clue, number, day) for index, clue in enumerate(self._planned))
        self._post.send()
        return Acted(events, {index: self._known[index] for index in self._known.keys() - known_before})

    def take_in(self, asked: TakeIn) -> None:
        """The end of a day."""
        self._known.update(asked.opened)
        self._post.take_in(asked.issued)

    def end(self, papers: Papers) -> Ended:
        """The day after the quarter."""
        self._clock.to(LAST_DAY + timedelta(days=1))
        with self._agency.store.reading() as transaction:
            digests = {row.clue_id: row.digest for row in worklist.clues(transaction)}
        return Ended(digests, papers(self._agency))

    def _live(self, index: int, clue: PlannedClue, number: int, day: date) -> int:
        """What this side does with a clue on a day; how many events that is."""
        role = self._agency.settings.role
        desk = self._agency.desk()
        if clue.opened == number:
            if clue.by is not role:
                return 0
            opening = found_before(clue.opening, day, clue.rng)
            told = {(role, person.number): HERS for person in opening.persons}
            signed = desk.act(type_of(opening).verb)(opening, told)
            self._known[index] = signed.envelope.clue_id
        else:
            step = next((step for due, step in clue.steps if due == number), None)
            if step is None or step.by is not role:
                return 0
            with self._agency.store.reading() as transaction:
                view = self._agency.ledger.fold(transaction, self._known[index]).view
            event = varied(step, view, day, clue.rng)
            desk.act(type_of(event).verb)(self._known[index], event)
        self._clock.forward()
        return 1


def play_side(asked: Connection, papers: Papers) -> None:
    """Be one side until the pipe is closed. A terminal's Ctrl-C is for the process at its other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    begin = asked.recv()
    days = workdays()
    clock = ScriptedClock(days[0])
    with ExitStack() as running, suppress(EOFError):
        agency = Agency.open(Settings.load(begin.config), clock)
        running.callback(agency.close)
        log = json_log(io.StringIO(), agency=agency.settings.agency)
        post = running.enter_context(daily_post(agency, log))
        side = Side(post, clock, plan_quarter(begin.script, len(days)))
        while True:
            match asked.recv():
                case Act(day=number):
                    asked.send(side.act(number, days[number]))
                case TakeIn() as take_in:
                    side.take_in(take_in)
                    asked.send(None)
                case End():
                    asked.send(side.end(papers))

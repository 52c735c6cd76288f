"""
A quarter of a county in seconds: 300 clues by script, the clock injected, everything else as it is in a node.

Both agencies have their own database and their own relay and loop, and a real Kafka lies between them. Each working day
is played in turn; at its end both sides have taken in all of it.
"""

import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TypeAlias
from uuid import UUID

from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.keys.ceremony import hold_ceremony, write_ceremony
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.logs import json_log
from clue_exchange.settings import Settings
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics
from clue_exchange.wake import watch
from console.demo.county import empty_folder
from console.demo.officers import ARRIVAL_SECONDS, NotArrived
from console.demo.quarter_script import FIRST_DAY, LAST_DAY, PlannedClue, varied
from console.node import Node
from console.wiring import Agency
from consumers import worklist
from schemas.catalog import type_of
from schemas.codes import Role
from schemas.particulars import Particulars

MORNING = timedelta(hours=1)  # nine o'clock in China
BETWEEN_ACTS = timedelta(minutes=2)


class QuarterClock:
    """The clock of both agencies, moved by the script."""

    def __init__(self, day: date) -> None:
        self._now = _morning(day)

    def __call__(self) -> datetime:
        return self._now

    def to(self, day: date) -> None:
        self._now = _morning(day)

    def forward(self) -> None:
        self._now += BETWEEN_ACTS


Planner: TypeAlias = Callable[[int], Sequence[PlannedClue]]
"""Plans the clues of so many working days."""


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + MORNING


@dataclass(slots=True)
class Quarter:
    """
    The two agencies after, or during, their quarter.

    Attributes:
        issued: how many events both sides have issued.
    """

    agencies: Mapping[Role, Agency]
    clock: QuarterClock
    bootstrap: str
    issued: int = 0
    known: dict[int, UUID] = field(default_factory=dict)


@contextmanager
def quarter(folder: Path, region: str, tell: Callable[[str], None]) -> Iterator[Quarter]:
    """Start broker and nodes in an empty folder; stop them at the end."""
    empty_folder(folder, tell)
    names = {role: f"{role}-{region}" for role in Role}
    clock = QuarterClock(FIRST_DAY)
    keys = {role: PrivateKeys.generate() for role in Role}
    write_ceremony(folder, names, hold_ceremony(names, keys, FIRST_DAY.replace(day=1)))
    with ExitStack() as running:
        tell("starting Kafka 启动 Kafka")
        bootstrap = running.enter_context(EmbeddedKafka(folder / "kafka", progress=tell)).bootstrap
        with TopicAdmin(bootstrap) as admin:
            ensure_topics(admin, names.values(), replicas=1)
        agencies = {}
        for role in Role:
            agencies[role] = agency = Agency.open(_settings(folder.resolve(), names, role, bootstrap), clock)
            running.callback(agency.close)
            running.enter_context(_node(agency))
        yield Quarter(agencies, clock, bootstrap)


def _settings(folder: Path, names: Mapping[Role, str], role: Role, bootstrap: str) -> Settings:
    name = names[role]
    settings = Settings(
        agency=name,
        counterpart=names[role.other],
        database=f"sqlite:///{folder}/{name}.db",
        bootstrap=bootstrap,
        keys=folder / name,
        passphrase_file=folder / name / "passphrase",
        agreement=folder / "agreement.yaml",
    )
    (folder / f"{name}.toml").write_text(settings.to_toml(), encoding="utf-8")
    return settings


@contextmanager
def _node(agency: Agency) -> Iterator[None]:
    node = Node(agency, json_log(io.StringIO(), agency=agency.settings.agency))
    thread = Thread(target=node.run, name=agency.settings.agency)
    thread.start()
    try:
        yield
    finally:
        node.stop()
        thread.join()


def play_quarter(
    running: Quarter, planned_for: Planner, is_workday: Callable[[date], bool], on_day: Callable[[date], None]
) -> None:
    """
    Play every working day of the quarter.

    Raises:
        NotArrived: a day did not reach both sides.
    """
    days = [day for day in _calendar(FIRST_DAY, LAST_DAY) if is_workday(day)]
    planned = planned_for(len(days))
    for number, day in enumerate(days):
        running.clock.to(day)
        for index, clue in enumerate(planned):
            _live(running, index, clue, number, day)
        _wait_until_equal(running)
        on_day(day)


def _calendar(first: date, last: date) -> Iterator[date]:
    for count in range((last - first).days + 1):
        yield first + timedelta(days=count)


def _live(running: Quarter, index: int, clue: PlannedClue, number: int, day: date) -> None:
    """What happens to a clue on a day: it is found, or its next step is due."""
    if clue.opened == number:
        told = {(clue.by, person.number): HERS for person in clue.opening.persons}
        desk = running.agencies[clue.by].desk()
        signed = desk.act(type_of(clue.opening).verb)(clue.opening, told)
        running.known[index] = signed.envelope.clue_id
    elif clue.done < len(clue.steps) and clue.steps[clue.done][0] == number:
        step = clue.steps[clue.done][1]
        agency, clue_id = running.agencies[step.by], running.known[index]
        with agency.store.reading() as transaction:
            view = agency.ledger.fold(transaction, clue_id).view
        event = varied(step, view, day, clue.rng)
        agency.desk().act(type_of(event).verb)(clue_id, event)
        clue.done += 1
    else:
        return
    running.issued += 1
    running.clock.forward()


HERS = Particulars(name="甲某", narrative="本演示中的人物与情节均为虚构。")


def _wait_until_equal(running: Quarter) -> None:
    """Until both sides have placed every event of both."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    for role, agency in running.agencies.items():
        with closing(watch(agency.store)) as commits:
            while True:
                with agency.store.reading() as transaction:
                    counts = worklist.outcomes(transaction)
                if counts["applied"] + counts["void"] == running.issued:
                    break
                if time.monotonic() > deadline:
                    raise NotArrived(f"not all of {running.issued} events reached the {role}")
                commits.wait(Event(), 0.2)


def digests(running: Quarter) -> Sequence[Mapping[UUID, str]]:
    """The digest of every clue, at each side."""
    found = []
    for agency in running.agencies.values():
        with agency.store.reading() as transaction:
            found.append({row.clue_id: row.digest for row in worklist.clues(transaction)})
    return found

"""
Two agencies with node processes on a broker that tests may break, and officers who go on acting meanwhile.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from clue_exchange.clock import system_clock
from clue_exchange.errors import CommandRefused
from clue_exchange.keys.ceremony import hold_ceremony, write_ceremony
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.settings import Settings
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics
from clue_exchange.workdays import china_date
from console.demo.stories import Step
from console.wiring import Agency
from producers.desk import NOTHING_TOLD
from schemas.catalog import type_of
from schemas.clue_events import ClueShared, ClueTransferred, ErasureConfirmed, ErasureRequested
from schemas.codes import Role
from schemas.errors import ContractError
from schemas.view import State
from tests.builders import an_event, legal_acts
from tests.faults.checker import check
from tests.faults.histories import JOURNALS, TABLES, Side, read_histories, read_logs, read_side, rows_of
from tests.faults.nodes import FaultyNode, Start
from tests.faults.plain_records import Row
from tests.faults.verdict import Verdict
from tests.looking_again import comes_true
from tests.two_sides import HER_PARTICULARS, settings_for

DRAIN_SECONDS = 120
NEW_OF_TEN, CROSSING_OF_TEN = 3, 5
"""How many of ten acts open a clue; how many of the others both sides do at once."""
BEGUN = timedelta(days=30)
"""So long ago the agreement began: clocks may be some days off."""
RUNNING = 20
"""Of so many clues, the newest, one is chosen."""


@dataclass(slots=True)
class County:
    """
    Both agencies of a region of their own, their desks here, their nodes in processes.

    Attributes:
        looks: the receivers' positions, as they were at every look.
        clues: what was opened, the oldest first.
    """

    bootstrap: str
    folder: Path
    agencies: dict[Role, Agency]
    nodes: Mapping[Role, FaultyNode]
    looks: list[dict[str, int]] = field(default_factory=list)
    clues: list[UUID] = field(default_factory=list)

    def start(self, how: Start | None = None) -> None:
        """Start both nodes; returns when both read."""
        for node in self.nodes.values():
            node.start_ready(how)

    def open_desk(self, role: Role, days_ahead: int) -> None:
        """A side's officers go by a clock that is so many days off."""
        self.agencies[role].close()
        off = timedelta(days=days_ahead)
        self.agencies[role] = Agency.open(self.agencies[role].settings, lambda: system_clock() + off)

    def transfer(self, count: int = 1) -> None:
        """The federation transfers so many new clues."""
        for _ in range(count):
            signed = self.agencies[Role.federation].federation().transfer(an_event(ClueTransferred), HER_PARTICULARS)
            self.clues.append(signed.envelope.clue_id)

    def do(self, clue_id: UUID, step: Step) -> None:
        """One act of a scripted officer, by what its side sees."""
        agency = self.agencies[step.by]
        with agency.store.reading() as transaction:
            view = agency.ledger.fold(transaction, clue_id).view
        event = step.facts_for(view)
        agency.desk().act(type_of(event).verb)(clue_id, event)

    def act(self, choice: random.Random, count: int = 1) -> None:
        """Officers of both sides do so many acts, chosen at random among what is legal by what their side sees."""
        for _ in range(count):
            role = choice.choice(list(Role))
            if not self.clues or choice.randrange(10) < NEW_OF_TEN:
                self._open(role)
                continue
            clue_id = choice.choice(self.clues[-RUNNING:])
            self._extend(role, clue_id, choice)
            if choice.randrange(10) < CROSSING_OF_TEN:  # before either side can have heard of the other's act
                self._extend(role.other, clue_id, choice)

    def _open(self, role: Role) -> None:
        told = {(role, 1): HER_PARTICULARS[Role.federation, 1]}
        event = an_event(ClueTransferred if role is Role.federation else ClueShared)
        signed = self.agencies[role].desk().act(type_of(event).verb)(event, told)
        self.clues.append(signed.envelope.clue_id)

    def _extend(self, role: Role, clue_id: UUID, choice: random.Random) -> None:
        agency = self.agencies[role]
        with agency.store.reading() as transaction:
            view = agency.ledger.fold(transaction, clue_id).view
        if view.state is State.unopened:
            return  # this side has not heard of it yet
        acts = legal_acts(view, role, choice.randrange(6))
        possible = [act for act in acts if not isinstance(act, NEVER)]
        if possible:
            event = choice.choice(possible)
            try:
                agency.desk().act(type_of(event).verb)(clue_id, event, NOTHING_TOLD)
            except (CommandRefused, ContractError):
                return  # the other side was quicker, or the event wants particulars: a person would do something else

    def side(self, role: Role) -> Side:
        """What a side's database holds now."""
        settings = self.agencies[role].settings
        return read_side(settings.agency, settings.database)

    def look(self) -> None:
        """Note where both receivers' positions are now."""
        looked: dict[str, int] = {}
        for role in Role:
            rows = self._rows(role, "position", TABLES["position"])
            looked |= {r["topic"]: r["next_offset"] for r in rows if not r["topic"].startswith(f"{self.name(role)}.")}
        self.looks.append(looked)

    def has_relayed(self, role: Role) -> bool:
        """Whether Kafka has acknowledged all events of this side; receipts, which go on for ever, do not count."""
        unsent = self._rows(role, "outbox", "SELECT topic FROM outbox WHERE sent_at IS NULL")
        return not any(row["topic"].endswith(JOURNALS) for row in unsent)

    def is_drained(self) -> bool:
        """Whether each side holds all that the other has: no outbox, no event that waits or is only on one side."""
        self.look()
        events = [self._rows(role, "event", "SELECT hash, outcome FROM event") for role in Role]
        waits = any(row["outcome"] == "waiting" for rows in events for row in rows)
        rejected = {row["hash"] for role in Role for row in self._rows(role, "rejection", "SELECT hash FROM rejection")}
        held = [{row["hash"] for row in rows} - rejected for rows in events]
        return not waits and held[0] == held[1] and all(map(self.has_relayed, Role))

    def _rows(self, role: Role, table: str, query: str) -> Sequence[Row]:
        return rows_of(self.agencies[role].settings.database, {table: query})[table]

    def drain(self, seconds: float = DRAIN_SECONDS) -> float:
        """Wait until everything has arrived; answers how long that took. What is left the checker names."""
        began = time.monotonic()
        comes_true(self.is_drained, seconds)
        return time.monotonic() - began

    def wait_until(self, condition: Callable[[], bool], seconds: float = DRAIN_SECONDS) -> None:
        """
        Wait for a condition.

        Raises:
            AssertionError: it did not come true.
        """
        assert comes_true(condition, seconds), "the condition did not come true in time"

    def check(self) -> Verdict:
        """What the checker says of all that was left behind."""
        databases = {agency.settings.agency: agency.settings.database for agency in self.agencies.values()}
        logs = [node.log for node in self.nodes.values()]
        return check(read_histories(databases, self.bootstrap, logs), self.looks)

    def require_nothing_lost(self, seconds: float = DRAIN_SECONDS) -> Verdict:
        """
        Heal, drain and judge.

        Raises:
            AssertionError: something does not balance; names it.
        """
        for node in self.nodes.values():
            if node.pid is None:
                node.start_ready()
        self.drain(seconds)
        verdict = self.check()
        assert verdict.is_good, f"{verdict}\nsee {self.folder}"
        return verdict

    def name(self, role: Role) -> str:
        return self.agencies[role].settings.agency

    def topic(self, role: Role, family: str = "clues") -> str:
        return f"{self.agencies[role].settings.agency}.{family}"

    def log_of(self, topic: str) -> Mapping[int, bytes | None]:
        """What a topic holds, by offset."""
        return read_logs(self.bootstrap, [topic])[topic].records

    def close(self) -> None:
        for node in self.nodes.values():
            node.stop()
        for agency in self.agencies.values():
            agency.close()


NEVER = (ErasureRequested, ErasureConfirmed)
"""Acts of two officers that destroy keys: tested by themselves, and no way to lose an event."""


@contextmanager
def county(folder: Path, bootstrap: str, databases: Mapping[Role, str] | None = None) -> Iterator[County]:
    """A county with a region of its own, its keys, agreement and topics made; no node runs yet."""
    folder.mkdir(parents=True, exist_ok=True)
    region = f"{uuid4().int % 1_000_000:06d}"
    names = {role: f"{role}-{region}" for role in Role}
    with TopicAdmin(bootstrap) as admin:
        ensure_topics(admin, names.values(), min(3, admin.serving_brokers()))
    urls = databases or {role: f"sqlite:///{folder}/{names[role]}.db" for role in Role}
    settings = {role: settings_for(role, folder, urls[role], bootstrap, names) for role in Role}
    keys = {role: PrivateKeys.generate() for role in Role}
    write_ceremony(folder, names, hold_ceremony(names, keys, china_date(system_clock()) - BEGUN))
    running = opened(folder, bootstrap, settings)
    try:
        yield running
    finally:
        running.close()


def opened(folder: Path, bootstrap: str, settings: Mapping[Role, Settings]) -> County:
    """Both desks, on the databases that the nodes work on."""
    agencies = {role: Agency.open(settings[role]) for role in Role}
    return County(bootstrap, folder, agencies, {role: FaultyNode(settings[role], folder) for role in Role})

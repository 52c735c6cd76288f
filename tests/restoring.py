"""
Two agencies on a real Kafka whose databases can be copied, lost, and put back.
"""

import io
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

from clue_exchange import outbox_depth
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.logs import json_log
from console.node import Node
from console.wiring import Agency
from consumers.receive import stored_event
from consumers.waiting import waiting
from schemas.codes import Role
from tests.kafka_steps import DEADLINE_SECONDS, wait_until
from tests.two_sides import TwoSides, rows

MISSING_KEYS = """
    SELECT key_id FROM missing_key AS missing WHERE NOT EXISTS (
        SELECT 1 FROM data_key AS known WHERE known.key_id = missing.key_id OR known.destroyed_at IS NOT NULL
        AND (known.clue_id, known.added_by, known.number) = (missing.clue_id, missing.added_by, missing.number)
    )
"""


class Exchange:
    """The two, and the nodes that run until everything has arrived."""

    def __init__(self, sides: TwoSides, folder: Path) -> None:
        self.sides = sides
        self.folder = folder
        self.told = io.StringIO()

    def settle(self) -> None:
        """Both nodes run until both sides hold the same events, all in their places, and nothing waits to be sent."""
        with self.running():
            pass

    @contextmanager
    def running(self) -> Iterator[None]:
        """Both nodes run within the block, and after it until all is settled."""
        with self.nodes() as threads:
            yield
            self._wait_until(threads, self.is_settled)

    @contextmanager
    def nodes(self) -> Iterator[Sequence[Thread]]:
        """Both nodes run within the block; they have read back, and begun to take in, when it begins."""
        life = str(uuid4())
        logs = {role: json_log(self.told, role=role, life=life) for role in Role}
        nodes = [Node(self.sides.side(role), log) for role, log in logs.items()]
        threads = [Thread(target=node.run) for node in nodes]
        for thread in threads:
            thread.start()
        try:
            self._wait_until(threads, lambda: self._connected(life) == set(Role))
            yield threads
        finally:
            for node in nodes:
                node.stop()
            for thread in threads:
                thread.join(DEADLINE_SECONDS)

    def _wait_until(self, threads: Sequence[Thread], condition: Callable[[], bool]) -> None:
        """Wait for it while both nodes live."""
        wait_until(self.sides.federation, lambda: condition() or not all(map(Thread.is_alive, threads)))
        assert all(thread.is_alive() for thread in threads), self.told.getvalue()

    def _connected(self, life: str) -> set[Role]:
        """Whose node has connected since; one that lost its broker meanwhile connects more than once."""
        return {Role(str(line["role"])) for line in self.logged("loop.connected") if line["life"] == life}

    def is_settled(self) -> bool:
        """Both hold the same events in the same places, each with its keys, which are fetched by themselves."""
        held = []
        for agency in map(self.sides.side, Role):
            with agency.store.reading() as transaction:
                held.append(rows(transaction, "SELECT hash, outcome FROM event ORDER BY hash"))
                if outbox_depth.depth(transaction).records or waiting(transaction):
                    return False
                if rows(transaction, MISSING_KEYS) or agency.keyring.lacks_keys(transaction):
                    return False
        return held[0] == held[1]

    def copy(self, role: Role) -> Path:
        """A backup of the main database, as `VACUUM INTO` makes it; the vault is left out."""
        backup = self.folder / f"{role}-backup.db"
        backup.unlink(missing_ok=True)
        source = sqlite3.connect(self.folder / f"{role}.db")
        source.execute("VACUUM INTO ?", (str(backup),))
        source.close()
        return backup

    def restore(self, role: Role, backup: Path) -> None:
        """The vault is lost, the backup takes the place of the database, and the agency's process begins anew."""
        self._lose(role, f"{role}*.db*")
        backup.rename(self.folder / f"{role}.db")
        self._begin(role)

    def restore_beside_vault(self, role: Role, backup: Path) -> None:
        """The same, but the vault is the newest."""
        self._lose(role, f"{role}.db*")
        backup.rename(self.folder / f"{role}.db")
        self._begin(role)

    def lose(self, role: Role) -> None:
        """Database and vault are gone, and the agency's process begins anew with empty ones."""
        self._lose(role, f"{role}*.db*")
        self._begin(role)

    def begin_anew(self, role: Role) -> None:
        """The agency's process ends, and begins again with what its key file holds now."""
        old = self.sides.side(role)
        old.close()
        self._take_place(role, Agency.open(old.settings, old.clock))

    def _lose(self, role: Role, pattern: str) -> None:
        self.sides.side(role).close()
        for file in self.folder.glob(pattern):
            if "backup" not in file.name:
                file.unlink()

    def _begin(self, role: Role) -> None:
        old = self.sides.side(role)
        self._take_place(role, Agency.assemble(old.settings, old.keys, self.sides.ceremony.signed, old.clock))

    def _take_place(self, role: Role, begun: Agency) -> None:
        self.sides = (
            replace(self.sides, federation=begun)
            if role is Role.federation
            else replace(self.sides, procuratorate=begun)
        )

    def logged(self, event: str) -> list[dict[str, object]]:
        lines = map(json.loads, self.told.getvalue().splitlines())
        return [line for line in lines if line["event"] == event]

    def digests(self) -> list[list[tuple[object, ...]]]:
        """The digests of all clues at both sides, by id."""
        found = []
        for agency in map(self.sides.side, Role):
            with agency.store.reading() as transaction:
                found.append(rows(transaction, "SELECT clue_id, digest FROM clue ORDER BY clue_id"))
        return found

    def in_kafka(self, topic: str, first: int = 0) -> list[ReceivedRecord]:
        """All records of a topic from an offset on."""
        found: list[ReceivedRecord] = []
        with JournalConsumer(self.sides.federation.settings.bootstrap, {topic: first}, group_id="test") as consumer:
            end = consumer.end_offsets([topic])[topic]
            while not found or found[-1].next_offset < end:
                found += consumer.poll(1_000)
        return found

    def has_her_key(self, role: Role, clue_id: UUID) -> bool:
        """Whether the particulars of the first person told of in this clue could be opened at this side."""
        agency = self.sides.side(role)
        with agency.store.reading() as transaction:
            ((topic, value), *_) = agency.ledger.applied_records(transaction, clue_id)
            part = stored_event(topic, value).envelope.particulars[0].part
            return bool(agency.vault.get([part.key_id])) or bool(agency.keyring.open_keys(transaction, [part.key_id]))


@contextmanager
def exchange_of(sides: TwoSides, folder: Path) -> Iterator[Exchange]:
    """Closed at the end, whatever was put in the place of what."""
    exchange = Exchange(sides, folder)
    yield exchange
    exchange.sides.close()

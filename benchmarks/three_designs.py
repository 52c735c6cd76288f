"""
The same workload taken in by three designs that are killed: what is lost, and what takes effect twice.

* auto-commit: Kafka's client commits the offset, when it polls and the time has come.
* commit after processing: the offset is committed after the transaction of the effects.
* position in the transaction: the position is a row of the same database, committed with the effects. This is ours:
  `JournalConsumer`, `journals.advance` and `Store`, as the node uses them.

One effect is one row; nothing removes duplicates, for what is compared is where the position is kept (in the node a
check by event id stands behind it). A transaction takes in two polls. Real Kafka, SQLite with `synchronous=FULL`,
`kill -9` at random moments and in the two windows.

Run: python -m benchmarks.three_designs
"""

import json
import multiprocessing
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, TypeAlias
from uuid import uuid4

from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from clue_exchange.clock import system_clock
from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.journals import advance, read_position
from clue_exchange.kafka_clients import JournalConsumer, JournalProducer
from clue_exchange.kafka_records import OutgoingRecord, TopicSpec
from clue_exchange.store import Store, Transaction
from clue_exchange.topic_admin import TopicAdmin

EVENTS = {"random": 2_000, "before_commit": 600, "before_offsets": 600}
RANDOM_KILLS = 40
LIFE_SECONDS = (0.15, 0.6)  # from the first effect of a life on
TRANSACTIONS_BEFORE_A_CRASH = 3
RECORDS_A_POLL = 5
RECORDS_A_TRANSACTION = 10
WORK_SECONDS = 0.01  # a record
AUTO_COMMIT_MS = 100
SEED = 20_261_124
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["clue_exchange.embedded_kafka", "clue_exchange.journals"])


@dataclass(frozen=True, slots=True)
class Life:
    """
    One life of a consumer.

    Attributes:
        events: it ends by itself when so many are read.
        window: the window in which it dies, if any, and in which of its transactions.
    """

    bootstrap: str
    topic: str
    database: str
    events: int
    window: str | None
    transactions: int

    def reach(self, window: str, transaction: int) -> None:
        """Die here, if this is the place and the time."""
        if self.window == window and transaction >= self.transactions:
            os.kill(os.getpid(), signal.SIGKILL)


class ByOffset:
    """Kafka keeps the position: the client as its manual shows it, committing by itself or when it is told."""

    IS_AUTOMATIC: ClassVar[bool]

    def __init__(self, life: Life, _: Store) -> None:
        self._at = TopicPartition(life.topic, 0)
        self._consumer = KafkaConsumer(
            bootstrap_servers=life.bootstrap,
            group_id=life.topic,
            enable_auto_commit=self.IS_AUTOMATIC,
            auto_commit_interval_ms=AUTO_COMMIT_MS,
            auto_offset_reset="earliest",
            max_poll_records=RECORDS_A_POLL,
        )
        self._consumer.assign([self._at])  # not subscribed: a death would cost a session's time-out each time
        self.next_offset = self._consumer.position(self._at) or 0

    def poll(self) -> list[bytes]:
        records = self._consumer.poll(1_000).get(self._at, [])
        self.next_offset = records[-1].offset + 1 if records else self.next_offset
        return [record.value for record in records]

    def before_commit(self, transaction: Transaction) -> None:
        """Nothing: the database does not know the position."""

    def after_commit(self) -> None:
        if not self.IS_AUTOMATIC:
            self._consumer.commit({self._at: OffsetAndMetadata(self.next_offset)})

    def close(self) -> None:
        self._consumer.close()


class AutoCommit(ByOffset):
    """The client commits while it polls."""

    IS_AUTOMATIC = True


class CommitAfter(ByOffset):
    """The offset is committed after the effects."""

    IS_AUTOMATIC = False


class PositionInTransaction:
    """Ours: the position commits with the effects, and Kafka's offset is a hint."""

    def __init__(self, life: Life, store: Store) -> None:
        with store.reading() as transaction:
            self._kept = read_position(transaction, life.topic)
        self.next_offset = self._kept.next_offset
        self._consumer = JournalConsumer(life.bootstrap, {life.topic: self.next_offset}, group_id=life.topic)

    def poll(self) -> list[bytes]:
        records = self._consumer.poll(1_000, RECORDS_A_POLL)
        self.next_offset = records[-1].next_offset if records else self.next_offset
        return [record.value or b"" for record in records]

    def before_commit(self, transaction: Transaction) -> None:
        before, self._kept = self._kept, replace(self._kept, next_offset=self.next_offset)
        advance(transaction, before, self._kept, system_clock())

    def after_commit(self) -> None:
        self._consumer.commit({self._kept.topic: self.next_offset})

    def close(self) -> None:
        self._consumer.close()


Design: TypeAlias = type[AutoCommit] | type[CommitAfter] | type[PositionInTransaction]
DESIGNS: dict[str, Design] = {
    "auto-commit": AutoCommit,
    "commit after processing": CommitAfter,
    "position in the transaction": PositionInTransaction,
}


def take_in(consumer: ByOffset | PositionInTransaction, life: Life, store: Store) -> None:
    """The workload, the same for all: some work and one row for each event."""
    transactions = 0
    while consumer.next_offset < life.events:
        transactions += 1
        with store.transaction() as transaction:
            taken = 0
            while taken < RECORDS_A_TRANSACTION and consumer.next_offset < life.events:
                for value in consumer.poll():
                    time.sleep(WORK_SECONDS)
                    transaction.exec_driver_sql("INSERT INTO effect VALUES (?)", (value.decode(),))
                    taken += 1
            consumer.before_commit(transaction)
            life.reach("before_commit", transactions)
        life.reach("before_offsets", transactions)
        consumer.after_commit()


def live(design: str, life: Life) -> None:
    """In a process of its own: until all is read, or until it dies."""
    with closing(Store.open(life.database)) as store, closing(DESIGNS[design](life, store)) as consumer:
        take_in(consumer, life, store)


def count_effects(database: str) -> Counter[str]:
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
        return Counter(event for (event,) in connection.execute("SELECT event FROM effect"))


def prepare(bootstrap: str, folder: Path, how: str) -> Life:
    """A topic with the events, and an empty database."""
    topic, count = f"{how}-{uuid4().hex[:8]}.clues", EVENTS[how]
    with TopicAdmin(bootstrap) as admin:
        admin.create([TopicSpec(topic, 1, 1, {})])
    with JournalProducer(bootstrap) as producer:
        producer.send_all([OutgoingRecord(topic, b"key", b"%d" % number) for number in range(count)], 60)
    database = f"sqlite:///{folder}/{topic}.db"
    with closing(Store.open(database)) as store, store.transaction() as transaction:
        transaction.exec_driver_sql("CREATE TABLE effect (event TEXT)")
    return Life(bootstrap, topic, database, count, None if how == "random" else how, 0)


def run(bootstrap: str, folder: Path, design: str, how: str) -> dict[str, int]:
    """One cell of the table: kill the consumer again and again until it has read all."""
    choice = random.Random(SEED)  # noqa: S311  # a schedule, no secret
    plan = prepare(bootstrap, folder, how)
    kills = 0
    while True:
        life = replace(plan, transactions=choice.randint(1, TRANSACTIONS_BEFORE_A_CRASH))
        before = sum(count_effects(life.database).values())
        process = SERVER.Process(target=live, args=(design, life))
        process.start()
        if how == "random" and kills < RANDOM_KILLS:
            while process.is_alive() and sum(count_effects(life.database).values()) == before:
                time.sleep(0.01)
            process.join(choice.uniform(*LIFE_SECONDS))
            process.kill()
        process.join()
        if process.exitcode == 0:
            break
        kills += 1
    found = count_effects(plan.database)
    twice = sum(found.values()) - len(found)
    return {"events": plan.events, "kills": kills, "lost": plan.events - len(found), "applied_twice": twice}


def main() -> None:
    figures: dict[str, dict[str, dict[str, int]]] = {}
    with tempfile.TemporaryDirectory() as name, EmbeddedKafka(Path(name) / "kafka") as kafka:
        for design in DESIGNS:
            figures[design] = {how: run(kafka.bootstrap, Path(name), design, how) for how in EVENTS}
            print(design, figures[design], file=sys.stderr)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()

"""
Faults to plant into one node process, to see that the checker finds them. Each runs in that process, before the node.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from clue_exchange.clock import system_clock
from clue_exchange.crash_points import crash_point
from clue_exchange.kafka_records import OutgoingRecord, ReceivedRecord
from clue_exchange.outbox import OutboxRecord


def commit_the_position_before_the_effect() -> None:
    """Two transactions where there must be one: first where to read on, then what was read."""
    from clue_exchange.journals import advance, read_position
    from consumers import batch
    from consumers.loop import Loop

    take_in = Loop._take_in

    def careless(loop: Loop, records: Sequence[ReceivedRecord]) -> Any:
        with loop._store.transaction() as transaction:
            in_order = sorted(records, key=attrgetter("topic", "offset"))
            for topic, group in groupby(in_order, key=attrgetter("topic")):
                before = read_position(transaction, topic)
                advance(
                    transaction,
                    before,
                    replace(before, next_offset=max(r.next_offset for r in group)),
                    loop._receiver._clock(),
                )
        return take_in(loop, records)

    _set(Loop, _take_in=careless)
    _set(batch, advance=lambda *_: None)
    _set(
        batch,
        lock_positions=lambda transaction, topics: [
            replace(read_position(transaction, topic), next_offset=0) for topic in topics
        ],
    )


def acknowledge_before_it_is_durable() -> None:
    """The receipt of a batch commits by itself, before what it acknowledges."""
    from consumers.loop import Loop

    take_in = Loop._take_in

    def careless(loop: Loop, records: Sequence[ReceivedRecord]) -> Any:
        said: list[Any] = []
        with suppress(_RolledBack), loop._store.transaction() as transaction:
            loop._receiver.take_in(transaction, records)
            said += [loop._receiver._receipts._now(transaction)]
            raise _RolledBack
        with loop._store.transaction() as transaction:
            loop._receiver._receipts._append(transaction, said[0])
        crash_point("loop.before_commit")
        return take_in(loop, records)

    _set(Loop, _take_in=careless)


class _RolledBack(Exception):
    """What was taken in is only looked at."""


def drop_the_duplicate_check() -> None:
    """The reader takes every record for a new one."""
    from consumers import reading

    _set(reading.Reader, _mark_repeated=lambda _self, _transaction, readings: list(readings))
    _set(reading._Taken, judge=lambda _self, each, _event: each)


def mark_as_sent_before_kafka_has_it() -> None:
    """The relay notes the acknowledgement first and asks for it then."""
    from producers.relay import SEND_DEADLINE_SECONDS, Relay

    def careless(relay: Relay, records: list[OutboxRecord]) -> int:
        relay._mark(records)
        if records:
            crash_point("relay.before_send")
            outgoing = [OutgoingRecord(each.topic, each.key, each.value, each.headers) for each in records]
            relay._producer.send_all(outgoing, SEND_DEADLINE_SECONDS)
        return len(records)

    _set(Relay, _send=careless)


def set_clock_ahead(**by: float) -> None:
    """The clock of this machine is wrong; negative for behind."""
    from console.wiring import Agency

    # the default clock is bound where `open` is defined, so there is no name to change
    Agency.open.__func__.__defaults__ = (lambda: system_clock() + timedelta(**by),)  # type: ignore[attr-defined]  # typed as a method


def forget_the_schema(name: str) -> None:
    """A reader of an older generation: it does not know this schema yet."""
    from schemas import codec

    known = {rabin: schema for rabin, schema in codec._by_fingerprint().items() if schema.name != name}
    _set(codec, _by_fingerprint=lambda: known)


def slow_key_store(seconds: float) -> None:
    """Every key that is kept or fetched takes so long."""
    from clue_exchange.keys.vault import Vault

    get, put = Vault.get, Vault.put

    def late_get(vault: Vault, *given: Any) -> Any:
        time.sleep(seconds)  # the delay is what is planted
        return get(vault, *given)

    def late_put(vault: Vault, *given: Any) -> Any:
        time.sleep(seconds)  # the same
        return put(vault, *given)

    _set(Vault, get=late_get, put=late_put)


def refuse(event_type: str) -> None:
    """A reader whose model takes no event of this type."""
    from consumers import opening
    from schemas.errors import InvalidEvent
    from schemas.parts import read_facts

    def choosy(found: str, *rest: Any) -> Any:
        if found == event_type:
            raise InvalidEvent(found, ("planted",))
        return read_facts(found, *rest)

    _set(opening, read_facts=choosy)


def freeze_with_records_in_hand() -> None:
    """
    The process stops, as by SIGSTOP, with the first records polled and not taken in; it goes on when it is thawed.

    Never while one of its threads writes: SQLite's one write lock would then be held until it is thawed.
    """
    from clue_exchange.store import Store
    from consumers.loop import Loop

    take_in, transaction, settle = Loop._take_in, Store.transaction, Store.settle
    writing = threading.RLock()
    frozen: list[bool] = []

    @contextmanager
    def gated(store: Store) -> Iterator[Any]:
        with writing, transaction(store) as begun:
            yield begun

    def gated_settle(store: Store) -> bool:
        with writing:
            return settle(store)

    def frozen_once(loop: Loop, records: Sequence[ReceivedRecord]) -> Any:
        if not frozen:
            frozen.append(True)
            with writing:
                # to this thread: sent to the process, it may reach another one first, and this one would go on a while
                signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        return take_in(loop, records)

    _set(Store, transaction=gated, settle=gated_settle)
    _set(Loop, _take_in=frozen_once)


def take_over_after(seconds: float) -> None:
    """A node that stands by waits no longer than this for a sign of life."""
    from clue_exchange import lease

    lease.LOST_AFTER = timedelta(seconds=seconds)


def _set(owner: Any, **planted: Callable[..., Any]) -> None:
    for name, fault in planted.items():
        assert hasattr(owner, name), f"{owner} has no {name} any more: plant the fault elsewhere"
        setattr(owner, name, fault)

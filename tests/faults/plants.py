"""
Faults to plant into one node process, to see that the checker finds them. Each runs in that process, before the node.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from clue_exchange.crash_points import crash_point
from clue_exchange.kafka_records import OutgoingRecord, ReceivedRecord


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
    _set(batch, read_position=lambda transaction, topic: replace(read_position(transaction, topic), next_offset=0))


def drop_the_duplicate_check() -> None:
    """The reader takes every record for a new one."""
    from consumers import reading

    _set(reading.Reader, _mark_repeated=lambda _self, _transaction, readings: list(readings))
    _set(reading._Taken, judge=lambda _self, each, _event: each)


def mark_as_sent_before_kafka_has_it() -> None:
    """The relay notes the acknowledgement first and asks for it then."""
    from producers.relay import BATCH_RECORDS, SEND_DEADLINE_SECONDS, Relay

    def careless(relay: Relay) -> int:
        with relay._store.reading() as transaction:
            records = relay._outbox.pending(transaction, BATCH_RECORDS)
        relay._mark(records)
        if records:
            crash_point("relay.before_send")
            outgoing = [OutgoingRecord(each.topic, each.key, each.value, each.headers) for each in records]
            relay._producer.send_all(outgoing, SEND_DEADLINE_SECONDS)
        return len(records)

    _set(Relay, relay_once=careless)


def _set(owner: Any, **planted: Callable[..., Any]) -> None:
    for name, fault in planted.items():
        assert hasattr(owner, name), f"{owner} has no {name} any more: plant the fault elsewhere"
        setattr(owner, name, fault)

"""
The program log: JSON lines on a stream, one a record, never a payload.

The names of all log events stand in `LogEvent`; tests/house/test_house.py finds a call with another one. Fields are
identifiers, codes, counts and durations: no field of facts or particulars, no bytes, no exception text of a driver.
"""

from typing import Any, Literal, Protocol, TextIO, TypeAlias

import structlog

LogEvent: TypeAlias = Literal[
    "node.started",
    "node.stopped",
    "node.failed",
    "lease.awaited",
    "lease.taken",
    "lease.lost",
    "record.placed",
    "record.dead_lettered",
    "journal.gap_opened",
    "journal.records_lost",
    "journal.stopped",
    "journal.tried_again",
    "journal.halted",
    "record.rejected",
    "records.sent_again",
    "receipts.retried",
    "receipt.lagged",
    "clues.reconciled",
    "journal.gap_overdue",
    "event.overdue",
    "journals.read_back",
    "read_back.retried",
    "tombstone.refused",
    "record.forged",
    "batch.taken_in",
    "offsets.not_committed",
    "outbox.relayed",
    "relay.retried",
    "housekeeping.done",
    "keys.left_kafka",
    "keys.wrapped_anew",
    "receiving_key.announced",
    "housekeeping.retried",
    "certificate.expires",
    "topic.drifted",
    "topics.unseen",
    "loop.connected",
    "store.awaited",
    "loop.retried",
]


class Log(Protocol):
    """What a component logs through; bound to its agency."""

    def info(self, event: LogEvent, **fields: Any) -> Any: ...

    def warning(self, event: LogEvent, **fields: Any) -> Any: ...

    def error(self, event: LogEvent, **fields: Any) -> Any: ...


INFO, WARNING = "info", "warning"


def json_log(stream: TextIO, at_least: str = INFO, **bound: str) -> Log:
    """A log that writes one JSON object a line, with level and UTC time, and the bound fields in each."""
    logger = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(at_least),
        cache_logger_on_first_use=True,
    )
    log: Log = logger.bind(**bound)
    return log

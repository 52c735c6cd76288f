"""What we set on kafka-python's clients, and why; measured against Kafka 4.3.1. No Kafka import."""

from typing import Any

PATIENCE_MS = 5_000
CLOSE_SECONDS = 2

CONNECTION: dict[str, Any] = {
    "reconnect_backoff_max_ms": 500,  # 30 s by default: a broker that is back would not be noticed
}

HASTY: dict[str, Any] = {"request_timeout_ms": 3_000}
"""How long a producer waits for an answer at first: a leader that hangs is left after it."""
PATIENT: dict[str, Any] = {"request_timeout_ms": 6_000}
"""And one that is made after a failure: where an answer takes three seconds, nothing would ever be acknowledged."""

PRODUCER: dict[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,  # said, because a conflicting setting would otherwise switch it off silently
    "linger_ms": 5,  # `send_all` flushes a few records at once: what is sent together goes in one request
    "batch_size": 131_072,  # below the topics' max.message.bytes, which bounds the whole batch
    "delivery_timeout_ms": 2**31 - 1,  # a batch that expires wedges the idempotent producer for good
    **HASTY,
    "metrics_enabled": False,  # they cost 0.7 ms a record
    "allow_auto_create_topics": False,
}

CONSUMER: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "none",  # "earliest" and "latest" jump silently
    "check_crcs": True,
    "fetch_min_bytes": 1,  # 1000 costs 56 ms
    "fetch_max_wait_ms": 100,
    "metrics_enabled": False,
    "allow_auto_create_topics": False,
}

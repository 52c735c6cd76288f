"""
The clock that everything receives: the real one in a node, a set one in tests.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Answers the present moment, with its zone."""


def system_clock() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)

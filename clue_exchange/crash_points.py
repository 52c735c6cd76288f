"""
Crash points: the places, by name, where a process can be told from outside to die as by `kill -9`.

The product code holds the names only. Nothing happens at one unless console/ armed it from `CLUE_EXCHANGE_CRASH_AT`:
docs/decisions/0017-crash-points-and-the-checker.md.
"""

import os
import re
import signal
from typing import Literal, TypeAlias, get_args

from clue_exchange.errors import SettingsInvalid

CrashPoint: TypeAlias = Literal[
    "command.before_commit",
    "relay.before_send",
    "relay.after_send",
    "relay.before_mark",
    "loop.before_receive",
    "loop.before_commit",
    "loop.before_offsets",
    "loop.in_dead_letter",
    "loop.in_receipt",
]
VARIABLE = "CLUE_EXCHANGE_CRASH_AT"
_SPELLING = re.compile(r"(?P<point>[a-z_.]+)(:after-(?P<passes>[0-9]+))?")
_passes_left: dict[str, int] = {}


def arm(text: str) -> None:
    """
    From now on, die at the point that this text names: `NAME`, or `NAME:after-n` to pass it n times first.

    Raises:
        SettingsInvalid: no such point.
    """
    spelled = _SPELLING.fullmatch(text)
    if spelled is None or spelled["point"] not in get_args(CrashPoint):
        raise SettingsInvalid(f"{VARIABLE} names no crash point; there are: {', '.join(get_args(CrashPoint))}")
    _passes_left[spelled["point"]] = int(spelled["passes"] or 0)


def crash_point(point: CrashPoint) -> None:
    """Die here, with nothing cleaned up, if this point is armed and was passed often enough."""
    if point not in _passes_left:
        return
    if _passes_left[point] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    _passes_left[point] -= 1

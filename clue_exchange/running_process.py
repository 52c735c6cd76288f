"""
Which process of which machine this is, so that another one can tell that it is gone.
"""

import os
from functools import cache
from pathlib import Path
from uuid import uuid4

_PROC = Path("/proc")
_BEGAN = 19  # the field `starttime` of /proc/PID/stat, counted behind the process's name


@cache
def this_process() -> str:
    """A name that no other process has or had: boot, process namespace, id, moment of its start."""
    began = _began(os.getpid())
    if began is None:  # not Linux: nobody can tell whether it still runs
        return f"{uuid4()}:::"
    return f"{_boot()}:{_namespace()}:{os.getpid()}:{began}"


def is_gone(process: str) -> bool:
    """
    Whether the process of this name has certainly ended.

    Where it runs on another machine, or in another container, nobody here knows: False.
    """
    boot, namespace, pid, began = process.split(":")
    if not pid or (boot, namespace) != (_boot(), _namespace()):
        return False
    return _began(int(pid)) != began


def _boot() -> str:
    return _read(_PROC / "sys/kernel/random/boot_id") or ""


def _namespace() -> str:
    try:
        return str((_PROC / "self/ns/pid").stat().st_ino)
    except OSError:
        return ""


def _began(pid: int) -> str | None:
    """When the process was started, in ticks since the boot; None where it runs no more."""
    fields = (_read(_PROC / str(pid) / "stat") or "").rpartition(")")[2].split()
    return None if not fields or fields[0] in "ZX" else fields[_BEGAN]


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None

"""
Waiting for what nothing wakes us for: the files, logs and databases of other processes, with a deadline.
"""

import time
from collections.abc import Callable

LOOK_AGAIN_SECONDS = 0.05


def comes_true(condition: Callable[[], bool], seconds: float, every: float = LOOK_AGAIN_SECONDS) -> bool:
    """Look again and again; whether it came true before the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)  # other processes wake nobody here: looking again is all there is
    return True

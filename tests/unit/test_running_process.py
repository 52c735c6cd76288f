"""
Telling whether another process has ended: never wrongly.
"""

import os
import subprocess
import sys

from clue_exchange.running_process import is_gone, this_process

NAME = "from clue_exchange.running_process import this_process; print(this_process(), flush=True); input()"


def test_a_process_is_gone_once_it_was_killed_and_not_before() -> None:
    """Also before anybody has asked for its exit code."""
    with subprocess.Popen([sys.executable, "-c", NAME], stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        name = process.stdout.readline().decode().strip()
        before = is_gone(name)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        after = is_gone(name)

    assert (before, after) == (False, True)


def test_a_process_of_another_machine_is_not_believed_to_be_gone() -> None:
    """Its process id means nothing here."""
    _, namespace, pid, began = this_process().split(":")

    assert not is_gone(f"another-boot:{namespace}:{pid}:{began}")
    assert not is_gone("9a5f:::")
    assert is_gone(f"{this_process()}1")

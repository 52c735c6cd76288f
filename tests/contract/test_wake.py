"""
What waking the relay promises, on SQLite and on PostgreSQL.
"""

import time
from contextlib import closing
from threading import Event, Timer

from clue_exchange.wake import watch
from tests.two_sides import TwoSides

PATIENCE_SECONDS = 60


def test_a_commit_that_came_before_the_wait_ends_it_at_once(sides: TwoSides) -> None:
    """No commit is missed between two looks at the outbox."""
    with closing(watch(sides.federation.store)) as commits:
        sides.transfer()
        started = time.monotonic()
        commits.wait(Event(), PATIENCE_SECONDS)

    assert time.monotonic() - started < PATIENCE_SECONDS / 2


def test_a_commit_during_the_wait_ends_it(sides: TwoSides) -> None:
    """The relay sleeps until there is something to send."""
    with closing(watch(sides.federation.store)) as commits:
        timer = Timer(0.1, sides.transfer)
        started = time.monotonic()
        timer.start()
        commits.wait(Event(), PATIENCE_SECONDS)
        timer.join()

    assert 0.05 < time.monotonic() - started < PATIENCE_SECONDS / 2


def test_without_a_commit_the_wait_ends_in_its_time(sides: TwoSides) -> None:
    """A relay looks again now and then, whatever happens."""
    with closing(watch(sides.federation.store)) as commits:
        started = time.monotonic()
        commits.wait(Event(), 0.1)

    assert 0.09 < time.monotonic() - started < PATIENCE_SECONDS / 2

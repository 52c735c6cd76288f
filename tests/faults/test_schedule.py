"""The schedule of the long random run."""

from tests.faults.injuries import INJURIES
from tests.faults.schedule import schedule

NAMES = list(INJURIES)


def test_the_same_seed_gives_the_same_schedule() -> None:
    """What a seed found can be looked at again."""
    assert schedule(7, 180, NAMES) == schedule(7, 180, NAMES) != schedule(8, 180, NAMES)


def test_every_fault_comes_and_so_does_peace() -> None:
    """In three minutes, for seeds that nobody chose: each fault, none at all, and more than one at once."""
    for seed in range(50):
        periods = schedule(seed, 180, NAMES)

        assert {chosen.name for period in periods for chosen in period.faults} == set(NAMES)
        assert {len(period.faults) for period in periods} >= {0, 1, 2}
        assert all(period.quiet > 0 for period in periods)


def test_a_run_begins_and_ends_in_time() -> None:
    """No fault is injected that could not be healed before the end."""
    assert all(period.begins + period.holds <= 60 for period in schedule(3, 60, NAMES))

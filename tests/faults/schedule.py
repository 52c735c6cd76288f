"""
The schedule of a long random run: which faults when, a function of the seed and of nothing else.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.codes import Role

HOLD_SECONDS = (1.0, 5.0)
QUIET_SECONDS = (1.0, 3.0)
FAULTS_AT_ONCE = (0, 1, 1, 1, 2, 2, 3)
"""How many faults periods have, in each run of seven; none too, so that the system can recover."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """
    One fault of a period.

    Attributes:
        role: at which side.
        seed: of what the fault itself chooses: a crash point, a journal, an offset.
    """

    name: str
    role: Role
    seed: int

    def __str__(self) -> str:
        return f"{self.name}({self.role})"


@dataclass(frozen=True, slots=True)
class Period:
    """Some faults at once for a while, and then quiet."""

    begins: float
    faults: Sequence[Chosen]
    holds: float
    quiet: float

    def __str__(self) -> str:
        what = " + ".join(map(str, self.faults)) or "nothing"
        return f"at {self.begins:.1f} s for {self.holds:.1f} s: {what}"


def schedule(seed: int, seconds: float, names: Sequence[str]) -> list[Period]:
    """The periods of a run; every fault comes once before any comes again."""
    choice = random.Random(seed)  # noqa: S311  # a schedule, no secret
    periods: list[Period] = []
    at = choice.uniform(*QUIET_SECONDS)
    deck: list[str] = []
    sizes: list[int] = []
    while True:
        chosen = []
        sizes = sizes or choice.sample(FAULTS_AT_ONCE, len(FAULTS_AT_ONCE))
        for _ in range(sizes.pop()):
            deck = deck or choice.sample(list(names), len(names))
            chosen.append(Chosen(deck.pop(), choice.choice(list(Role)), choice.randrange(2**32)))
        period = Period(at, chosen, choice.uniform(*HOLD_SECONDS), choice.uniform(*QUIET_SECONDS))
        if at + period.holds > seconds:
            return periods
        periods.append(period)
        at += period.holds + period.quiet

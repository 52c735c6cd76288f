"""
What the checker says: one line a journal, what does not balance by name, and the one line that `make chaos` ends with.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

FATES = ("applied", "void", "waiting", "dead_lettered", "in_flight")
LOST = ("lost-write", "unseen")


@dataclass(slots=True)
class Journal:
    """The balance of one journal: how many of its events ended as what, and how often the log holds one again."""

    name: str
    sent: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    log_duplicates: int = 0

    @property
    def lost(self) -> int:
        return sum(self.fates[name] for name in LOST)

    @property
    def balances(self) -> bool:
        return self.sent == sum(self.fates[fate] for fate in FATES)

    def __str__(self) -> str:
        fates = " ".join(f"{fate}={self.fates[fate]}" for fate in FATES)
        left = f"lost={self.lost} missing={self.fates['missing']} log_duplicates={self.log_duplicates}"
        return f"journal={self.name} sent={self.sent} = {fates} | {left}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What the checker found.

    Attributes:
        failures: how often each thing happened that must not; empty when all is well.
    """

    journals: Sequence[Journal]
    failures: Counter[str]

    @property
    def is_good(self) -> bool:
        return not self.failures and all(journal.balances for journal in self.journals)

    def total(self, fate: str) -> int:
        return sum(journal.fates[fate] for journal in self.journals)

    @property
    def sent(self) -> int:
        return sum(journal.sent for journal in self.journals)

    @property
    def log_duplicates(self) -> int:
        return sum(journal.log_duplicates for journal in self.journals)

    def __str__(self) -> str:
        found = " ".join(f"{name}={count}" for name, count in sorted(self.failures.items())) or "none"
        views = "differ" if self.failures["views-differ"] else "equal"
        sums = f"double_effects={self.failures['duplicate']} order={self.failures['order']} views={views}"
        return "\n".join([*map(str, self.journals), f"{sums} failures: {found}"])

    def in_one_line(self) -> str:
        """The line that `make chaos` ends with."""
        fates = " ".join(f"{fate}={self.total(fate)}" for fate in FATES[:-1])
        lost = sum(journal.lost for journal in self.journals) + self.total("missing")
        views = "views differ" if self.failures["views-differ"] else "views equal"
        doubled, order = self.failures["duplicate"], self.failures["order"]
        return (
            f"sent={self.sent} = {fates} in_flight={self.total('in_flight')}; "
            f"lost {lost}, doubled {doubled}, order violations {order}, {views}"
        )

"""
How failed attempts to prove oneself lock an account, and for how long: pure, by a clock that is passed in.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

ATTEMPTS_MAX = 5
ATTEMPTS_WITHIN = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)
"""At most 20 guesses an hour and account; nobody is locked out for ever by somebody else."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """
    The failed attempts of one account to prove itself, and how they lock it.

    Attributes:
        since: when the first of them was.
    """

    failed: int = 0
    since: datetime | None = None
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until

    def one_more(self, now: datetime) -> "Attempts":
        """As after another failure: it counts anew when the first is long ago, or a lock is over."""
        is_old = self.since is None or now - self.since > ATTEMPTS_WITHIN or self.locked_until is not None
        begun = Attempts(since=now) if is_old else self
        failed = begun.failed + 1
        return replace(begun, failed=failed, locked_until=now + LOCKED_FOR if failed >= ATTEMPTS_MAX else None)

    def columns(self) -> dict[str, Any]:
        """As the table of officers holds it."""
        return {"failed_attempts": self.failed, "failing_since": self.since, "locked_until": self.locked_until}

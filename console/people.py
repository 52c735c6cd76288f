"""
The people of one agency and what they did: accounts and access log, on its database alone.

Neither keys nor agreement are needed: the first account comes before both, and an auditor needs neither.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from clue_exchange.access_log import AccessLog
from clue_exchange.clock import Clock, system_clock
from clue_exchange.people.officers import Officers
from clue_exchange.settings import Settings
from clue_exchange.store import Store


@dataclass(frozen=True, slots=True)
class People:
    """The accounts and the access log that stand on one database."""

    store: Store
    log: AccessLog
    officers: Officers

    @classmethod
    def on(cls, store: Store, clock: Clock) -> "People":
        log = AccessLog(store, clock)
        return cls(store, log, Officers(store, log, clock, uuid4))

    @classmethod
    @contextmanager
    def opened(cls, settings: Settings) -> Iterator["People"]:
        """Those of a configuration's database, closed at the end."""
        store = Store.open(settings.database)
        try:
            yield cls.on(store, system_clock)
        finally:
            store.close()

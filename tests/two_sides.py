"""
Two agencies of one region on databases of their own, and the road between them made by hand.

What is in one's outbox is given to the other as the records that Kafka would give, in whatever order the test likes.
The bytes are the real ones; what Kafka itself does is tested in tests/broker.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.ceremony import Ceremony, hold_ceremony, write_ceremony
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.outbox import OutboxRecord
from clue_exchange.settings import Settings
from clue_exchange.signed_events import SignedEvent
from clue_exchange.store import Transaction
from clue_exchange.topics import family_of
from console.wiring import Agency
from consumers.taken import Taken
from schemas.catalog import EVENT_FAMILIES
from schemas.clue_events import ClueTransferred
from schemas.codes import Role
from schemas.particulars import Particulars
from tests.builders import an_event
from tests.canaries import HER_NAME, HER_WORDS

FEDERATION = "federation-110101"
PROCURATORATE = "procuratorate-110101"
HER_PARTICULARS = {(Role.federation, 1): Particulars(name=HER_NAME, narrative=f"{HER_WORDS},无处可去。")}


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


NAMES = {Role.federation: FEDERATION, Role.procuratorate: PROCURATORATE}
BEGINS = date(2026, 1, 1)


def a_ceremony(names: Mapping[Role, str] = NAMES) -> Ceremony:
    """Fresh keys for both, and an agreement that both signed, in force during 2026."""
    return hold_ceremony(names, {role: PrivateKeys.generate() for role in Role}, BEGINS)


def settings_for(
    role: Role, folder: Path, database: str, bootstrap: str = "127.0.0.1:9", names: Mapping[Role, str] = NAMES
) -> Settings:
    """The settings of one of two agencies, whose files are in this folder."""
    return Settings(
        agency=names[role],
        counterpart=names[role.other],
        database=database,
        bootstrap=bootstrap,
        keys=folder / names[role],
        passphrase_file=folder / names[role] / "passphrase",
        agreement=folder / "agreement.yaml",
    )


@dataclass(frozen=True)
class TwoSides:
    """Both agencies, one clock for both, and the ceremony that they come from."""

    federation: Agency
    procuratorate: Agency
    clock: SetClock
    ceremony: Ceremony

    @classmethod
    def of(cls, settings: Mapping[Role, Settings], clock: SetClock) -> "TwoSides":
        """Both agencies on the databases of these settings, with fresh keys."""
        ceremony = a_ceremony({role: each.agency for role, each in settings.items()})
        sides = [Agency.assemble(settings[role], ceremony.keys[role], ceremony.signed, clock) for role in Role]
        return cls(sides[0], sides[1], clock, ceremony)

    def moved_to(self, bootstrap: str) -> "TwoSides":
        """The same databases and keys, and another cluster."""
        sides = [replace(self.side(role), settings=self._settings_at(role, bootstrap)) for role in Role]
        return replace(self, federation=sides[0], procuratorate=sides[1])

    def _settings_at(self, role: Role, bootstrap: str) -> Settings:
        return self.side(role).settings.model_copy(update={"bootstrap": bootstrap})

    def write_files(self, folder: Path) -> None:
        """What the settings name: keys, passphrases, the agreement."""
        names = {role: self.side(role).settings.agency for role in Role}
        write_ceremony(folder, names, self.ceremony)

    def close(self) -> None:
        self.federation.close()
        self.procuratorate.close()

    def side(self, role: Role) -> Agency:
        return self.federation if role is Role.federation else self.procuratorate

    def transfer(self) -> SignedEvent:
        """The federation transfers a new clue about one woman."""
        return self.federation.federation().transfer(an_event(ClueTransferred), HER_PARTICULARS)

    def sent_by(self, role: Role) -> list[ReceivedRecord]:
        """All records of an agency, keys first, as the other would poll them; offsets as after a first sending."""
        agency = self.side(role)
        with agency.store.reading() as transaction:
            pending = agency.outbox.pending(transaction, 10_000)
        return [as_received(record, record.number - 1) for record in pending if not is_note(record.topic)]

    def events_of(self, role: Role) -> list[ReceivedRecord]:
        """The same without its key records and receipts."""
        return [each for each in self.sent_by(role) if family_of(each.topic) in EVENT_FAMILIES]

    def keys_of(self, role: Role) -> list[ReceivedRecord]:
        """Its key records alone."""
        return [record for record in self.sent_by(role) if record.topic.endswith(".keys")]

    def give(self, to: Role, records: Iterable[ReceivedRecord]) -> Taken:
        """The agency takes in these records, in one transaction."""
        agency = self.side(to)
        with agency.store.transaction() as transaction:
            return agency.batches().take_in(transaction, records)

    def exchange(self) -> None:
        """Each side takes in all that the other has sent."""
        for role in Role:
            self.give(role, self.sent_by(role.other))

    def digests(self, clue_id: UUID) -> set[str]:
        """The digests of a clue at both sides: one, when both see the same."""
        found = set()
        for role in Role:
            with self.side(role).store.reading() as transaction:
                found.add(self.side(role).ledger.fold(transaction, clue_id).digest)
        return found


def is_note(topic: str) -> bool:
    """A dead-letter note is for operators, figures are for the levels above: the counterpart reads neither."""
    return topic.endswith((".dead-letter", ".figures"))


def as_received(record: OutboxRecord, offset: int) -> ReceivedRecord:
    """The record as Kafka would give it."""
    return ReceivedRecord(record.topic, 0, offset, record.key, record.value, record.headers, 0)


def renumbered(records: Sequence[ReceivedRecord]) -> list[ReceivedRecord]:
    """The same records at the offsets 0, 1, 2 … of their topics: a topic in which they stand in this order."""
    next_offset: dict[str, int] = {}
    placed = []
    for record in records:
        offset = next_offset.get(record.topic, 0)
        next_offset[record.topic] = offset + 1
        placed.append(replace(record, offset=offset))
    return placed


def rows(transaction: Transaction, query: str) -> list[tuple[object, ...]]:
    """What a table holds, for a test that looks past the stores."""
    return [tuple(row) for row in transaction.exec_driver_sql(query)]

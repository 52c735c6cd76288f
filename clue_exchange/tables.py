"""
The tables of one agency's database. Who writes what is said at each table; nobody else does.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
)

METADATA = MetaData()


class Moment(TypeDecorator[datetime]):
    """A moment in UTC with its zone, on SQLite too."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, _: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def sha256(name: str, **keywords: Any) -> Column[bytes]:
    return Column(name, LargeBinary(32), **keywords)


# Written by clue_exchange/ledger.py alone; the number of an own event by renumbering.py too.
EVENT = Table(
    "event",
    METADATA,
    sha256("hash", primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("clue_id", Uuid, nullable=False, index=True),
    Column("topic", String(120), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("sender", String(40), nullable=False),
    Column("event_type", String(64), nullable=False),
    sha256("previous"),
    sha256("seen"),
    Column("occurred_at", Moment, nullable=False),
    Column("agreement_version", Integer, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("record", LargeBinary, nullable=False),  # verbatim, as signed and as read from Kafka
    Column("facts", JSON),  # coded; null while they cannot be read here
    Column("told", JSON, nullable=False),  # whose particulars come with it, by agency and number
    Column("outcome", String(12), nullable=False),
    Column("void", Text),
    Column("place", Integer),
    UniqueConstraint("topic", "number"),
)
_IS_WAITING = EVENT.c.outcome == "waiting"
Index("event_waiting", EVENT.c.topic, sqlite_where=_IS_WAITING, postgresql_where=_IS_WAITING)

# Written by clue_exchange/ledger.py alone: the fold's row.
CLUE = Table(
    "clue",
    METADATA,
    Column("clue_id", Uuid, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("turn", String(16), nullable=False),
    Column("origin", String(16)),
    Column("urgent", Boolean, nullable=False),
    Column("applied", Integer, nullable=False),
    Column("void", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("firm", Integer, nullable=False),
    Column("is_frozen", Boolean, nullable=False),
    Column("owes", Boolean, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("opened_at", Moment),
    Column("changed_at", Moment, nullable=False),
    Index("clue_by_state", "state"),
)

# Written by clue_exchange/ledger.py alone: requests for further aid.
AID_BRANCH = Table(
    "aid_branch",
    METADATA,
    Column("branch_id", Uuid, primary_key=True),
    Column("clue_id", Uuid, nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("asked_by", String(16), nullable=False),
    Column("answer", String(16)),
)

# Written by clue_exchange/journal_counters.py alone: the last number of each own journal.
JOURNAL_COUNTER = Table(
    "journal_counter",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("last_number", BigInteger, nullable=False),
)
# Written by clue_exchange/outbox.py alone, by sent_records.py where it is read back from Kafka, and by renumbering.py:
# what still has to reach Kafka.
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary),  # null: a tombstone, in `keys` alone
    Column("headers", JSON, nullable=False),
    Column("appended_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("held_at", Moment),  # when a receipt first said that the counterpart holds it
    Index("outbox_pending", "sent_at", "number", "topic"),
)

# Written by consumers/dead_letters.py alone.
DEAD_LETTER = Table(
    "dead_letter",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    sha256("sha256", nullable=False),
    Column("number", BigInteger),
    Column("reason", String(40), nullable=False),
    Column("key", LargeBinary),
    Column("sealed", LargeBinary, nullable=False),  # the value, verbatim
    Column("size", Integer),  # of the value; null where there was none
    Column("noted_at", Moment, nullable=False),
    Column("resolution", String(12)),  # null while it needs a person
    Column("resolved_at", Moment),
)

# Written by producers/candidates.py alone: rows of registers that await a person.
CANDIDATE = Table(
    "candidate",
    METADATA,
    Column("candidate_id", Uuid, primary_key=True),
    sha256("row_hash", nullable=False, unique=True),  # of the row as read: the same file twice has no effect
    Column("register", String(200), nullable=False),
    Column("sheet", String(100)),
    Column("row_number", Integer, nullable=False),
    Column("source", String(8), nullable=False),
    Column("received_on", String(10)),  # ISO date, as registered
    Column("labels", JSON, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("evidence", JSON, nullable=False),  # label, start, end: places in the narrative, no text
    Column("flags", JSON, nullable=False),
    Column("id_number_state", String(20), nullable=False),
    Column("age_band", String(16), nullable=False),
    Column("same_person_as", JSON, nullable=False),  # candidate id: why; offered to a person, never merged
    Column("sealed", LargeBinary, nullable=False),  # particulars
    Column("sketch", LargeBinary, nullable=False),  # of the narrative, sealed too: how alike two are
    Column("key_id", String(80), nullable=False),  # a key of its own, in the vault
    Column("status", String(16), nullable=False),  # screened_out, awaiting, transferred, dismissed
    Column("reviewer", String(40)),
    Column("clue_id", Uuid),
    Column("taken_in_at", Moment, nullable=False),
    Column("model", String(60)),  # name and version of the data model that found it; source S10 alone
    Index("candidate_by_status", "status"),
)

# Written by producers/corrections.py alone: what screening said of a candidate and what a person said. No text.
SCREENING_CORRECTION = Table(
    "screening_correction",
    METADATA,
    Column("candidate_id", Uuid, primary_key=True),
    Column("source", String(8), nullable=False),
    Column("proposed", JSON, nullable=False),  # the labels of screening
    Column("proposed_urgent", Boolean, nullable=False),
    Column("labels", JSON, nullable=False),  # those of a person; of the last who corrected
    Column("urgent", Boolean, nullable=False),
    Column("reviewer", String(40), nullable=False),
    Column("corrected_at", Moment, nullable=False),
)

# Written by clue_exchange/people/officers.py alone: the accounts of this agency. Login and name never leave it.
OFFICER = Table(
    "officer",
    METADATA,
    Column("officer_id", String(40), primary_key=True),  # pseudonymous: what facts and logs carry
    Column("login", String(40), nullable=False, unique=True),
    Column("name", String(60), nullable=False),
    Column("role", String(16), nullable=False),
    Column("passphrase_hash", Text, nullable=False),  # argon2id, PHC string
    Column("is_active", Boolean, nullable=False),
    Column("failed_attempts", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("locked_until", Moment),
    Column("added_at", Moment, nullable=False),
)
OFFICER_CONFLICT = Table(
    "officer_conflict",
    METADATA,
    Column("officer_id", String(40), primary_key=True),
    Column("clue_id", Uuid, primary_key=True),  # which the officer neither sees nor routes
)

# Written by clue_exchange/access_log.py alone. All as text, in the one spelling that the hash covers.
ACCESS_LOG = Table(
    "access_log",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("officer", String(40), index=True),
    Column("role", String(16)),
    Column("act", String(40), nullable=False),
    Column("purpose", String(16)),
    Column("clue", String(36), index=True),
    Column("candidate", String(36)),
    Column("person", String(24)),
    Column("other", String(40)),
    Column("refused", String(24)),
    Column("hits", Integer),
    Column("hash", String(64), nullable=False),
)
ACCESS_LOG_HEAD = Table(
    "access_log_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row: 1
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

# Written by clue_exchange/keys/key_announcements.py alone: the signed records that changed a signing key.
KEY_ANNOUNCEMENT = Table(
    "key_announcement",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),  # verbatim
)

"""
The tables of the node itself. Who writes what is said at each; nobody else does.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, LargeBinary, String, Table, Uuid

from clue_exchange.tables import METADATA, Moment

# Written by clue_exchange/lease.py alone: which process is the working node; an empty holder: none.
LEASE = Table(
    "lease",
    METADATA,
    Column("name", String(20), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("beat", BigInteger, nullable=False),
)

# Written by clue_exchange/last_copy.py alone: the same mark as in the vault, where no older copy was put here since.
LAST_START = Table(
    "last_start",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row: 1
    Column("mark", LargeBinary(32), nullable=False),
)

# Written by consumers/lag/samples.py alone: of each journal the newest few.
LAG_SAMPLE = Table(
    "lag_sample",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("end_offset", BigInteger, nullable=False),
)

# Written by clue_exchange/reconciliations.py alone: rounds of both sides, and the differences that each has found.
RECONCILIATION = Table(
    "reconciliation",
    METADATA,
    Column("round", Uuid, primary_key=True),
    Column("asked_by", String(40), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("days", Integer, nullable=False, default=0),  # that differ
    Column("clues", Integer, nullable=False, default=0),  # that were compared
    Column("is_whole", Boolean, nullable=False, default=True),
)
DIFFERENCE = Table(
    "difference",
    METADATA,
    Column("round", Uuid, primary_key=True),
    Column("clue_id", Uuid, primary_key=True),
    Column("here", JSON, nullable=False),  # how many events, by party
    Column("there", JSON, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("sent_again", Integer, nullable=False),
)

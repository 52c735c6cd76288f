"""
The tables of the node itself. Who writes what is said at each; nobody else does.
"""

from sqlalchemy import BigInteger, Column, String, Table

from clue_exchange.tables import METADATA, Moment

# Written by clue_exchange/lease.py alone: which process is the working node; an empty holder: none.
LEASE = Table(
    "lease",
    METADATA,
    Column("name", String(20), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("beat", BigInteger, nullable=False),
)

# Written by consumers/lag_samples.py alone: of each journal the newest few.
LAG_SAMPLE = Table(
    "lag_sample",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("end_offset", BigInteger, nullable=False),
)

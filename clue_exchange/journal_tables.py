"""
The tables of journals that were stopped. Who writes what is said at each; nobody else does.
"""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from clue_exchange.tables import METADATA, Moment

# Written by clue_exchange/journal_stops.py alone: journals of the counterpart that are not read on before a person
# has looked.
JOURNAL_STOP = Table(
    "journal_stop",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("reason", String(40), nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("stopped_at", Moment, nullable=False),
)

# Written by clue_exchange/journal_stops.py alone: what the process has in hand, so that its death can be counted.
JOURNAL_IN_HAND = Table(
    "journal_in_hand",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    Column("deaths", Integer, nullable=False),
)

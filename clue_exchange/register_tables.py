"""
The tables of registers beside `candidate`: how they are read, and by what their rows are found again. Who writes what
is said at each; nobody else does.
"""

from sqlalchemy import Column, String, Table, Text, Uuid

from clue_exchange.tables import METADATA, Moment, sha256

# Written by producers/likeness.py alone: candidates by the HMAC of what rows of one person share.
PERSON_LIKENESS = Table(
    "person_likeness",
    METADATA,
    sha256("token", primary_key=True),
    Column("candidate_id", Uuid, primary_key=True, index=True),
)

# Written by producers/saved_mappings.py alone: which header of a register means what. Nothing of a person.
SAVED_MAPPING = Table(
    "saved_mapping",
    METADATA,
    Column("name", String(40), primary_key=True),
    Column("content", Text, nullable=False),
    Column("saved_by", String(40), nullable=False),
    Column("saved_at", Moment, nullable=False),
)

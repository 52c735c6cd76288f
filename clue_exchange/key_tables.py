"""
The tables of agreements, public keys, data keys and the blind index. Who writes what is said at each; nobody else does.
"""

from sqlalchemy import JSON, BigInteger, Column, Integer, LargeBinary, String, Table, Uuid

from clue_exchange.tables import METADATA, Moment, sha256

# Written by clue_exchange/agreements.py alone: every version that this node goes by.
AGREEMENT = Table(
    "agreement",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    sha256("hash", nullable=False),
    Column("content", LargeBinary, nullable=False),  # the canonical bytes that both signed
    Column("signatures", JSON, nullable=False),
    Column("adopted_at", Moment, nullable=False),
)

# Written by clue_exchange/keys/public_keys.py alone: which key may sign which numbers of a topic.
PUBLIC_KEY = Table(
    "public_key",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("key_id", String(80), primary_key=True),
    Column("public", LargeBinary(32), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger),
)

# Written by clue_exchange/keys/receiving_keys.py alone: for which public keys data keys are wrapped, ours and theirs.
RECEIVING_KEY = Table(
    "receiving_key",
    METADATA,
    Column("agency", String(40), primary_key=True),
    Column("key_id", String(80), primary_key=True),
    Column("public", LargeBinary(32), nullable=False),
    Column("number", BigInteger, nullable=False),  # of its announcement; 0 of one that an agreement names
    Column("noted_at", Moment, nullable=False),
)

# Written by clue_exchange/keys/keyring.py, arriving_keys.py, wrapping.py and dead_keys.py: which data keys there are,
# and of whom; the keys are in the vault.
DATA_KEY = Table(
    "data_key",
    METADATA,
    Column("key_id", String(80), primary_key=True),
    Column("owner", String(40), nullable=False),
    Column("agreement_version", Integer),  # of a facts key
    Column("clue_id", Uuid, index=True),  # of a person's key
    Column("added_by", String(16)),
    Column("number", Integer),
    Column("made_at", Moment, nullable=False),
    Column("destroyed_at", Moment),  # she is erased
    Column("tombstoned_at", Moment),  # and its record on our keys topic too: when the first was written
    Column("tombstones", Integer, nullable=False, default=0),
    Column("wrapped_for_us", String(80)),  # our receiving key that opens its newest record
    Column("wrapped_for_them", String(80)),  # of a key that we published: the counterpart's that opens it
    Column("gone_at", Moment),  # when Kafka was first seen to give its record no more
)

# Written by clue_exchange/keys/missing_keys.py alone: what events here are sealed with, and has not arrived.
MISSING_KEY = Table(
    "missing_key",
    METADATA,
    Column("key_id", String(80), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("clue_id", Uuid),  # of a person's key
    Column("added_by", String(16)),
    Column("number", Integer),
)

# Written by clue_exchange/keys/blind_index.py alone: where persons occur, by an HMAC of their numbers.
PERSON_INDEX = Table(
    "person_index",
    METADATA,
    sha256("token", primary_key=True),
    Column("ref", Uuid, primary_key=True),  # a clue or a candidate
    Column("added_by", String(16), primary_key=True),  # empty for a candidate
    Column("number", Integer, primary_key=True, autoincrement=False),
)

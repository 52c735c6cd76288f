"""
The tables of journals: how far they are taken in, what stopped them, what receipts say of ours, what was rejected.

Who writes what is said at each; nobody else does.
"""

from sqlalchemy import JSON, BigInteger, Column, Integer, LargeBinary, String, Table, Text

from clue_exchange.tables import METADATA, Moment, sha256

# Written by clue_exchange/journals.py alone: how far each journal of the counterpart is taken in, and what is missing.
JOURNAL_POSITION = Table(
    "journal_position",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    Column("next_number", BigInteger, nullable=False),
    Column("poison_in_a_row", Integer, nullable=False),
    Column("topic_id", String(64)),  # of the topic that the offset belongs to; null before the first contact
    sha256("hash"),  # of the journal, as far as nothing of it is missing
)
JOURNAL_BEYOND = Table(
    "journal_beyond",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    sha256("hash", nullable=False),  # of the body: it joins the journal's when the gap before it closes
)
JOURNAL_GAP = Table(
    "journal_gap",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("since", Moment, nullable=False),
)

# Written by clue_exchange/acknowledgements.py alone: what receipts say of our own journals, and the receipts verbatim.
ACKNOWLEDGED = Table(
    "acknowledged",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("held_up_to", BigInteger, nullable=False),
    sha256("hash", nullable=False),
    Column("highest", BigInteger, nullable=False),
    Column("missing", JSON, nullable=False),
    Column("waiting", JSON, nullable=False),
    Column("receipt", BigInteger, nullable=False),
    Column("taken_at", Moment),
    Column("probes", Integer, nullable=False),
    Column("halted", Text),
)
RECEIPT = Table(
    "receipt",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),  # verbatim
    Column("taken_at", Moment, nullable=False),
)

# Written by clue_exchange/unread_records.py alone: where the events of the counterpart stand that wait unread.
UNREAD_RECORD = Table(
    "unread_record",
    METADATA,
    sha256("hash", primary_key=True),  # of the body
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("key", LargeBinary),
)

# Written by clue_exchange/rejections.py alone, and by renumbering.py where an own event changes its number: events that
# can never be taken in, of either party.
REJECTION = Table(
    "rejection",
    METADATA,
    sha256("hash", primary_key=True),  # of the body
    Column("topic", String(120), nullable=False, index=True),
    Column("number", BigInteger, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("noted_at", Moment, nullable=False),
)

# Written by clue_exchange/forgeries.py alone: records in our own journals that we did not write.
FORGERY = Table(
    "forgery",
    METADATA,
    Column("topic", String(120), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    sha256("hash", primary_key=True),  # of the body
    Column("offset", BigInteger, nullable=False),
    Column("noted_at", Moment, nullable=False),
    Column("ruling", String(12)),  # null: nobody has settled it
    Column("settled_at", Moment),
)

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

"""
What reads back and rebuilds, put together on the parts of an agency: belongs to wiring.py.
"""

from clue_exchange.logs import Log
from clue_exchange.topics import topic_name
from console.wiring import RECEIVED, Agency
from consumers.own_records import OwnRecords
from consumers.read_back import READ_IN_ORDER, Books, ReadBack
from consumers.rebuild import FromKafka, Rebuild


def read_back(agency: Agency, log: Log) -> ReadBack:
    """What compares the agency's own topics with its database, and takes back what is lacking."""
    settings = agency.settings
    books = Books(
        settings.agency,
        settings.counterpart,
        agency.store,
        agency.ledger,
        agency.outbox,
        agency.keyring,
        agency.dead_letters,
        agency.clock,
    )
    own = OwnRecords(
        agency.reader(settings.counterpart),  # our events are addressed to the counterpart
        agency.ledger,
        agency.outbox,
        agency.keyring,
        agency.index,
        agency.desk().erase_again,
        agency.clock,
    )
    return ReadBack(books, own, agency.consumer, agency.identities, log)


def rebuild(agency: Agency) -> Rebuild:
    """What folds every clue anew."""
    return Rebuild(agency.store, agency.ledger, agency.keyring, agency.clock)


def from_kafka(agency: Agency, log: Log) -> FromKafka:
    """What fills the database from the topics of both parties."""
    read = ((agency.settings.agency, READ_IN_ORDER), (agency.settings.counterpart, RECEIVED))
    topics = [topic_name(name, family) for name, families in read for family in families]
    return FromKafka(topics, agency.store, read_back(agency, log), agency.loop(log), agency.clock)

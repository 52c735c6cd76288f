"""
What reads back and rebuilds, put together on the parts of an agency: belongs to wiring.py.
"""

from clue_exchange.logs import Log
from clue_exchange.topics import topic_name
from console.wiring import RECEIVED, Agency
from consumers.own_records import OwnRecords
from consumers.read_back import READ_IN_ORDER, Books, ReadBack
from consumers.rebuild import FromKafka, Rebuild
from consumers.settlement import Settlement


def read_back(agency: Agency, log: Log) -> ReadBack:
    """What compares the agency's own topics with its database, and takes back what is lacking."""
    return ReadBack(_books(agency), _own_records(agency), agency.consumer, agency.identities, log)


def settlement(agency: Agency) -> Settlement:
    """What settles the records in the agency's own journals that it did not write."""
    return Settlement(_books(agency), _own_records(agency), agency.consumer)


def _books(agency: Agency) -> Books:
    settings = agency.settings
    return Books(
        settings.agency,
        settings.counterpart,
        agency.store,
        agency.ledger,
        agency.outbox,
        agency.keyring,
        agency.vault,
        agency.dead_letters,
        agency.clock,
    )


def _own_records(agency: Agency) -> OwnRecords:
    return OwnRecords(
        agency.reader(agency.settings.counterpart),  # our events are addressed to the counterpart
        agency.ledger,
        agency.outbox,
        agency.keyring,
        agency.index,
        agency.desk().erase_again,
        agency.clock,
    )


def rebuild(agency: Agency) -> Rebuild:
    """What folds every clue anew."""
    return Rebuild(agency.store, agency.ledger, agency.keyring, agency.clock)


def from_kafka(agency: Agency, log: Log) -> FromKafka:
    """What fills the database from the topics of both parties."""
    read = ((agency.settings.agency, READ_IN_ORDER), (agency.settings.counterpart, RECEIVED))
    topics = [topic_name(name, family) for name, families in read for family in families]
    return FromKafka(topics, agency.store, read_back(agency, log), agency.loop(log), agency.clock)

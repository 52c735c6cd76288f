"""
Figures on their way to the levels above: a month leaves an agency once, in a record that it signs.
"""

from clue_exchange.errors import CommandRefused
from clue_exchange.outbox import Outbox
from clue_exchange.store import Transaction
from clue_exchange.topics import topic_name
from schemas.catalog import Family
from schemas.envelope import Record
from schemas.figures_record import FiguresPublished


def publish_figures(transaction: Transaction, outbox: Outbox, agency: str, told: FiguresPublished) -> Record:
    """
    Queue the figures of a month for the agency's `figures` topic.

    Raises:
        CommandRefused: that month has left already. Two versions of it would tell what lies between them.
    """
    topic, key = topic_name(agency, Family.FIGURES), told.month.encode()
    outbox.lock(transaction, [topic])
    if outbox.holds(transaction, topic, key):
        raise CommandRefused(f"the figures of {told.month} have left already; a month is published once")
    return outbox.append(transaction, topic, key, told.to_body(), {})

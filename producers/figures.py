"""
Figures on their way to the levels above: a month leaves an agency once, in a record that it signs.
"""

from clue_exchange.errors import CommandRefused
from clue_exchange.journal_counters import lock
from clue_exchange.outbox import Outbox
from clue_exchange.store import Transaction
from clue_exchange.topics import topic_name
from schemas.catalog import Family
from schemas.envelope import Record
from schemas.figures_record import FiguresPublished


def left_already(transaction: Transaction, outbox: Outbox, agency: str, month: str) -> FiguresPublished | None:
    """The figures in which this month has left, or waits to be sent; None before it was published."""
    before = outbox.first_under(transaction, topic_name(agency, Family.FIGURES), month.encode())
    return None if before is None else FiguresPublished.from_body(before.body)


def publish_figures(transaction: Transaction, outbox: Outbox, agency: str, told: FiguresPublished) -> Record:
    """
    Queue the figures of a month for the agency's `figures` topic, once: the record in which they leave, or have left.

    Raises:
        CommandRefused: others of that month have left. Two versions of it would tell what lies between them.
    """
    topic, key = topic_name(agency, Family.FIGURES), told.month.encode()
    lock(transaction, [topic])
    before = outbox.first_under(transaction, topic, key)
    if before is None:
        return outbox.append(transaction, topic, key, told.to_body(), {})
    if FiguresPublished.from_body(before.body) != told:
        raise CommandRefused(
            f"the figures of {told.month} have left already, and were others: a month is published once. What came "
            "later is in the monthly packs"
        )
    return before

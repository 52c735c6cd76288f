"""
A topic that was made anew, or is another cluster's, is taken for the journal that it replaces: a person consents.

docs/decisions/0018-clusters-and-topics-made-anew.md
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update

from clue_exchange import journal_stops
from clue_exchange.errors import CommandRefused
from clue_exchange.journals import advance, read_position
from clue_exchange.kafka_records import TopicIdentity
from clue_exchange.store import Transaction
from clue_exchange.tables import OUTBOX


def recognise_again(transaction: Transaction, topic: str, found: TopicIdentity, now: datetime) -> None:
    """
    Read the journal from the beginning of the topic that stands there now, and from that one alone.

    What is held already has no effect; numbers stay missing until their sender sends them again.

    Raises:
        CommandRefused: it is the topic that it always was, or it has other partitions than one.
    """
    before = read_position(transaction, topic)
    if before.topic_id in (None, found.topic_id):
        raise CommandRefused(f"{topic} is the topic that it always was: there is nothing to recognise")
    if found.partitions != 1:
        raise CommandRefused(f"{topic} has {found.partitions} partitions, and a journal has one: it must be made anew")
    advance(transaction, before, replace(before, next_offset=0, topic_id=found.topic_id), now)
    journal_stops.let_go_on(transaction, topic)


def send_all_again(transaction: Transaction, topic: str) -> int:
    """Queue every record of this journal of ours that the outbox has, with its old number; answers how many."""
    sent = OUTBOX.c.topic == topic, OUTBOX.c.sent_at.is_not(None)
    return transaction.execute(update(OUTBOX).where(*sent).values(sent_at=None)).rowcount

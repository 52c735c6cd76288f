"""
The counters of an agency's own journals: numbers without a gap, committed in their order.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select, update

from clue_exchange.store import Transaction, insert_new
from clue_exchange.tables import JOURNAL_COUNTER


def next_number(transaction: Transaction, topic: str) -> int:
    """Count a journal on; its counter stays locked until the transaction ends. (A database sequence would not.)"""
    counted = transaction.execute(_COUNT, {"_topic": topic}).scalar_one_or_none()
    if counted is None:
        insert_new(transaction, JOURNAL_COUNTER, [{"topic": topic, "last_number": 0}])
        counted = transaction.execute(_COUNT, {"_topic": topic}).scalar_one()
    return int(counted)


def last_numbers(transaction: Transaction, topics: Sequence[str]) -> Mapping[str, int]:
    """The last number of each of these journals; 0 before the first."""
    found = transaction.execute(_LAST_NUMBERS, {"topics": list(topics)})
    return dict.fromkeys(topics, 0) | {row.topic: row.last_number for row in found}


def lock(transaction: Transaction, topics: Sequence[str]) -> Mapping[str, int]:
    """The last number of each of these journals; nobody else takes the next one before this transaction ends."""
    insert_new(transaction, JOURNAL_COUNTER, [{"topic": topic, "last_number": 0} for topic in topics])
    for topic in topics:
        transaction.execute(_LOCKED, {"_topic": topic})
    return last_numbers(transaction, topics)


def go_on_behind(transaction: Transaction, numbers: Mapping[str, int]) -> None:
    """The next number of each of these journals is higher than the one given here."""
    last = lock(transaction, list(numbers))
    for topic, number in numbers.items():
        if last[topic] < number:
            transaction.execute(_SET, {"_topic": topic, "last_number": number})


_OF_TOPIC = JOURNAL_COUNTER.c.topic == bindparam("_topic")
_LOCKED = select(JOURNAL_COUNTER).where(_OF_TOPIC).with_for_update()
_LAST_NUMBERS = select(JOURNAL_COUNTER).where(JOURNAL_COUNTER.c.topic.in_(bindparam("topics", expanding=True)))
_SET = update(JOURNAL_COUNTER).where(_OF_TOPIC).values(last_number=bindparam("last_number"))
_COUNT = (
    update(JOURNAL_COUNTER)
    .where(_OF_TOPIC)
    .values(last_number=JOURNAL_COUNTER.c.last_number + 1)
    .returning(JOURNAL_COUNTER.c.last_number)
)

"""
Our own events give up their numbers where a record that we did not write stands first under them.

The signature covers the number and the body does not hold it: so the event, its hash and its chain stay what they are.
For the same reason a body that is held already can fill numbers that a thief skipped: it has no second effect.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from sqlalchemy import delete, select, update

from clue_exchange.journal_tables import REJECTION
from clue_exchange.outbox import Outbox
from clue_exchange.signed_events import courtesy_headers, record_key
from clue_exchange.store import Transaction
from clue_exchange.tables import EVENT, OUTBOX
from schemas.envelope import Envelope, Record


def move_behind(transaction: Transaction, outbox: Outbox, topic: str, numbers: Iterable[int]) -> None:
    """Give the events under these numbers the next ones, in their order, signed anew; they are sent under those."""
    for number in sorted(numbers):
        place = OUTBOX.c.topic == topic, OUTBOX.c.number == number
        row = transaction.execute(select(OUTBOX).where(*place)).one()
        transaction.execute(delete(OUTBOX).where(*place))
        record = outbox.append(transaction, topic, row.key, Record.from_value(row.value).body, row.headers)
        moved = {"number": record.number, "record": record.to_value()}
        transaction.execute(update(EVENT).where(EVENT.c.topic == topic, EVENT.c.number == number).values(moved))
        rejected = REJECTION.c.topic == topic, REJECTION.c.hash == record.body_hash
        transaction.execute(update(REJECTION).where(*rejected).values(number=record.number))


def skipped(used: Collection[int], up_to: int) -> list[range]:
    """The numbers from 1 to `up_to` that are not used, in their order; as ranges, for there may be 2**53 of them."""
    edges = pairwise([0, *sorted(used), up_to + 1])
    return [range(before + 1, number) for before, number in edges if number - before > 1]


def fill(transaction: Transaction, outbox: Outbox, topic: str, numbers: Sequence[int]) -> bytes | None:
    """Send the first body of this journal once more under each of these numbers; its hash, None where there is none."""
    wanted = select(EVENT.c.record).where(EVENT.c.topic == topic).order_by(EVENT.c.number).limit(1)
    value = transaction.scalar(wanted)
    if value is None:
        return None
    record = Record.from_value(value)
    envelope = Envelope.from_body(record.body)
    key, headers = record_key(envelope), courtesy_headers(envelope)
    for number in numbers:
        outbox.append_at(transaction, topic, number, key, record.body, headers)
    return record.body_hash

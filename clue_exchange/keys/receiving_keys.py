"""
For which receiving key of a party data keys are wrapped: the agreement's at first, then the one announced last.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from clue_exchange.errors import KeysUnavailable
from clue_exchange.key_tables import RECEIVING_KEY
from clue_exchange.keys.keystore import receiving_key_id
from clue_exchange.store import Transaction, insert_new
from schemas.agreement import Party

NAMED_BY_AN_AGREEMENT = 0


class PublicReceivingKey(NamedTuple):
    """The public half of a receiving key."""

    key_id: str
    public: bytes


def pin(transaction: Transaction, party: Party, now: datetime) -> None:
    """Take the receiving key that the agreement names for a party; no effect where it is known."""
    add(transaction, party.agency, party.receiving_key_bytes, NAMED_BY_AN_AGREEMENT, now)


def add(transaction: Transaction, agency: str, public: bytes, number: int, now: datetime) -> bool:
    """A receiving key, under the number of its announcement; whether it is new here."""
    row = {"agency": agency, "key_id": receiving_key_id(public), "public": public, "number": number, "noted_at": now}
    is_new = row["key_id"] not in ids(transaction, agency)
    insert_new(transaction, RECEIVING_KEY, [row])
    return is_new


def current(transaction: Transaction, agency: str) -> PublicReceivingKey:
    """
    The key for which data keys are wrapped now.

    Raises:
        KeysUnavailable: none is known.
    """
    newest_first = RECEIVING_KEY.c.number.desc(), RECEIVING_KEY.c.noted_at.desc()
    of_agency = select(RECEIVING_KEY).where(RECEIVING_KEY.c.agency == agency).order_by(*newest_first).limit(1)
    row = transaction.execute(of_agency).one_or_none()
    if row is None:
        raise KeysUnavailable(f"no receiving key of {agency} is known")
    return PublicReceivingKey(row.key_id, row.public)


def known(transaction: Transaction, agency: str) -> list[PublicReceivingKey]:
    """All that were ever known, the oldest first."""
    of_agency = select(RECEIVING_KEY).where(RECEIVING_KEY.c.agency == agency)
    rows = transaction.execute(of_agency.order_by(RECEIVING_KEY.c.number, RECEIVING_KEY.c.noted_at))
    return [PublicReceivingKey(row.key_id, row.public) for row in rows]


def are_any_announced(transaction: Transaction) -> bool:
    """Whether a key was ever announced; mostly not, and then nobody need look further."""
    announced = select(RECEIVING_KEY.c.key_id).where(RECEIVING_KEY.c.number != NAMED_BY_AN_AGREEMENT).limit(1)
    return transaction.execute(announced).first() is not None


def ids(transaction: Transaction, agency: str) -> set[str]:
    """All that were ever known."""
    return set(transaction.scalars(select(RECEIVING_KEY.c.key_id).where(RECEIVING_KEY.c.agency == agency)))

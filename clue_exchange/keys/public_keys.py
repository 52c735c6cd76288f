"""
Which public key may sign which numbers of which topic: pinned by the agreement, changed by the owner's key records.
"""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import bindparam, select, update

from clue_exchange.key_tables import PUBLIC_KEY
from clue_exchange.keys.keystore import signing_key_id
from clue_exchange.signing import PublicKey, Verifier
from clue_exchange.store import Transaction, insert_new
from clue_exchange.topics import topic_name
from schemas.agreement import Party
from schemas.catalog import Family
from schemas.key_record import JournalNumber

FIRST_NUMBER = 1


def pin(transaction: Transaction, party: Party) -> None:
    """Take the signing key that the agreement names for a party, for all its topics; no effect where it is known."""
    topics = [topic_name(party.agency, family) for family in Family]
    add(transaction, party.signing_key_bytes, [JournalNumber(topic=t, number=FIRST_NUMBER) for t in topics])


def add(transaction: Transaction, public: bytes, first_numbers: Iterable[JournalNumber]) -> None:
    """A new signing key, with the first number of each topic that it may sign; one that is known stays as it is."""
    key_id = signing_key_id(public)
    rows = [{"topic": at.topic, "key_id": key_id, "public": public, "first": at.number} for at in first_numbers]
    insert_new(transaction, PUBLIC_KEY, rows)


def revoke(transaction: Transaction, key_id: str, last_numbers: Iterable[JournalNumber]) -> None:
    """
    The last number of each topic that this key had the right to sign; records before still verify.

    A revocation is never taken back: of two, the lower number counts.
    """
    for at in last_numbers:
        current = PUBLIC_KEY.c.last
        transaction.execute(
            update(PUBLIC_KEY)
            .where(PUBLIC_KEY.c.topic == at.topic, PUBLIC_KEY.c.key_id == key_id)
            .where(current.is_(None) | (current > at.number))
            .values(last=at.number)
        )


def keys_of(transaction: Transaction, topic: str) -> list[PublicKey]:
    """The keys that may sign this topic, or might once."""
    rows = transaction.execute(_OF_TOPIC, {"_topic": topic})
    return [PublicKey(row.key_id, row.topic, row.public, row.first, row.last) for row in rows]


def verifier(transaction: Transaction, topic: str) -> Verifier:
    """What checks the signatures of this topic, as the keys are now."""
    return _verifier(tuple(keys_of(transaction, topic)))


_OF_TOPIC = select(PUBLIC_KEY).where(PUBLIC_KEY.c.topic == bindparam("_topic")).order_by(PUBLIC_KEY.c.first)


@lru_cache(maxsize=64)
def _verifier(keys: tuple[PublicKey, ...]) -> Verifier:
    return Verifier(keys)

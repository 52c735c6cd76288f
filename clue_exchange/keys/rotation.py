"""
Signing keys change without loss: a new one is announced by the old, an old one is revoked by one that stays.

Which key signs which number is decided by `public_key`, also for our own records: docs/decisions/0011-key-rotation.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clue_exchange.errors import CommandRefused
from clue_exchange.journal_counters import lock
from clue_exchange.keys import key_announcements, public_keys
from clue_exchange.keys.keystore import KeyFile, PrivateKeys, SigningKey
from clue_exchange.outbox import Outbox
from clue_exchange.store import Store, Transaction
from clue_exchange.topics import topic_name
from schemas.catalog import Family
from schemas.envelope import Record
from schemas.key_record import REVOKED, JournalNumber, KeyKind, KeyRecord

LOCK_ORDER = (Family.KEYS, Family.CLUES, Family.CASE_PROGRESS, Family.RECEIPTS, Family.DEAD_LETTER, Family.FIGURES)
"""As commands and the loop take numbers, so that nobody waits for another crosswise."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """
    What a rotation came to.

    Attributes:
        signed_by: the id of the key that announced the new one.
    """

    key: SigningKey
    first_numbers: Mapping[str, int]
    signed_by: str


class KeyRotation:
    """Changes the signing keys of one agency."""

    def __init__(self, agency: str, store: Store, outbox: Outbox) -> None:
        self._store = store
        self._outbox = outbox
        self._keys_topic = topic_name(agency, Family.KEYS)
        self._told_in = self._keys_topic, topic_name(agency, Family.FIGURES)
        self._topics = [topic_name(agency, family) for family in LOCK_ORDER]

    def rotate(self, file: KeyFile) -> Rotated:
        """
        Make a new signing key, in the key file first, and announce it.

        A kill between the two leaves a key that nobody knows: the next call announces that one.

        Raises:
            KeysUnavailable: the key file cannot be opened.
        """
        with self._store.transaction() as transaction:
            last = lock(transaction, self._topics)  # two rotations at once: the second sees the first's file
            keys = file.read()
            if self._is_announced(transaction, keys.signing[-1]):
                keys = keys.with_new_signing_key()
                file.write(keys)
            return self._announce(transaction, keys.signing[-1], last)

    def _announce(self, transaction: Transaction, key: SigningKey, last: Mapping[str, int]) -> Rotated:
        first = {topic: number + 1 for topic, number in last.items()}
        for topic in self._told_in:
            first[topic] += 1  # the next number there is the announcement's own
        numbers = tuple(JournalNumber(topic=topic, number=number) for topic, number in first.items())
        record = KeyRecord(kind=KeyKind.signing, key_id=key.key_id, public_key=key.public, numbers=numbers)
        sent = self._tell(transaction, record)
        public_keys.add(transaction, key.public, numbers)
        return Rotated(key, first, sent.key_id)

    def revoke(self, key_id: str, keys: PrivateKeys) -> Mapping[str, int]:
        """
        Tell that a key signs nothing after the last number of each topic as it is now; answers these numbers.

        Raises:
            CommandRefused: not a key of ours that is valid, or no other key that the counterpart knows would be left.
        """
        with self._store.transaction() as transaction:
            last = lock(transaction, self._topics)
            self._require_revocable(transaction, key_id)
            self._require_another(transaction, key_id, keys, last)
            numbers = tuple(JournalNumber(topic=topic, number=number) for topic, number in last.items())
            public_keys.revoke(transaction, key_id, numbers)  # first: another key must sign the revocation
            record = KeyRecord(kind=KeyKind.revocation, key_id=f"{REVOKED}{key_id}", numbers=numbers)
            self._tell(transaction, record)
            return last

    def _tell(self, transaction: Transaction, change: KeyRecord) -> Record:
        """To the counterpart in `keys`, and in `figures` to the levels above, who may read nothing else."""
        key, body = change.key_id.encode(), change.to_body()
        in_keys, *_ = [self._outbox.append(transaction, topic, key, body, {}) for topic in self._told_in]
        key_announcements.keep(transaction, self._keys_topic, in_keys)
        return in_keys

    def _is_announced(self, transaction: Transaction, key: SigningKey) -> bool:
        return any(known.key_id == key.key_id for known in public_keys.keys_of(transaction, self._keys_topic))

    def _require_revocable(self, transaction: Transaction, key_id: str) -> None:
        known = {key.key_id: key for key in public_keys.keys_of(transaction, self._keys_topic)}
        if key_id not in known:
            raise CommandRefused(f"{key_id} is no signing key of this agency that was ever announced: see `keys list`")
        if known[key_id].last is not None:
            raise CommandRefused(f"{key_id} is revoked already")

    def _require_another(
        self, transaction: Transaction, key_id: str, keys: PrivateKeys, last: Mapping[str, int]
    ) -> None:
        staying = {key.key_id for key in keys.signing} - {key_id}
        for topic, number in last.items():
            staying &= {
                each.key_id for each in public_keys.keys_of(transaction, topic) if each.is_valid_for(number + 1)
            }
        if not staying:
            raise CommandRefused(f"{key_id} is the only key that signs: first `keys rotate`, then revoke it")
        if staying <= self._outbox.unsent(transaction, self._keys_topic, staying):
            raise CommandRefused(
                "Kafka does not hold the announcement of the other key yet: let the node run, then revoke"
            )

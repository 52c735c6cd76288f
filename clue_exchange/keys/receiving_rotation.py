"""
Receiving keys change without loss: a new one is announced by the node that holds it, an old one is destroyed when
nothing is wrapped for it alone any more.
"""

from sqlalchemy import func, select

from clue_exchange.errors import CommandRefused
from clue_exchange.journal_counters import lock
from clue_exchange.key_tables import DATA_KEY
from clue_exchange.keys import receiving_keys
from clue_exchange.keys.keystore import KeyFile, PrivateKeys, ReceivingKey
from clue_exchange.outbox import Outbox
from clue_exchange.store import Store, Transaction
from clue_exchange.topics import topic_name
from schemas.catalog import Family


class ReceivingRotation:
    """Changes the receiving keys of one agency, in its key file."""

    def __init__(self, agency: str, store: Store, outbox: Outbox) -> None:
        self._agency = agency
        self._store = store
        self._outbox = outbox
        self._keys_topic = topic_name(agency, Family.KEYS)

    def make(self, file: KeyFile) -> ReceivingKey:
        """
        Make a new receiving key, which the node announces once it has begun with it; no second one before that.

        Raises:
            KeysUnavailable: the key file cannot be opened.
        """
        with self._store.transaction() as transaction:
            lock(transaction, [self._keys_topic])  # of two at once the second sees the first's file
            keys = file.read()
            if keys.receiving[-1].key_id in receiving_keys.ids(transaction, self._agency):
                keys = keys.with_new_receiving_key()
                file.write(keys)
            return keys.receiving[-1]

    def retire(self, file: KeyFile, key_id: str) -> None:
        """
        Destroy an old receiving key: what is still in some log, wrapped for it, nobody can read any more.

        Raises:
            CommandRefused: not an old key of ours, or a data key is wrapped for it alone, as far as is known here.
        """
        with self._store.transaction() as transaction:
            lock(transaction, [self._keys_topic])
            keys = file.read()
            if keys.receiving_key(key_id) is None or key_id == keys.receiving[-1].key_id:
                raise CommandRefused(f"{key_id} is no old receiving key of this agency: see `keys list`")
            self._require_announced(transaction, keys.receiving[-1].key_id)
            if left := self._wrapped_for(transaction, key_id):
                raise CommandRefused(
                    f"{left} data keys are wrapped for {key_id} alone: let the nodes of both sides run, then try again"
                )
            file.write(keys.without_receiving_key(key_id))

    def give_up(self, file: KeyFile, key_id: str) -> None:
        """
        Note that a receiving key is lost: what is wrapped for it is asked for again.

        Raises:
            CommandRefused: it is in the key file, or was never ours.
        """
        with self._store.transaction() as transaction:
            lock(transaction, [self._keys_topic])
            keys = file.read()
            if keys.receiving_key(key_id) is not None or not self._is_known(transaction, keys, key_id):
                raise CommandRefused(f"{key_id} is no receiving key of this agency that is lost: see `keys list`")
            file.write(keys.without_receiving_key(key_id))

    def _require_announced(self, transaction: Transaction, key_id: str) -> None:
        is_known = key_id in receiving_keys.ids(transaction, self._agency)
        if not is_known or self._outbox.unsent(transaction, self._keys_topic, [key_id]):
            raise CommandRefused(f"Kafka does not hold the announcement of {key_id} yet: restart the node, let it run")

    def _is_known(self, transaction: Transaction, keys: PrivateKeys, key_id: str) -> bool:
        return key_id in receiving_keys.ids(transaction, self._agency) - {*keys.retired}

    @staticmethod
    def _wrapped_for(transaction: Transaction, key_id: str) -> int:
        alive = DATA_KEY.c.wrapped_for_us == key_id, DATA_KEY.c.destroyed_at.is_(None)
        return int(transaction.execute(select(func.count()).select_from(DATA_KEY).where(*alive)).scalar_one())

"""
The keys by which the two parties are known here, and what each is good for; never a private part.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clue_exchange.journal_counters import last_numbers
from clue_exchange.keys import public_keys, receiving_keys
from clue_exchange.keys.keystore import PrivateKeys, ReceivingKey, SigningKey
from clue_exchange.keys.receiving_keys import PublicReceivingKey
from clue_exchange.outbox import Outbox
from clue_exchange.signing import PublicKey
from clue_exchange.store import Transaction
from clue_exchange.topics import topic_name
from schemas.catalog import Family

FINGERPRINT_GROUPS, GROUP_DIGITS = 8, 5


class KeyUse(StrEnum):
    """What a key is good for now."""

    signs = "signs"  # the next event
    valid = "valid"  # its records are believed
    unsent = "unsent"  # announced; waits until Kafka holds the announcement
    unannounced = "unannounced"  # of a rotation that was interrupted: `keys rotate` announces it
    revoked = "revoked"
    receives = "receives"  # data keys are wrapped for it
    opens = "opens"  # what was wrapped before
    to_announce = "to announce"  # the node announces it when it begins
    retired = "retired"  # destroyed, or lost
    elsewhere = "elsewhere"  # announced, and not in this key file


@dataclass(frozen=True, slots=True)
class ListedKey:
    """
    One key.

    Attributes:
        numbers: of each topic, the first and the last that it may sign; no last one while it is not revoked.
        fingerprint: for comparing by telephone.
        is_here: whether its private part is in the key file.
    """

    owner: str
    key_id: str
    kind: str
    use: KeyUse
    fingerprint: str
    is_here: bool
    numbers: dict[str, tuple[int, int | None]]


def fingerprint(public: bytes) -> str:
    """40 decimal digits in groups of five: easily said in any language, and nobody finds another key with the same."""
    digits = str(int.from_bytes(hashlib.sha256(public).digest(), "big"))[-FINGERPRINT_GROUPS * GROUP_DIGITS :]
    digits = digits.zfill(FINGERPRINT_GROUPS * GROUP_DIGITS)
    return " ".join(digits[start : start + GROUP_DIGITS] for start in range(0, len(digits), GROUP_DIGITS))


class KeyList:
    """Looks at the keys of an agency and of its counterpart."""

    def __init__(self, agency: str, counterpart: str, outbox: Outbox) -> None:
        self._agency = agency
        self._counterpart = counterpart
        self._outbox = outbox

    def listed(self, transaction: Transaction, keys: PrivateKeys) -> list[ListedKey]:
        """Our own, the oldest first, then those of the counterpart."""
        ours = _by_id(transaction, self._agency)
        signing = self._signing_now(transaction, keys)
        rows = [self._own(transaction, each, keys, signing) for each in ours.values()]
        unknown = [key for key in keys.signing if key.key_id not in ours]
        rows += [self._without_numbers(key, "signing", KeyUse.unannounced) for key in unknown]
        rows += self._receiving(transaction, keys)
        theirs = _by_id(transaction, self._counterpart).values()
        rows += [_listed(self._counterpart, each, _use(each), is_here=False) for each in theirs]
        wanted = receiving_keys.current(transaction, self._counterpart)
        return [*rows, _received_by(self._counterpart, wanted, KeyUse.receives, is_here=False)]

    def _receiving(self, transaction: Transaction, keys: PrivateKeys) -> list[ListedKey]:
        """Our own receiving keys: those that are known by announcement or agreement, and a new one."""
        current = receiving_keys.current(transaction, self._agency).key_id
        rows = []
        for known in receiving_keys.known(transaction, self._agency):
            is_here = keys.receiving_key(known.key_id) is not None
            use = KeyUse.receives if known.key_id == current else KeyUse.opens
            if not is_here:
                use = KeyUse.retired if known.key_id in keys.retired else KeyUse.elsewhere
            rows.append(_received_by(self._agency, known, use, is_here=is_here))
        there = {row.key_id for row in rows}
        new = [key for key in keys.receiving if key.key_id not in there]
        return rows + [self._without_numbers(key, "receiving", KeyUse.to_announce) for key in new]

    def _without_numbers(self, key: SigningKey | ReceivingKey, kind: str, use: KeyUse) -> ListedKey:
        return ListedKey(self._agency, key.key_id, kind, use, fingerprint(key.public), True, {})

    def _signing_now(self, transaction: Transaction, keys: PrivateKeys) -> str | None:
        """The key that the next event of ours is signed with; None where there is none, and nothing can be sent."""
        topic = topic_name(self._agency, Family.CLUES)
        next_number = last_numbers(transaction, [topic])[topic] + 1
        allowed = self._outbox.may_sign(transaction, topic, next_number)
        return next((key.key_id for key in reversed(keys.signing) if key.key_id in allowed), None)

    def _own(
        self, transaction: Transaction, rows: list[PublicKey], keys: PrivateKeys, signing: str | None
    ) -> ListedKey:
        key_id, use = rows[0].key_id, _use(rows)
        if key_id == signing:
            use = KeyUse.signs
        elif self._outbox.unsent(transaction, topic_name(self._agency, Family.KEYS), [key_id]):
            use = KeyUse.unsent
        is_here = any(key.key_id == key_id for key in keys.signing)
        return _listed(self._agency, rows, use, is_here=is_here)


def _by_id(transaction: Transaction, owner: str) -> dict[str, list[PublicKey]]:
    found: dict[str, list[PublicKey]] = {}
    for each in _of(transaction, owner):
        found.setdefault(each.key_id, []).append(each)
    return found


def _of(transaction: Transaction, owner: str) -> Iterator[PublicKey]:
    for family in (Family.KEYS, *(each for each in Family if each is not Family.KEYS)):  # there no two begin at once
        yield from public_keys.keys_of(transaction, topic_name(owner, family))


def _use(rows: Sequence[PublicKey]) -> KeyUse:
    return KeyUse.revoked if any(each.last is not None for each in rows) else KeyUse.valid


def _received_by(owner: str, key: PublicReceivingKey, use: KeyUse, *, is_here: bool) -> ListedKey:
    return ListedKey(owner, key.key_id, "receiving", use, fingerprint(key.public), is_here, {})


def _listed(owner: str, rows: list[PublicKey], use: KeyUse, *, is_here: bool) -> ListedKey:
    numbers = {each.topic: (each.first, each.last) for each in rows}
    return ListedKey(owner, rows[0].key_id, "signing", use, fingerprint(rows[0].public), is_here, numbers)

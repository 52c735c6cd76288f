"""
One agency's `figures` topic, read from its beginning: it tells itself which key may sign which number.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.keystore import signing_key_id
from clue_exchange.signing import BadSignature, PublicKey, Verifier
from clue_exchange.topics import RECORD_CAP_BYTES, topic_name
from schemas.agreement import Party
from schemas.catalog import Family
from schemas.codec import is_framed
from schemas.envelope import Record
from schemas.figures_record import FiguresPublished
from schemas.key_record import REVOKED, KeyKind, KeyRecord


class NumberReused(Exception):
    """A number that was given before, or was passed over: whoever holds an old key could fill it."""


@dataclass(frozen=True, slots=True)
class Published:
    """Figures, and the place where they stand."""

    offset: int
    record: Record
    figures: FiguresPublished


class CountyJournal:
    """
    What an agency published, proven from the key that is pinned.

    A new key is believed where a key that may sign announces it, for the numbers after; a revoked one proves nothing
    after the number that its revocation names.
    """

    def __init__(self, party: Party) -> None:
        public = party.signing_key_bytes
        self.agency = party.agency
        self.topic = topic_name(party.agency, Family.FIGURES)
        self._keys = {signing_key_id(public): PublicKey(signing_key_id(public), self.topic, public, first=1)}
        self._highest = 0
        self._values: set[bytes] = set()
        self._published: list[Published] = []

    def take(self, received: ReceivedRecord) -> None:
        """
        Take the next record of the topic; the same one once more is nothing.

        Raises:
            BadSignature: the agency did not sign it for this place, with a key that may sign this number.
            NumberReused: other bytes under a number that has passed.
            ContractError: neither figures nor a change of keys; not the one spelling, or a count under five.
        """
        if received.value in self._values:
            return
        record = prove(received, self._verifier())
        if record.number <= self._highest:
            raise NumberReused
        if is_framed("KeyRecord", record.body):
            self._change_keys(record.number, KeyRecord.from_body(record.body))
        else:
            figures = FiguresPublished.from_body(record.body)
            self._published.append(Published(received.offset, record, figures))
        self._highest = record.number
        self._values.add(received.value or b"")

    def published(self) -> Iterator[tuple[Published, bool]]:
        """All figures, and whether their key may still prove their numbers: a revocation may reach back."""
        for each in self._published:
            yield each, self._keys[each.record.key_id].is_valid_for(each.record.number)

    def _change_keys(self, number: int, change: KeyRecord) -> None:
        named = next((at.number for at in change.numbers if at.topic == self.topic), None)
        if named is None:
            raise BadSignature
        if change.kind is KeyKind.signing and change.public_key is not None:
            key_id = signing_key_id(change.public_key)
            first = max(named, number + 1)  # no key speaks for the numbers before its announcement
            self._keys.setdefault(key_id, PublicKey(key_id, self.topic, change.public_key, first))
        elif key := self._keys.get(change.key_id.removeprefix(REVOKED)):
            self._keys[key.key_id] = replace(key, last=named if key.last is None else min(key.last, named))

    def _verifier(self) -> Verifier:
        return Verifier(tuple(self._keys.values()))


def prove(received: ReceivedRecord, verifier: Verifier) -> Record:
    """
    The record in these bytes.

    Raises:
        BadSignature: its owner did not sign it for this place, or it is larger than any of ours.
        ContractError: not the one spelling of a record.
    """
    if received.value is None or len(received.value) > RECORD_CAP_BYTES:
        raise BadSignature
    record = Record.from_value(received.value)
    verifier.verify(received.topic, record.number, record.body, record.key_id, record.signature)
    return record

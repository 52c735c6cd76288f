"""
A federation that plays false: it signs and seals, with its real keys, whatever a test wants.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.keyring import DataKey
from clue_exchange.sealing import SUITE, PartPlace, seal
from clue_exchange.signed_events import SignedEvent, courtesy_headers, record_key
from clue_exchange.topics import topic_name
from schemas.catalog import BY_NAME, Family
from schemas.clue_events import ClueTransferred
from schemas.codes import Role
from schemas.envelope import Envelope, Part, PersonPart, Record, signed_bytes, whole_milliseconds
from schemas.event import Event, PersonKey, PersonRef
from schemas.parts import facts_schema, particulars_schema, write_facts, write_particulars
from tests.builders import an_event
from tests.two_sides import FEDERATION, HER_PARTICULARS, PROCURATORATE, TwoSides, rows

CLUES = f"{FEDERATION}.clues"
HER: PersonKey = (Role.federation, 1)
WRITTEN: Mapping[PersonKey, bytes] = {
    person: write_particulars(particulars) for person, particulars in HER_PARTICULARS.items()
}
NOBODY: Mapping[PersonKey, bytes] = {}
STATE = ("event", "clue", "data_key", "public_key", "agreement", "aid_branch", "person_index")


class Judged(NamedTuple):
    """
    What the procuratorate made of one record.

    Attributes:
        what: `applied`, `void`, `waiting`, `repeated`, `passed over`, or the reason of the dead letter.
        is_rejected: its sender learns it, and its number is used up.
        is_alert: somebody for security must look.
    """

    what: str
    is_rejected: bool = False
    is_alert: bool = False


@dataclass
class Forge:
    """The federation's end of the road; the procuratorate is as honest as ever."""

    sides: TwoSides
    _offsets: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def envelope(
        self,
        event: Event | None = None,
        told: Mapping[PersonKey, bytes] = WRITTEN,
        facts: bytes | None = None,
        sealed_for: UUID | None = None,
        **changes: Any,
    ) -> Envelope:
        """An event of the federation; facts and particulars as bytes, sealed for another clue where a test says so."""
        event = event or an_event(ClueTransferred)
        clue_id, event_id = changes.pop("clue_id", None) or uuid4(), changes.pop("event_id", None) or uuid4()
        agreement = self.sides.ceremony.signed.agreement
        keys = self.sides.federation.keyring
        with self.sides.federation.store.transaction() as transaction:
            facts_key = keys.facts_key(transaction, agreement)
            person_keys = {each: keys.person_key(transaction, clue_id, each) for each in told}
        place = PartPlace(sealed_for or clue_id, event_id, FEDERATION)
        fields = {
            "event_id": event_id,
            "event_type": event.event_type,
            "clue_id": clue_id,
            "sender": FEDERATION,
            "recipient": PROCURATORATE,
            "previous": None,
            "seen": None,
            "agreement_version": agreement.version,
            "agreement_hash": agreement.hash,
            "lifecycle_version": 1,
            "suite": SUITE,
            "occurred_at": whole_milliseconds(self.sides.clock()),
            "facts_schema": facts_schema(event).fingerprint,
            "particulars_schema": particulars_schema().fingerprint,
            "facts": _part(facts_key, place, write_facts(event) if facts is None else facts),
            "particulars": tuple(_of_person(person_keys[each], place, each, data) for each, data in told.items()),
        }
        return Envelope(**{**fields, **changes})

    def record(self, envelope: Envelope, **changes: Any) -> ReceivedRecord:
        """The record of an envelope, in its journal, as Kafka would give it."""
        row = BY_NAME.get(envelope.event_type)
        topic = topic_name(FEDERATION, row.family if row else Family.CLUES)
        headers = tuple((name, value.encode()) for name, value in courtesy_headers(envelope).items())
        about = {"topic": topic, "key": record_key(envelope), "headers": headers}
        return self.signed(envelope.to_body(), **{**about, **changes})

    def signed(
        self,
        body: bytes,
        *,
        topic: str = CLUES,
        key: bytes | None = b"key",
        headers: tuple[tuple[str, bytes], ...] = (),
        number: int | None = None,
    ) -> ReceivedRecord:
        """Any body, signed by the federation under the next number, or under this one."""
        if number is None:
            number = self._numbers[topic] = self._numbers[topic] + 1
        signing = self.sides.ceremony.keys[Role.federation].signing[0]
        signature = signing.private.sign(signed_bytes(topic, number, body))
        value = Record(number=number, body=body, key_id=signing.key_id, signature=signature).to_value()
        return self.at_next(ReceivedRecord(topic, 0, 0, key, value, headers, 0))

    def at_next(self, record: ReceivedRecord) -> ReceivedRecord:
        """The record at the next offset of its topic."""
        offset = self._offsets[record.topic]
        self._offsets[record.topic] = offset + 1
        return ReceivedRecord(record.topic, 0, offset, record.key, record.value, record.headers, 0)

    def deliver_keys(self) -> None:
        """The procuratorate takes in the key records that were made so far."""
        keys = [record for record in self.sides.sent_by(Role.federation) if record.topic.endswith(".keys")]
        self.sides.give(Role.procuratorate, keys)

    def judged(self, record: ReceivedRecord) -> Judged:
        """What becomes of this record; a dead letter changes nothing but itself, the position and the rejections."""
        before = self.state()
        taken = self.sides.give(Role.procuratorate, [record])
        if taken.dead_letters:
            (letter,) = taken.dead_letters
            assert self.state() == before
            return Judged(letter.reason.value, bool(taken.rejected), letter.is_alert)
        if taken.placements:
            return Judged(taken.placements[0].outcome)
        assert self.state() == before
        return Judged("repeated" if taken.repeated else "passed over")

    def transferred(self) -> tuple[UUID, bytes]:
        """A clue that the procuratorate has taken in; its id, and the hash of the event that opened it."""
        envelope = self.envelope()
        record = self.record(envelope)
        self.deliver_keys()
        assert self.judged(record) == Judged("applied")
        return envelope.clue_id, Record.from_value(record.value or b"").body_hash

    def state(self) -> list[list[tuple[object, ...]]]:
        """All that taking in may change at the procuratorate, besides position, dead letters, rejections, log."""
        with self.sides.procuratorate.store.reading() as transaction:
            return [rows(transaction, f"SELECT * FROM {table}") for table in STATE]

    def hold(self, record: ReceivedRecord, envelope: Envelope, event: Event) -> None:
        """The federation holds it itself, as after it was read back."""
        value = record.value or b""
        number, body_hash = Record.from_value(value).number, Record.from_value(value).body_hash
        with self.sides.federation.store.transaction() as transaction:
            signed = SignedEvent(record.topic, number, value, body_hash, envelope, event)
            self.sides.federation.ledger.append(transaction, [signed])

    def view(self, clue_id: UUID) -> tuple[str, list[str | None]]:
        """The state of a clue at the procuratorate, and why each of its placed events is void."""
        with self.sides.procuratorate.store.reading() as transaction:
            folded = self.sides.procuratorate.ledger.fold(transaction, clue_id)
        return folded.view.state, [placed.void for placed in folded.placed]


def _part(key: DataKey, place: PartPlace, data: bytes) -> Part:
    return Part(key_id=key.key_id, sealed=seal(key.key, place.associated_data(key.key_id), data))


def _of_person(key: DataKey, place: PartPlace, person: PersonKey, data: bytes) -> PersonPart:
    added_by, number = person
    hers = PartPlace(place.clue_id, place.event_id, place.sender, person)
    return PersonPart(person=PersonRef(added_by=added_by, number=number), part=_part(key, hers, data))

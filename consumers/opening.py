"""
Opening an event for a moment: its facts, and each person's particulars once, in memory, to check them.

An event whose facts key, schema or version of the agreement is not here yet waits; nothing of it is opened.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from clue_exchange.access_log import ValidationPermit
from clue_exchange.errors import PoisonRecord
from clue_exchange.people.access_entries import Subject
from clue_exchange.sealing import PartPlace, Unreadable, unseal
from clue_exchange.signed_events import SignedEvent
from consumers.dead_letters import Reason
from consumers.receive import Addressed, contract
from schemas.codec import is_known, known
from schemas.envelope import Envelope, Part, PersonPart
from schemas.event import Event, PersonKey
from schemas.particulars import Particulars
from schemas.parts import check_particulars, read_facts, read_particulars


@dataclass(frozen=True, slots=True)
class Means:
    """
    What is here to open events with.

    Attributes:
        keys: open data keys, by id.
        versions: of the agreement, that are adopted here.
    """

    keys: Mapping[str, bytes] = field(repr=False)
    versions: Collection[int]

    def suffice(self, envelope: Envelope) -> bool:
        """Whether the facts can be read."""
        schemas = envelope.facts_schema, envelope.particulars_schema
        is_here = envelope.agreement_version in self.versions and envelope.facts.key_id in self.keys
        return is_here and all(map(is_known, schemas))

    def persons(self, envelope: Envelope) -> list[PersonPart]:
        """Whose particulars can be read."""
        return [each for each in envelope.particulars if each.part.key_id in self.keys]

    def subjects(self, envelopes: Iterable[Envelope]) -> list[Subject]:
        """Whose particulars will be opened: for the access log, before it is done."""
        readable = [envelope for envelope in envelopes if self.suffice(envelope)]
        return [
            Subject(envelope.clue_id, person=each.person.key)
            for envelope in readable
            for each in self.persons(envelope)
        ]


def lacking(envelope: Envelope, key_ids: Collection[str], versions: Collection[int]) -> list[str]:
    """What an event waits for before its facts can be read, as words for an operator; nothing where they can."""
    wanted = []
    if envelope.agreement_version not in versions:
        wanted.append(f"agreement version {envelope.agreement_version}")
    if envelope.facts.key_id not in key_ids:
        wanted.append(f"key {envelope.facts.key_id}")
    unknown = [s.hex() for s in (envelope.facts_schema, envelope.particulars_schema) if not is_known(s)]
    return wanted + [f"a newer version of this program, for schema {each}" for each in unknown]


@dataclass(frozen=True, slots=True)
class Opened:
    """
    An event that was opened for a moment.

    Attributes:
        told: the particulars whose keys are here: for checks and the blind index, in memory; nobody keeps them.
    """

    signed: SignedEvent
    told: Mapping[PersonKey, Particulars] = field(default_factory=dict, repr=False)


def open_event(addressed: Addressed, means: Means, permit: ValidationPermit | None) -> Opened:
    """
    The event, its facts opened and checked; each person's particulars are checked once, in memory, if her key is here.

    The facts are None where the means do not suffice: the event waits. The permit is for `means.subjects`; None where
    there are none.

    Raises:
        PoisonRecord: with the number: the fault lies inside the signed bytes.
    """
    envelope, number = addressed.envelope, addressed.number
    event: Event | None = None
    told: Mapping[PersonKey, Particulars] = {}
    if means.suffice(envelope):
        facts = _unsealed(envelope, None, envelope.facts, means.keys, number)
        texts = {
            each.person.key: _of_person(envelope, each, means.keys, number, permit) for each in means.persons(envelope)
        }
        event, told = contract(lambda: _checked(envelope, facts, texts), number)
    return Opened(SignedEvent(addressed.topic, number, addressed.value, addressed.hash, envelope, event), told)


def open_part(envelope: Envelope, person: PersonKey, part: Part, key: bytes) -> Particulars:
    """
    One person's particulars in an event that was taken in.

    Raises:
        Unreadable: the key is not the one that sealed them.
    """
    place = PartPlace(envelope.clue_id, envelope.event_id, envelope.sender, person)
    data = unseal(key, place.associated_data(part.key_id), part.sealed)
    return read_particulars(known(envelope.particulars_schema), data)


def _of_person(
    envelope: Envelope, each: PersonPart, keys: Mapping[str, bytes], number: int, permit: ValidationPermit | None
) -> bytes:
    person = each.person.key
    if permit is None:
        raise ValueError("nobody's particulars are opened without a permit")
    permit.require(Subject(envelope.clue_id, person=person))
    return _unsealed(envelope, person, each.part, keys, number)


def _checked(
    envelope: Envelope, facts: bytes, texts: Mapping[PersonKey, bytes]
) -> tuple[Event, dict[PersonKey, Particulars]]:
    event = read_facts(envelope.event_type, known(envelope.facts_schema), facts)
    schema = known(envelope.particulars_schema)
    told = {person: read_particulars(schema, data) for person, data in texts.items()}
    if len(told) == len(envelope.particulars):
        check_particulars(event, tuple(told.values()))
    return event, told


def _unsealed(
    envelope: Envelope, person: PersonKey | None, part: Part, keys: Mapping[str, bytes], number: int
) -> bytes:
    place = PartPlace(envelope.clue_id, envelope.event_id, envelope.sender, person)
    try:
        return unseal(keys[part.key_id], place.associated_data(part.key_id), part.sealed)
    except Unreadable:
        raise PoisonRecord(Reason.PART_UNREADABLE, number) from None

"""
The protected parts of an event, as its envelope carries them.
"""

from dataclasses import replace

from clue_exchange.keys.keyring import DataKey
from clue_exchange.sealing import PartPlace, seal
from schemas.envelope import Part, PersonPart
from schemas.event import PersonKey, PersonRef
from schemas.particulars import Particulars
from schemas.parts import write_particulars


def sealed(key: DataKey, place: PartPlace, data: bytes) -> Part:
    """Data under a key, for one place in one event."""
    return Part(key_id=key.key_id, sealed=seal(key.key, place.associated_data(key.key_id), data))


def person_part(key: DataKey, place: PartPlace, person: PersonKey, particulars: Particulars) -> PersonPart:
    """A person's particulars under her key."""
    added_by, number = person
    part = sealed(key, replace(place, person=person), write_particulars(particulars))
    return PersonPart(person=PersonRef(added_by=added_by, number=number), part=part)

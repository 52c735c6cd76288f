"""
The two inner parts of an event, as bytes: facts and, for each person, particulars. Protection comes on top of them.
"""

from schemas.catalog import BY_NAME, Carries
from schemas.codec import Schema, decode, encode, newest
from schemas.errors import InvalidEvent, Malformed
from schemas.event import Event
from schemas.particulars import Particulars


def facts_schema(event: Event) -> Schema:
    """The schema that today's version writes these facts in."""
    return newest(event.event_type)


def particulars_schema() -> Schema:
    """The schema that today's version writes particulars in."""
    return newest(Particulars.__name__)


def write_facts(event: Event) -> bytes:
    """The one spelling of the facts."""
    return encode(facts_schema(event), event.model_dump())


def read_facts(event_type: str, schema: Schema, data: bytes) -> Event:
    """
    The facts that these bytes spell.

    Raises:
        Malformed: not the one spelling, or not a schema of this event type.
        InvalidEvent: the fields break the model.
    """
    row = BY_NAME.get(event_type)
    if row is None or schema.name != event_type:
        raise Malformed(f"{event_type}: its facts are written in another type's schema")
    return row.model.read(decode(schema, data))


def write_particulars(particulars: Particulars) -> bytes:
    """The one spelling of one person's particulars."""
    return encode(particulars_schema(), particulars.model_dump())


def read_particulars(schema: Schema, data: bytes) -> Particulars:
    """
    One person's particulars.

    Raises:
        Malformed: not the one spelling.
        InvalidEvent: the fields break the model.
    """
    if schema.name != Particulars.__name__:
        raise Malformed("particulars are written in another type's schema")
    return Particulars.read(decode(schema, data))


def check_particulars(event: Event, told: tuple[Particulars, ...]) -> None:
    """
    Check that the particulars go with the facts: both sides do it, the sender before it signs.

    Raises:
        InvalidEvent: particulars are missing, are not wanted, or a code `other` comes without its words.
    """
    carries = BY_NAME[event.event_type].particulars
    if carries is Carries.nothing and told:
        raise InvalidEvent(event.event_type, ("particulars: this event carries none",))
    if carries is Carries.required and not told:
        raise InvalidEvent(event.event_type, ("particulars: this event tells who she is",))
    if event.wants_explanation and not any(particulars.explanation for particulars in told):
        raise InvalidEvent(event.event_type, ("explanation: the code `other` wants words, at most 500 characters",))

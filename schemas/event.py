"""
What every event has in common: frozen facts, checked as a whole, that name nobody.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.codes import AgeBand, IdNumberState, PersonRole, Role
from schemas.errors import InvalidEvent

PersonNumber = Annotated[int, Field(ge=1, le=99)]
AmountFen = Annotated[int, Field(ge=1, le=10_000_000_00)]
OfficerId = Annotated[str, Field(pattern=r"^[a-z0-9-]{3,40}$")]
"""Pseudonymous: the other side can tell two officers apart, and learns no name."""
PersonKey: TypeAlias = tuple[Role, int]
"""A person of a clue, as a value: who added her, and her number."""
MachineName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,60}$")]


class Coded(BaseModel):
    """Coded fields that cross between agencies: immutable, and no field that the model does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        """
        Check the fields as decoded from Avro or given by an officer.

        Raises:
            InvalidEvent: names the fields and the rules that they break, never the values.
        """
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            problems = tuple(
                f"{'.'.join(map(str, p['loc'])) or 'event'}: {p['msg'].removeprefix('Value error, ')}"
                for p in error.errors()
            )
            raise InvalidEvent(cls.__name__, problems) from None


class Event(Coded):
    """
    The facts of one event; its class name is the event type.

    Attributes:
        officer: who acted, by a pseudonymous id.
    """

    officer: OfficerId

    needs_explanation: ClassVar[tuple[str, ...]] = ()
    """The fields whose code `other` wants words in the particulars."""

    @property
    def event_type(self) -> str:
        return type(self).__name__

    @property
    def wants_explanation(self) -> bool:
        return any("other" in _as_tuple(getattr(self, field)) for field in self.needs_explanation)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


class PersonRef(Coded):
    """A person of a clue: the agency that added her, and her number within the clue."""

    added_by: Role
    number: PersonNumber

    @property
    def key(self) -> PersonKey:
        return self.added_by, self.number


class Person(Coded):
    """What the facts say of a person: her place in the household, nothing that names her."""

    number: PersonNumber
    role: PersonRole
    age_band: AgeBand
    id_number: IdNumberState

    @property
    def is_beneficiary(self) -> bool:
        """Aid is decided on her without being asked for by name: the applicant, and every minor."""
        is_minor = self.age_band in (AgeBand.under_14, AgeBand.from_14_to_17)
        return is_minor or self.role in (PersonRole.applicant, PersonRole.minor_child)

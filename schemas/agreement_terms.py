"""
What the parties agree on beside their names, keys and deadlines: the content of the agreement, part by part.

Defaults are proposals that both sides read, change and sign; `clue-exchange agreement new` writes them all out.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.codes import AidKind, Body, Role
from schemas.event import Coded
from schemas.particulars import Line

DAY_OF_EVERY_MONTH = 28


class Level(StrEnum):
    """The level of both agencies; clues go to the same level (2020 notice)."""

    county = "county"
    city = "city"
    province = "province"


def level_of(region: str) -> Level:
    """The level of a region by its code (GB/T 2260): 110000 a province, 440300 a city, 110101 a county."""
    if region.endswith("0000"):
        return Level.province
    return Level.city if region.endswith("00") else Level.county


class SharedField(StrEnum):
    """A field of the particulars, by its name."""

    name = "name"
    id_number = "id_number"
    phone = "phone"
    address = "address"
    registered_address = "registered_address"
    safe_contact = "safe_contact"
    narrative = "narrative"
    explanation = "explanation"


def _distinct(values: tuple[StrEnum, ...]) -> tuple[StrEnum, ...]:
    if len(set(values)) != len(values):
        raise ValueError("names one twice")
    return values


Fields = Annotated[tuple[SharedField, ...], Field(max_length=8), AfterValidator(_distinct)]


class Sharing(Coded):
    """The fields that each party may tell the other; it tells nobody else."""

    federation: Fields = tuple(SharedField)
    procuratorate: Fields = tuple(SharedField)

    def by(self, role: Role) -> frozenset[SharedField]:
        """What this party may tell."""
        return frozenset(self.federation if role is Role.federation else self.procuratorate)


class Answerer(StrEnum):
    """Which party answers for a kind of further aid when the other asks."""

    federation = "federation"
    procuratorate = "procuratorate"
    either = "either"


class AidTerms(Coded):
    """Who answers for a kind of further aid, and which body usually provides it."""

    answered_by: Answerer
    provider: Body

    def may_be_asked(self, role: Role) -> bool:
        return self.answered_by is Answerer.either or self.answered_by.value == role.value


def _terms(answered_by: Answerer, provider: Body) -> AidTerms:
    return AidTerms(answered_by=answered_by, provider=provider)


USUAL_AID: Mapping[AidKind, AidTerms] = {
    AidKind.A01: _terms(Answerer.either, Body.civil_affairs),
    AidKind.A02: _terms(Answerer.either, Body.civil_affairs),
    AidKind.A03: _terms(Answerer.either, Body.health),
    AidKind.A04: _terms(Answerer.federation, Body.human_resources),
    AidKind.A05: _terms(Answerer.either, Body.education),
    AidKind.A06: _terms(Answerer.either, Body.housing),
    AidKind.A07: _terms(Answerer.procuratorate, Body.police),
    AidKind.A08: _terms(Answerer.federation, Body.federation),
    AidKind.A09: _terms(Answerer.procuratorate, Body.judicial_administration),
    AidKind.A10: _terms(Answerer.federation, Body.federation),
    AidKind.A11: _terms(Answerer.either, Body.civil_affairs),
    AidKind.A12: _terms(Answerer.federation, Body.charity),
}


class Contact(Coded):
    """Whom the other side calls: an office and its telephone, no person by name."""

    office: Line
    telephone: Annotated[str, Field(pattern=r"^[0-9 +-]{3,20}$")]


class Liaison(Coded):
    """The liaison offices 联络部门 of both parties."""

    federation: Contact = Contact(office="权益部", telephone="12338")
    procuratorate: Contact = Contact(office="控告申诉检察部门", telephone="12309")

    def of(self, role: Role) -> Contact:
        return self.federation if role is Role.federation else self.procuratorate


class Meeting(Coded):
    """The joint consultation 会商: every so many months from the version's first on, this day or the next workday."""

    every_months: Annotated[int, Field(ge=1, le=12)] = 1
    day: Annotated[int, Field(ge=1, le=DAY_OF_EVERY_MONTH)] = 10


class Limits(Coded):
    """After how many minutes both operators are alarmed: of a gap in a journal, of an event that waits."""

    gap_alarm_minutes: Annotated[int, Field(ge=1, le=10_080)] = 60
    waiting_alarm_minutes: Annotated[int, Field(ge=1, le=10_080)] = 1_440

    @property
    def gap_alarm(self) -> timedelta:
        """How long a number may be missing, or one of ours unacknowledged, before a person must look."""
        return timedelta(minutes=self.gap_alarm_minutes)

    @property
    def waiting_alarm(self) -> timedelta:
        """How long an event may wait before a person must look."""
        return timedelta(minutes=self.waiting_alarm_minutes)

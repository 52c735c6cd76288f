"""
The events of the `clues` journals: how a clue is handed over, and how the two parties agree who takes it.

A class is the facts of one event type, version 1. Which party may issue it in which state is in lifecycle.py.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field, model_validator

from schemas.codes import FEDERATION_SOURCES, PROCURATORATE_SOURCES, Body, Category, LegalBasis, Paper, Source
from schemas.criteria import Checklist, no_exclusions
from schemas.event import Event, MachineName, OfficerId, Person, PersonRef
from schemas.reasons import (
    DECLINE_TERMS,
    DeclineReason,
    DisputeGround,
    ErasureGround,
    NextStep,
    RedirectReason,
    ResponsibleParty,
    ReturnReason,
    WithdrawReason,
)

Persons = Annotated[tuple[Person, ...], Field(min_length=1, max_length=30)]
AnyPersons = Annotated[tuple[Person, ...], Field(max_length=30)]
SomePersons = Annotated[tuple[PersonRef, ...], Field(min_length=1, max_length=30)]
Papers = Annotated[tuple[Paper, ...], Field(max_length=8)]


class NewClue(Event):
    """
    What opens a clue: who it is about and why she may be entitled.

    Attributes:
        found_on: the day on which its finder found it, from which the days for handing it over are counted (2019
            Opinions); None in version 1, which does not have it.
    """

    source: Source
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=7)]
    urgent: bool
    legal_basis: LegalBasis
    persons: Persons
    linked_clue: UUID | None = None
    found_on: date | None = None
    needs_explanation: ClassVar[tuple[str, ...]] = ("source",)

    @model_validator(mode="after")
    def _numbers_are_distinct(self) -> Self:
        if len({person.number for person in self.persons}) != len(self.persons):
            raise ValueError("two persons have the same number")
        return self


class ClueTransferred(NewClue):
    """
    The federation hands a clue to the procuratorate of the same level (2022 circular).

    `officer` is the reviewer: nothing screened is transferred without one.
    """

    papers: Papers = ()
    checklist: Checklist = ()

    @model_validator(mode="after")
    def _source_is_a_federations(self) -> Self:
        no_exclusions(self.checklist)
        if self.source not in FEDERATION_SOURCES:
            raise ValueError("the source is not one of a federation")
        return self


class ClueShared(NewClue):
    """The procuratorate makes its own clue known to the federation; it is taken up already (2022 circular)."""

    model_name_and_version: MachineName | None = None
    checklist: Checklist = ()

    @model_validator(mode="after")
    def _source_is_a_procuratorates(self) -> Self:
        if self.source not in PROCURATORATE_SOURCES:
            raise ValueError("the source is not one of a procuratorate")
        if (self.source is Source.S10) != (self.model_name_and_version is not None):
            raise ValueError("source S10, and only S10, names its model and version")
        return self


class ClueReturned(Event):
    """The procuratorate asks for what is missing before it can take the clue up."""

    reasons: Annotated[tuple[ReturnReason, ...], Field(min_length=1, max_length=4)]
    missing_papers: Papers = ()
    checklist: Checklist = ()
    needs_explanation: ClassVar[tuple[str, ...]] = ("reasons",)

    @model_validator(mode="after")
    def _papers_are_named(self) -> Self:
        if (ReturnReason.R1 in self.reasons) != bool(self.missing_papers):
            raise ValueError("reason R1, and only R1, names the missing papers")
        return self


class ClueSupplemented(Event):
    """The federation adds papers, persons or better contact data."""

    papers: Papers = ()
    added_persons: AnyPersons = ()
    checklist: Checklist = ()

    @model_validator(mode="after")
    def _is_a_federations(self) -> Self:
        no_exclusions(self.checklist)
        return self


class ClueAccepted(Event):
    """The procuratorate takes the clue up and names a handler (by a pseudonymous id)."""

    handler: OfficerId
    checklist: Checklist = ()


class ClueDeclined(Event):
    """
    There will be no aid, with the reason and what comes next; this is feedback, and a second officer reviewed it.

    That the two officers differ is a rule of the lifecycle: the other side checks it and voids the event.
    """

    reason: DeclineReason
    responsible: ResponsibleParty
    next_step: NextStep
    second: OfficerId
    needs_explanation: ClassVar[tuple[str, ...]] = ("reason",)

    @model_validator(mode="after")
    def _fits_the_reason(self) -> Self:
        terms = DECLINE_TERMS.get(self.reason)
        if terms is not None and self.responsible is not terms.responsible:
            raise ValueError(f"reason {self.reason} lies with the {terms.responsible}")
        if terms is not None and self.next_step not in terms.next_steps:
            raise ValueError(f"after reason {self.reason} comes {' or '.join(terms.next_steps)}")
        return self


class ClueRedirected(Event):
    """Another body must take the clue up; a failing frame condition is never a bare decline (Rules arts. 2, 5)."""

    reason: RedirectReason
    to_body: Body
    needs_explanation: ClassVar[tuple[str, ...]] = ("reason", "to_body")

    @model_validator(mode="after")
    def _body_fits_the_reason(self) -> Self:
        bodies = BODIES_FOR.get(self.reason)
        if bodies is not None and self.to_body not in bodies:
            raise ValueError(f"for reason {self.reason} the body is one of {', '.join(sorted(bodies))}")
        return self


BODIES_FOR: Mapping[RedirectReason, frozenset[Body]] = {
    RedirectReason.T1: frozenset({Body.court, Body.police, Body.judicial_administration, Body.other}),
    RedirectReason.T2: frozenset({Body.other_procuratorate}),
    RedirectReason.T3: frozenset(Body) - {Body.court, Body.police, Body.procuratorate, Body.other_procuratorate},
}
"""Who can take the clue up, by the reason; of `other` a person judges."""


class ClueDisputed(Event):
    """The federation contradicts, once, a decline, a redirection or a refusal."""

    ground: DisputeGround
    needs_explanation: ClassVar[tuple[str, ...]] = ("ground",)


class ClueWithdrawn(Event):
    """The agency that opened the clue takes it back."""

    reason: WithdrawReason
    linked_clue: UUID | None = None
    needs_explanation: ClassVar[tuple[str, ...]] = ("reason",)

    @model_validator(mode="after")
    def _duplicate_names_the_other_clue(self) -> Self:
        if (self.reason is WithdrawReason.V3) != (self.linked_clue is not None):
            raise ValueError("reason V3, and only V3, names the clue that it is a duplicate of")
        return self


class ConsentWithdrawn(Event):
    """She withdrew her consent: processing goes on only until it can be ended (PIPL art. 15)."""

    persons: SomePersons


class ErasureRequested(Event):
    """One side asks that the data of these persons die on both; two officers stand behind it (PIPL art. 47)."""

    persons: SomePersons
    ground: ErasureGround
    second: OfficerId


class ErasureConfirmed(Event):
    """The other side's answer: its copies of the keys of these persons are destroyed."""

    persons: SomePersons

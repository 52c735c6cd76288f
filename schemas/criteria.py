"""
The checklist of eligibility: its codes, and what a party finds of each. It explains, and never decides.

Sources: the Rules of 2021 (《人民检察院开展国家司法救助工作细则》): arts. 2 and 5 for the frame conditions N,
art. 7 for the situations E, of which one suffices, art. 8 for X: as a rule no aid.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.event import Coded


class Criterion(StrEnum):
    """A condition: N and E speak for aid, X against it."""

    N1 = "N1"  # a case that the procuratorate is handling
    N2 = "N2"  # harmed in it by crime or civil tort, or a dependant
    N3 = "N3"  # the hardship comes from the case
    N4 = "N4"  # no effective compensation through litigation
    N5 = "N5"  # urgent hardship
    N6 = "N6"  # no earlier aid to the same person in the same case
    E1 = "E1"  # gravely injured or severely disabled by crime
    E2 = "E2"  # injured by crime, needs urgent treatment, cannot pay
    E3 = "E3"  # victim dead or unable to work, dependants without income
    E4 = "E4"  # heavy loss of property by crime
    E5 = "E5"  # informant, witness or expert retaliated against
    E6 = "E6"  # bodily harm by road accident or other civil tort
    E7 = "E7"  # other situation that the procuratorate finds in need
    X1 = "X1"  # own grave fault
    X2 = "X2"  # refuses to help establish the facts
    X3 = "X3"  # false statements or forged evidence
    X4 = "X4"  # gave up the claim or refused compensation
    X5 = "X5"  # hardship not caused by the case
    X6 = "X6"  # reasonable compensation or aid already had

    @property
    def is_exclusion(self) -> bool:
        return self.value.startswith("X")


class Finding(StrEnum):
    """What a party found of a condition."""

    given = "given"
    missing = "missing"
    contradicted = "contradicted"


class CheckedCriterion(Coded):
    """What an event says of one condition."""

    criterion: Criterion
    finding: Finding


def _each_once(checked: tuple[CheckedCriterion, ...]) -> tuple[CheckedCriterion, ...]:
    if len({each.criterion for each in checked}) != len(checked):
        raise ValueError("names a condition twice")
    return checked


def no_exclusions(checked: Iterable[CheckedCriterion]) -> None:
    """
    Raises:
        ValueError: an X code: these are findings of the procuratorate, a federation never ticks them.
    """
    if any(each.criterion.is_exclusion for each in checked):
        raise ValueError("X codes are findings of the procuratorate")


Checklist = Annotated[tuple[CheckedCriterion, ...], Field(max_length=19), AfterValidator(_each_once)]

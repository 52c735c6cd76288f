"""
The checklist of a clue as its chain tells it: what each party found of each condition, and what that usually means.

It decides nothing. The procuratorate's latest finding stands before the federation's; where the two contradict each
other, both are shown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from schemas.clock import Step
from schemas.codes import Paper, Role
from schemas.criteria import CheckedCriterion, Criterion, Finding
from schemas.event import PersonKey
from schemas.view import ClueView

C = Criterion
MEANS: Mapping[Criterion, str] = {
    C.N1: "T1",
    C.N2: "T3",
    C.N3: "T3",
    C.N4: "D3, A09",
    C.N5: "D2",
    C.N6: "D1",
    C.X1: "D4",
    C.X2: "D6",
    C.X3: "D5",
    C.X4: "D7",
    C.X5: "T3",
    C.X6: "D3",
}
"""The codes that fit where N does not hold, or X does: a redirection or further aid rather than a bare decline."""


@dataclass(frozen=True, slots=True)
class Row:
    """
    One condition of the checklist.

    Attributes:
        by_federation, by_procuratorate: the latest finding of each, and its day; None where it said nothing.
        standing: given, missing (also where nobody said anything), or contradicted.
        usually: the codes that fit where the condition speaks against aid as it stands; empty where it does not.
    """

    criterion: Criterion
    by_federation: tuple[Finding, date] | None
    by_procuratorate: tuple[Finding, date] | None

    @property
    def standing(self) -> Finding:
        said = self.by_procuratorate or self.by_federation
        findings = {each[0] for each in (self.by_federation, self.by_procuratorate) if each is not None}
        if Finding.contradicted in findings:
            return Finding.contradicted
        return Finding.missing if said is None else said[0]

    @property
    def usually(self) -> str:
        speaks_against = (self.standing is Finding.given) == self.criterion.is_exclusion
        is_settled = self.criterion.is_exclusion or self.by_federation or self.by_procuratorate
        return MEANS.get(self.criterion, "") if speaks_against and is_settled else ""


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """Somebody on whom aid is decided, and whether it was."""

    person: PersonKey
    is_decided: bool


@dataclass(frozen=True, slots=True)
class Eligibility:
    """
    What speaks for and against aid on a clue, as far as anybody has said it.

    Attributes:
        papers: those that were handed in, or fetched, at some time.
        papers_are_due: aid was decided in advance, and the application is not filed.
    """

    rows: tuple[Row, ...]
    beneficiaries: tuple[Beneficiary, ...]
    papers: frozenset[Paper]
    papers_are_due: bool

    @property
    def frame_is_given(self) -> bool:
        """All of N are given."""
        return all(row.standing is Finding.given for row in self.rows if row.criterion.startswith("N"))

    @property
    def situation_is_given(self) -> bool:
        """One of E is given, which suffices."""
        return any(row.standing is Finding.given for row in self.rows if row.criterion.startswith("E"))

    @property
    def exclusions(self) -> tuple[Criterion, ...]:
        """Those of X that are given, or contradicted: a person must look."""
        return tuple(r.criterion for r in self.rows if r.criterion.is_exclusion and r.standing is not Finding.missing)


def eligibility(steps: Sequence[Step]) -> Eligibility:
    """The checklist after these events; equal on both sides, for it is taken from the chain alone."""
    latest = dict[tuple[Role, Criterion], tuple[Finding, date]]()
    papers = set[Paper]()
    for step in steps:
        papers |= set(getattr(step.event.event, "papers", ()))
        for checked in _checked(step):
            latest[step.event.by, checked.criterion] = (checked.finding, step.on)
    view = steps[-1].view if steps else ClueView()
    return Eligibility(
        rows=tuple(_rows(latest)),
        beneficiaries=tuple(Beneficiary(p, p in view.decided) for p in sorted(view.beneficiaries - view.erased)),
        papers=frozenset(papers),
        papers_are_due=view.papers_are_due,
    )


def _checked(step: Step) -> Iterable[CheckedCriterion]:
    return getattr(step.event.event, "checklist", ())


def _rows(latest: Mapping[tuple[Role, Criterion], tuple[Finding, date]]) -> Iterator[Row]:
    for criterion in Criterion:
        yield Row(criterion, latest.get((Role.federation, criterion)), latest.get((Role.procuratorate, criterion)))

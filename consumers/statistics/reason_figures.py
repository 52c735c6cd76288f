"""
K6: what was returned, declined, redirected, refused and withdrawn, by reason code and responsible party.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consumers.statistics.courses import Course, Step
from consumers.statistics.lines import Counted, Line
from schemas import reasons
from schemas.case_events import AidDecided
from schemas.clue_events import ClueAccepted, ClueDeclined, ClueDisputed, ClueRedirected, ClueReturned, ClueWithdrawn

Of = tuple[str, ...]

RESPONSIBLE = {
    **dict.fromkeys(("R1", "R2", "R3"), "sender"),
    "T1": "rule",
    "T2": "receiver",
    "T3": "rule",
    "V1": "person",
    "V2": "sender",
    "V3": "sender",
}
"""On whose side the reason of a return, redirection or withdrawal lies; of a decline the event says it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    One reason given for one act.

    Attributes:
        is_disputed: the federation contradicted it; is_overturned: and the clue was taken up after that.
    """

    of: Of
    step: Step
    is_disputed: bool = False
    is_overturned: bool = False


def by_reason(counted: Counted) -> Sequence[Line]:
    """K6: one line a kind, reason and responsible party; the overturned stay in the count and are told apart."""
    count, disputed, overturned = Counter[Of](), Counter[Of](), Counter[Of]()
    for course in counted.courses:
        for verdict in verdicts(course):
            if counted.period.has(verdict.step.on):
                count[verdict.of] += 1
                disputed[verdict.of] += verdict.is_disputed
                overturned[verdict.of] += verdict.is_overturned
    return [
        Line(of, {"count": count[of], "disputed": disputed[of], "overturned": overturned[of]})
        for of in sorted(count, key=_as_listed)
    ]


def verdicts(course: Course) -> Iterator[Verdict]:
    """Every reason that was given in a clue; one act may give several."""
    for index, step in enumerate(course.steps):
        for of in _reasons(step):
            disputed, overturned = _contradicted(course.steps[index + 1 :]) if of[0] in DISPUTABLE else (False, False)
            yield Verdict(of, step, disputed, overturned)


DISPUTABLE = frozenset({"declined", "redirected", "refused"})


def _contradicted(later: Sequence[Step]) -> tuple[bool, bool]:
    """Whether the next verdict of the procuratorate comes after a dispute, and whether it then took the clue up."""
    disputed = False
    for step in later:
        if isinstance(step.event, ClueDisputed):
            disputed = True
        elif disputed and isinstance(step.event, ClueAccepted):
            return True, True
        elif isinstance(step.event, ClueDeclined | ClueRedirected | AidDecided):
            break
    return disputed, False


def _reasons(step: Step) -> Iterator[Of]:
    match step.event:
        case ClueReturned(reasons=given):
            for reason in sorted(set(given)):
                yield "returned", reason, RESPONSIBLE.get(reason, "")
        case ClueDeclined(reason=reason, responsible=responsible):
            yield "declined", reason, responsible
        case ClueRedirected(reason=reason):
            yield "redirected", reason, RESPONSIBLE.get(reason, "")
        case ClueWithdrawn(reason=reason):
            yield "withdrawn", reason, RESPONSIBLE.get(reason, "")
        case AidDecided(decisions=decisions):
            for decision in decisions:
                if decision.refusal is not None:
                    terms = reasons.DECLINE_TERMS.get(decision.refusal)
                    yield "refused", decision.refusal, "" if terms is None else terms.responsible


_LISTED = [
    (kind, str(code))
    for kind, codes in (
        ("returned", reasons.ReturnReason),
        ("declined", reasons.DeclineReason),
        ("redirected", reasons.RedirectReason),
        ("refused", reasons.DeclineReason),
        ("withdrawn", reasons.WithdrawReason),
    )
    for code in codes
]


def _as_listed(of: Of) -> tuple[int, str]:
    return _LISTED.index((of[0], of[1])), of[2]

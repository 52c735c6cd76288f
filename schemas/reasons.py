"""
The reason codes: why a clue goes back, is declined, redirected, withdrawn, disputed, ended or erased.

Proposal of the joint working group, after the Rules of 2021 (arts. 2, 5, 7, 8). Text stands only for `other`, and
then in the particulars, for words may name somebody; no other code is replaced by text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ReturnReason(StrEnum):
    """Why a clue goes back to its finder for completion."""

    R1 = "R1"  # papers missing
    R2 = "R2"  # identity not yet verifiable
    R3 = "R3"  # contact data missing or unsafe
    other = "other"


class DeclineReason(StrEnum):
    """Why there is no aid; also the reasons of a refusal of aid per beneficiary."""

    D1 = "D1"  # same person, same case: aided already, or another clue open
    D2 = "D2"  # not in urgent hardship
    D3 = "D3"  # compensated, or compensation can be had by litigation
    D4 = "D4"  # own grave fault
    D5 = "D5"  # false statement
    D6 = "D6"  # no cooperation
    D7 = "D7"  # gave up the claim
    D8 = "D8"  # does not want aid
    D9 = "D9"  # cannot be reached
    D10 = "D10"  # identity not verifiable after a return
    other = "other"


class ResponsibleParty(StrEnum):
    """On whose side the reason lies."""

    sender = "sender"
    receiver = "receiver"
    person = "person"
    rule = "rule"


class NextStep(StrEnum):
    """What happens after a decline: it is never a dead end."""

    supplement = "supplement"
    link_clues = "link_clues"
    further_aid = "further_aid"
    legal_aid = "legal_aid"
    explain = "explain"
    resubmit = "resubmit"
    none = "none"


@dataclass(frozen=True, slots=True)
class ReasonTerms:
    """On whose side a reason lies, and what may come next."""

    responsible: ResponsibleParty
    next_steps: tuple[NextStep, ...]


_T = ReasonTerms
DECLINE_TERMS: Mapping[DeclineReason, ReasonTerms] = {
    DeclineReason.D1: _T(ResponsibleParty.rule, (NextStep.link_clues,)),
    DeclineReason.D2: _T(ResponsibleParty.person, (NextStep.further_aid, NextStep.none)),
    DeclineReason.D3: _T(ResponsibleParty.rule, (NextStep.legal_aid,)),
    DeclineReason.D4: _T(ResponsibleParty.person, (NextStep.explain,)),
    DeclineReason.D5: _T(ResponsibleParty.person, (NextStep.explain,)),
    DeclineReason.D6: _T(ResponsibleParty.person, (NextStep.explain, NextStep.resubmit)),
    DeclineReason.D7: _T(ResponsibleParty.person, (NextStep.explain,)),
    DeclineReason.D8: _T(ResponsibleParty.person, (NextStep.none, NextStep.further_aid)),
    DeclineReason.D9: _T(ResponsibleParty.sender, (NextStep.resubmit,)),
    DeclineReason.D10: _T(ResponsibleParty.sender, (NextStep.resubmit,)),
}
"""Of every reason but `other`, of which a person judges both."""


class RedirectReason(StrEnum):
    """Why another body must take the clue up."""

    T1 = "T1"  # not in the procuratorial stage
    T2 = "T2"  # another procuratorate handles the case
    T3 = "T3"  # hardship not from a case
    other = "other"


class WithdrawReason(StrEnum):
    """Why the finder takes its clue back."""

    V1 = "V1"  # consent or wish withdrawn
    V2 = "V2"  # entered in error
    V3 = "V3"  # duplicate of another own clue
    other = "other"


class DisputeGround(StrEnum):
    """Why the federation contradicts a decline, a redirection or a refusal."""

    new_facts = "new_facts"
    reason_does_not_apply = "reason_does_not_apply"
    wrong_body = "wrong_body"
    other = "other"


class Ending(StrEnum):
    """Why a case ended before a decision or payment."""

    she_withdrew = "she_withdrew"
    died = "died"
    cannot_be_reached = "cannot_be_reached"


class AidDeclineReason(StrEnum):
    """Why further aid was not provided."""

    not_eligible = "not_eligible"
    no_means = "no_means"
    provided_already = "provided_already"
    she_declined = "she_declined"
    other = "other"


class ErasureGround(StrEnum):
    """Why a person's data must die (PIPL art. 47)."""

    purpose_ended = "purpose_ended"
    consent_withdrawn = "consent_withdrawn"
    court_order = "court_order"
    retention_ended = "retention_ended"

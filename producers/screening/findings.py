"""What screening says about one narrative: labels, each with its evidence, and what spoke against them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Label(StrEnum):
    """The nine groups of the joint campaign, spelled as in the labelled data."""

    RURAL_POVERTY_RISK = "RURAL_POVERTY_RISK"
    DOMESTIC_VIOLENCE = "DOMESTIC_VIOLENCE"
    SEXUAL_ASSAULT = "SEXUAL_ASSAULT"
    TRAFFICKING = "TRAFFICKING"
    OTHER_CRIME = "OTHER_CRIME"
    INCOME_LOSS_CRIME = "INCOME_LOSS_CRIME"
    ILLNESS_OR_DISABILITY = "ILLNESS_OR_DISABILITY"
    ELDERLY_UNSUPPORTED = "ELDERLY_UNSUPPORTED"
    CIVIL_INFRINGEMENT = "CIVIL_INFRINGEMENT"


LABELS = tuple(Label)
"""The same in a tuple: going through an enumeration takes longer."""


class ObjectionKind(StrEnum):
    """Why a passage that looks like a sign is not taken for one."""

    NEGATION = "negation"
    HYPOTHETICAL = "hypothetical"
    HEARSAY = "hearsay"
    MEDIA = "media"
    INQUIRY = "inquiry"
    OTHER_PERSON = "other_person"
    OFFENDER = "offender"
    SETTLED = "settled"
    AMICABLE = "amicable"
    NO_HARDSHIP = "no_hardship"


class Evidence(NamedTuple):
    """
    A passage of the narrative that speaks for a label: `narrative[start:end] == text`.

    Attributes:
        label: What it speaks for.
        start: Offset of its first character in the original narrative.
        end: Offset after its last character.
        text: The passage itself.
        rule: Name of the rule in rules/*.toml that found it.
    """

    label: Label
    start: int
    end: int
    text: str
    rule: str


class UrgentEvidence(NamedTuple):
    """A passage that tells of danger or of need that cannot wait: `narrative[start:end] == text`."""

    start: int
    end: int
    text: str
    rule: str


class Objection(NamedTuple):
    """
    A passage that spoke against a label that had a sign; the label may stand nevertheless.

    Attributes:
        label: The label it spoke against; None for urgency.
        kind: How it spoke against it.
        start: Offset of its first character in the original narrative.
        end: Offset after its last character.
        text: The passage itself.
    """

    label: Label | None
    kind: ObjectionKind
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Screening:
    """
    The whole answer for one narrative; a proposal for a person, never a decision.

    Every label has at least one piece of evidence; `urgent` is true exactly if there is urgent evidence.
    """

    labels: tuple[Label, ...]
    urgent: bool
    evidence: tuple[Evidence, ...]
    urgent_evidence: tuple[UrgentEvidence, ...]
    objections: tuple[Objection, ...]

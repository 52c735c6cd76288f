"""
From the labels of screening to the campaign's categories: a proposal, which a person corrects or confirms.
"""

from collections.abc import Iterable, Mapping, Sequence

from producers.screening import Evidence, Label
from producers.screening.weighing import SOUND_RULE
from schemas.codes import Category

CATEGORY_OF: Mapping[Label, Category] = {
    Label.RURAL_POVERTY_RISK: Category.W1,
    Label.DOMESTIC_VIOLENCE: Category.W2,
    Label.SEXUAL_ASSAULT: Category.W2,
    Label.TRAFFICKING: Category.W2,
    Label.OTHER_CRIME: Category.W2,
    Label.INCOME_LOSS_CRIME: Category.W3,
    Label.ILLNESS_OR_DISABILITY: Category.W4,
    Label.ELDERLY_UNSUPPORTED: Category.W5,
    Label.CIVIL_INFRINGEMENT: Category.W6,
}
_DIVORCE_BECAUSE_OF_VIOLENCE = frozenset({Label.DOMESTIC_VIOLENCE, Label.CIVIL_INFRINGEMENT})


_DIVORCE_SUIT = "因家暴离婚诉讼"
"""The rule of 17-civil.toml that finds the suit; another rule found another wrong."""


def categories(labels: Iterable[Label], evidence: Sequence[Evidence] = ()) -> tuple[Category, ...]:
    """
    The categories of these labels, each once.

    A civil wrong together with violence at home is a divorce suit because of it (W7), unless its passages are of
    another wrong alone (W6), or of both.
    """
    labels = set(labels)
    found = {CATEGORY_OF[label] for label in labels}
    if labels >= _DIVORCE_BECAUSE_OF_VIOLENCE:
        rules = {each.rule for each in evidence if each.label is Label.CIVIL_INFRINGEMENT}
        is_suit = not rules or bool(rules & {_DIVORCE_SUIT, SOUND_RULE})
        is_another = bool(rules - {_DIVORCE_SUIT, SOUND_RULE})
        found -= set() if is_another else {Category.W6}
        found |= {Category.W7} if is_suit else set()
    return tuple(sorted(found))

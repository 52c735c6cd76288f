"""
From the labels of screening to the campaign's categories: a proposal, which a person corrects or confirms.
"""

from collections.abc import Mapping, Sequence

from producers.screening import Label
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


def categories(labels: Sequence[Label]) -> tuple[Category, ...]:
    """The categories of these labels, each once; a civil wrong together with violence at home is W7, not W6."""
    found = {CATEGORY_OF[label] for label in labels}
    if set(labels) >= _DIVORCE_BECAUSE_OF_VIOLENCE:
        found = found - {Category.W6} | {Category.W7}
    return tuple(sorted(found))

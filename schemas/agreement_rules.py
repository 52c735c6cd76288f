"""
What the agreement lets a party say: asked before an event is issued, and answered with what can be done instead.

The receiver does not judge by this: what was agreed binds the sender, and what was said cannot be unsaid by voiding it.
"""

from collections.abc import Collection

from schemas.agreement import Agreement
from schemas.agreement_terms import SharedField
from schemas.case_events import AidRequested
from schemas.clue_events import NewClue
from schemas.codes import Role
from schemas.event import Event
from schemas.particulars import Particulars


def not_agreed(agreement: Agreement, by: Role, event: Event, told: Collection[Particulars]) -> str | None:
    """Why this may not be said under this agreement, with what to do; None where it may."""
    return _category(agreement, event) or _kind_of_aid(agreement, by, event) or _fields(agreement, by, told)


def only_shared(agreement: Agreement, by: Role, told: Particulars) -> Particulars:
    """The particulars without the fields that this party may not tell: for what comes from a register as it is."""
    shared = agreement.sharing.by(by)
    return Particulars.read({name: value for name, value in told if value is not None and name in shared})


def _category(agreement: Agreement, event: Event) -> str | None:
    if not isinstance(event, NewClue):
        return None
    strange = sorted(set(event.categories) - set(agreement.categories))
    if not strange:
        return None
    return (
        f"category {', '.join(strange)} is not in the agreement (version {agreement.version}): open the clue under "
        f"{', '.join(agreement.categories)}, or sign a new version that has it"
    )


def _kind_of_aid(agreement: Agreement, by: Role, event: Event) -> str | None:
    if not isinstance(event, AidRequested):
        return None
    terms = agreement.aid.get(event.kind)
    if terms is None:
        return (
            f"aid {event.kind} is not in the agreement (version {agreement.version}): ask for another kind, or sign a "
            "new version that has it"
        )
    if not terms.may_be_asked(by.other):
        return (
            f"by the agreement (version {agreement.version}) the {terms.answered_by} answers for aid {event.kind}: "
            f"arrange it here, there is nothing to ask the {by.other} for"
        )
    return None


def _fields(agreement: Agreement, by: Role, told: Collection[Particulars]) -> str | None:
    given = {SharedField(name) for each in told for name, value in each if value is not None}
    if not (strange := sorted(given - agreement.sharing.by(by))):
        return None
    return (
        f"by the agreement (version {agreement.version}) the {by} does not tell {', '.join(strange)}: leave it out, or "
        "sign a new version that allows it"
    )

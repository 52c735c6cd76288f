"""
Whether the agreement lets an event be issued today: asked of every event before it is made.
"""

from collections.abc import Collection
from datetime import date

from clue_exchange.errors import CommandRefused
from schemas.agreement import Agreement
from schemas.agreement_rules import not_agreed
from schemas.clue_events import NewClue
from schemas.codes import Role
from schemas.event import Event
from schemas.particulars import Particulars


def require_agreed(agreement: Agreement, today: date, by: Role, event: Event, told: Collection[Particulars]) -> None:
    """
    A clue is opened only while the agreement is in force, and nothing is told that is not agreed on.

    Raises:
        CommandRefused: says what to do.
    """
    if isinstance(event, NewClue) and not agreement.in_force(today):
        raise CommandRefused(
            f"the agreement (version {agreement.version}) ended on {agreement.valid_until}: no clue can be opened "
            "before both sides have signed a new version; running cases go on"
        )
    if why_not := not_agreed(agreement, by, event, told):
        raise CommandRefused(why_not)

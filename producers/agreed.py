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
    A clue is opened only while the agreement is in force and with the day on which it was found, and nothing is told
    that is not agreed on.

    Raises:
        CommandRefused: says what to do.
    """
    if isinstance(event, NewClue) and not agreement.in_force(today):
        raise CommandRefused(
            f"the agreement (version {agreement.version}) ended on {agreement.valid_until}: no clue can be opened "
            "before both sides have signed a new version; running cases go on"
        )
    if isinstance(event, NewClue):
        _require_found(agreement, today, event)
    if why_not := not_agreed(agreement, by, event, told):
        raise CommandRefused(why_not)


def _require_found(agreement: Agreement, today: date, opening: NewClue) -> None:
    term = agreement.deadlines.hand_over
    length = f"{term.working_days} working days" if term.working_days is not None else f"{term.months} months"
    if opening.found_on is None:
        raise CommandRefused(
            f"say on which day the clue was found (--found-on YYYY-MM-DD): by the agreement (version "
            f"{agreement.version}) it is handed over within {length}"
        )
    if opening.found_on > today:
        raise CommandRefused(f"a clue cannot have been found on {opening.found_on}: today is {today}")

"""
Looking is an act: who looks is proven and permitted, and the look is in the access log before anything is shown.

A clue in conflict of interest is not there for its officer: lists leave it out, and asking for it is answered as asking
for one that does not exist. See docs/decisions/0021-looking-is-an-act.md.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar
from uuid import UUID

from clue_exchange.errors import CommandRefused
from clue_exchange.people.access_entries import Entry, Subject
from clue_exchange.people.permissions import LocalAct, Officer
from console.cli.options import GivenId, permitted_clue
from console.cli.proving import Proof, prove
from console.people import People


class OfClue(Protocol):
    """A row of a list; its clue is None where it belongs to none."""

    @property
    def clue_id(self) -> UUID | None: ...


Row = TypeVar("Row", bound=OfClue)


def looking(people: People, proof: Proof, act: LocalAct) -> Officer:
    """
    The proven officer, where the role includes this look; nothing may be read for anybody before.

    Raises:
        NotProven, NotPermitted: it is in the access log.
        CommandRefused: nobody is named.
    """
    officer = prove(proof, people.officers)
    people.log.permit(officer, act)
    return officer


def shown_to(people: People, officer: Officer, act: LocalAct, rows: Iterable[Row]) -> list[Row]:
    """The rows that this officer may see; how many they are is in the access log when this returns."""
    visible = [row for row in rows if row.clue_id is None or officer.sees(row.clue_id)]
    people.log.note(Entry.of(officer, act, hits=len(visible)))
    return visible


def look_at_clue(people: People, officer: Officer, given: GivenId) -> UUID:
    """
    The one clue that is meant; that this officer looks at it, or looked for it in vain, is in the access log by then.

    Raises:
        CommandRefused: none is known here, or several begin so.
    """
    try:
        meant = permitted_clue(people, given, LocalAct.see_clues, officer)
    except CommandRefused:
        people.log.note(Entry.of(officer, LocalAct.see_clues, hits=0))
        raise
    people.log.note(Entry.of(officer, LocalAct.see_clues, subject=Subject(meant), hits=1))
    return meant

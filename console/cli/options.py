"""
What several commands take: the agency's configuration, a clue or candidate by its id or the beginning of it, and JSON.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from clue_exchange.errors import CommandRefused, NotPermitted
from clue_exchange.people.permissions import ALLOWED, Officer, Refusal, not_known_here
from clue_exchange.settings import Settings
from clue_exchange.store import Transaction
from console.people import People
from console.wiring import Agency
from consumers import worklist
from producers.candidates import Candidates

Command = Callable[..., Any]

FEWEST_DIGITS = 6
WHOLE_DIGITS = 32

config_option: Callable[[Command], Command] = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The agency's configuration (TOML).",
)
json_option: Callable[[Command], Command] = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")


@dataclass(frozen=True, slots=True)
class GivenId:
    """An id as it was typed: whole, or its beginning."""

    text: str

    @property
    def digits(self) -> str:
        return self.text.replace("-", "").lower()

    @property
    def whole(self) -> UUID | None:
        return UUID(hex=self.digits) if len(self.digits) == WHOLE_DIGITS else None

    @property
    def first(self) -> UUID:
        """The lowest id that begins so."""
        return UUID(hex=self.digits.ljust(WHOLE_DIGITS, "0"))

    @property
    def last(self) -> UUID:
        """The highest id that begins so."""
        return UUID(hex=self.digits.ljust(WHOLE_DIGITS, "f"))


class GivenIdParameter(click.ParamType[GivenId]):
    """An id, or six characters or more of its beginning."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> GivenId:
        given = value if isinstance(value, GivenId) else GivenId(str(value).strip())
        if re.fullmatch(rf"[0-9a-f]{{{FEWEST_DIGITS},{WHOLE_DIGITS}}}", given.digits) is None:
            self.fail(f"is neither an id nor the first {FEWEST_DIGITS} characters or more of one", param, ctx)
        return given


clue_argument: Callable[[Command], Command] = click.argument("clue_id", metavar="CLUE", type=GivenIdParameter())
candidate_argument: Callable[[Command], Command] = click.argument(
    "candidate_id", metavar="CANDIDATE", type=GivenIdParameter()
)


@contextmanager
def opened(config: Path) -> Iterator[Agency]:
    """The agency of a configuration file, closed at the end."""
    agency = Agency.open(Settings.load(config))
    try:
        yield agency
    finally:
        agency.close()


def permitted_clue(people: People, given: GivenId, act: str, officer: Officer, second: Officer | None = None) -> UUID:
    """
    The one clue that is meant, where these proven officers may do this act on it; a refusal is in the access log.

    Raises:
        CommandRefused: none is known here, or several begin so; or one in conflict of interest, which sounds alike.
        NotPermitted: the role, or the second officer.
    """
    meant = find_clue_for(people, given, act, officer, second)
    with conflicts_unsaid(given):
        people.log.permit(officer, act, meant, second)
    return meant


def permitted_id(people: People, given: GivenId, act: str, officer: Officer) -> UUID:
    """As `permitted_clue`, for what may concern a clue that is not here: a whole id needs not be known."""
    if given.whole is None:
        return permitted_clue(people, given, act, officer)
    with conflicts_unsaid(given):
        people.log.permit(officer, act, given.whole)
    return given.whole


def find_clue_for(people: People, given: GivenId, act: str, officer: Officer, second: Officer | None = None) -> UUID:
    """
    The one clue that is meant; of several the one that these proven officers may see.

    Where only one in conflict of interest can be meant it is answered: the permission, asked next, refuses and logs it.
    A role that does not include the act learns nothing of clues.

    Raises:
        CommandRefused: none is known here, or several begin so.
        NotPermitted: the role; in the access log.
    """
    officers = [officer] if second is None else [officer, second]
    try:
        with people.store.reading() as transaction:
            return _find_clue(transaction, given, officers)
    except CommandRefused:
        if officer.role not in ALLOWED.get(act, frozenset()):
            people.log.permit(officer, act)
        raise


@contextmanager
def conflicts_unsaid(given: GivenId, unknown: str = "") -> Iterator[None]:
    """Answer of a clue in conflict of interest what is answered of one that is not there; the id as it was typed."""
    try:
        yield
    except NotPermitted as refusal:
        if refusal.reason != Refusal.conflict:
            raise
        raise CommandRefused(unknown or not_known(given)) from None


def find_candidate(people: People, candidates: Candidates, given: GivenId, act: str, officer: Officer) -> UUID:
    """
    The one candidate that is meant, of those that this officer may see.

    Where only one can be meant whose clue is in conflict of interest, that is an entry of the access log.

    Raises:
        CommandRefused: there is none, or several begin so; or one that must not be seen, which sounds alike.
    """
    unknown = f"no candidate {given.text}: see `clue-exchange candidates`"
    found = candidates.between(given.first, given.last)
    visible = [each for each in found if each.clue_id is None or officer.sees(each.clue_id)]
    if found and not visible:
        with conflicts_unsaid(given, unknown):
            people.log.permit(officer, act, found[0].clue_id)
    return _only([each.candidate_id for each in visible], given, unknown)


def not_known(given: GivenId) -> str:
    """The sentence of `not_known_here`, with the id as it was typed."""
    return not_known_here(given.first).replace(str(given.first), given.text)


def _find_clue(transaction: Transaction, given: GivenId, officers: Sequence[Officer]) -> UUID:
    found = worklist.clues_between(transaction, given.first, given.last)
    visible = [clue_id for clue_id in found if all(officer.sees(clue_id) for officer in officers)]
    return _only(visible or found[:1], given, not_known(given))


def _only(found: Sequence[UUID], given: GivenId, unknown: str) -> UUID:
    if len(found) > 1:
        raise CommandRefused(f"{len(found)} begin with {given.text}: give more of the id")
    for each in found:
        return each
    raise CommandRefused(unknown)

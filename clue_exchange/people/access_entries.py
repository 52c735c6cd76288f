"""
An entry of the access log, its one spelling, and the hash that links it to the entry before.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from clue_exchange.people.permissions import ALERTS, LocalAct, Officer, OfficerRole, Purpose, Refusal
from schemas.event import PersonKey

NODE = "node"
"""Who acts where no person does: the node itself, when it validates what arrives."""
FIRST_PREVIOUS = "0" * 64
FIELDS = ("at", "officer", "role", "act", "purpose", "clue", "candidate", "person", "other", "refused", "hits")
"""What an entry says, beside its number and its links; the columns of the table have these names."""
_DOMAIN = b"clue-exchange access log 1\n"


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What an act was about; all None where it was about no clue and no candidate.

    Attributes:
        person: of the clue; None for the clue as a whole, and for a candidate, who is one person.
    """

    clue_id: UUID | None = None
    candidate_id: UUID | None = None
    person: PersonKey | None = None

    @property
    def is_one_person(self) -> bool:
        given = self.clue_id is not None, self.person is not None, self.candidate_id is not None
        return given in ((True, True, False), (False, False, True))


NOTHING = Subject()


@dataclass(frozen=True, slots=True)
class Entry:
    """
    Who did what, about whom, and why.

    Attributes:
        officer_id, role: None where nobody was proven.
        act: a verb of the catalog, or a `LocalAct`.
        purpose: of an opening; None where the act says it all.
        other: another officer whom it concerns: the second person, or the account that was changed.
        refused: why it was refused; None where it was granted.
        hits: of a search: how many were found; never what was searched for.
    """

    officer_id: str | None
    role: OfficerRole | None
    act: str
    purpose: Purpose | None = None
    subject: Subject = NOTHING
    other: str | None = None
    refused: Refusal | None = None
    hits: int | None = None

    @classmethod
    def of(cls, officer: Officer, act: str, **about: Any) -> "Entry":
        """An act of a proven officer."""
        return cls(officer.officer_id, officer.role, act, **about)

    @classmethod
    def of_node(cls, subject: Subject) -> "Entry":
        """The node looks at what arrived, to validate it."""
        return cls(NODE, None, LocalAct.validate, Purpose.validation, subject)

    def fields(self, at: datetime) -> dict[str, str | int | None]:
        """The entry in its one spelling, as the table holds it."""
        subject = self.subject
        return {
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "officer": self.officer_id,
            "role": _text(self.role),
            "act": str(self.act),
            "purpose": _text(self.purpose),
            "clue": _text(subject.clue_id),
            "candidate": _text(subject.candidate_id),
            "person": None if subject.person is None else f"{subject.person[0]}:{subject.person[1]}",
            "other": self.other,
            "refused": _text(self.refused),
            "hits": self.hits,
        }


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log: the number and the hash of its last entry."""

    number: int = 0
    hash: str = FIRST_PREVIOUS

    @property
    def next_number(self) -> int:
        return self.number + 1


@dataclass(frozen=True, slots=True)
class LoggedEntry:
    """
    An entry as it stands in the log, for people to read.

    Attributes:
        said: the fields by name, in their one spelling.
    """

    number: int
    said: Mapping[str, Any]
    hash: str

    @property
    def is_alert(self) -> bool:
        return self.said["refused"] in ALERTS

    def is_for(self, officer: Officer) -> bool:
        """Whether this officer may see it: not where it is about a clue in conflict of interest."""
        return self.said["clue"] not in map(str, officer.conflicts)


@dataclass(frozen=True, slots=True)
class Break:
    """
    The first entry that is not as it was written.

    Attributes:
        what: what is wrong there.
    """

    number: int
    what: str


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What a look at all links found.

    Attributes:
        broken: the first bad entry; None where all are as they were written.
        end: the last good entry before it.
    """

    broken: Break | None
    end: Head


def link(number: int, previous: str, said: Mapping[str, Any]) -> str:
    """
    The hash of an entry: over its number, the hash of the entry before and every field, so that none can change.

    What the database gives for a row that was tampered with may be of any type: it has a spelling too, another one.
    """
    whole = {"number": number, "previous": previous, **{name: said[name] for name in FIELDS}}
    return hashlib.sha256(_DOMAIN + spelling(whole).encode()).hexdigest()


def spelling(whole: Mapping[str, Any]) -> str:
    """JSON with sorted names, without blanks, in ASCII: one spelling for one value."""
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), default=repr)


def _text(value: object) -> str | None:
    return None if value is None else str(value)

"""
The same person, the same number: found without keeping the number, by an HMAC under a key that never leaves the agency.

A hit is shown to a person and never acted on: two clues of one woman may be two cases, and a number may be mistyped.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from clue_exchange.citizen_numbers import comparable
from clue_exchange.key_tables import PERSON_INDEX
from clue_exchange.store import Transaction, insert_new
from schemas.codes import Role
from schemas.event import PersonKey
from schemas.particulars import Particulars


@dataclass(frozen=True, slots=True)
class Occurrence:
    """
    Where a person occurs.

    Attributes:
        candidate_id: in a candidate; None in a clue.
        clue_id, person: in a clue; None in a candidate.
    """

    candidate_id: UUID | None = None
    clue_id: UUID | None = None
    person: PersonKey | None = None


class BlindIndex:
    """The persons of one agency's candidates and clues, by the HMAC of their numbers."""

    def __init__(self, index_key: bytes) -> None:
        self._key = index_key

    def token(self, particulars: Particulars) -> bytes | None:
        """HMAC-SHA-256 of the comparable number; None where she has none."""
        number = particulars.id_number
        return None if number is None else hmac.digest(self._key, comparable(number).encode(), "sha256")

    def fingerprint(self, content: bytes) -> bytes:
        """HMAC-SHA-256 of a row of a register: the same row is found again, and nothing can be guessed from it."""
        return hmac.digest(self._key, b"row\x00" + content, "sha256")

    def shared(self, key: str) -> bytes:
        """HMAC-SHA-256 of something that two rows of one person share, as producers/intake/person.py spells it."""
        return hmac.digest(self._key, b"shared\x00" + key.encode(), "sha256")

    def tokens(self, told: Mapping[PersonKey, Particulars]) -> dict[PersonKey, bytes]:
        """The tokens of those who have a number."""
        found = {person: self.token(particulars) for person, particulars in told.items()}
        return {person: token for person, token in found.items() if token is not None}

    def note_clue(self, transaction: Transaction, clue_id: UUID, tokens: Mapping[PersonKey, bytes]) -> None:
        """Note where these persons occur; no effect where it is noted."""
        self.note_clues(transaction, [(clue_id, tokens)])

    def note_clues(self, transaction: Transaction, found: Iterable[tuple[UUID, Mapping[PersonKey, bytes]]]) -> None:
        """The same of several clues."""
        rows = [
            {"token": token, "ref": clue_id, "added_by": added_by, "number": number}
            for clue_id, tokens in found
            for (added_by, number), token in tokens.items()
        ]
        insert_new(transaction, PERSON_INDEX, rows)

    def note_candidates(self, transaction: Transaction, tokens: Mapping[UUID, bytes]) -> None:
        """Note these candidates, each with its token."""
        rows = [{"token": token, "ref": ref, "added_by": CANDIDATE, "number": 0} for ref, token in tokens.items()]
        insert_new(transaction, PERSON_INDEX, rows)

    def occurrences(self, transaction: Transaction, tokens: Iterable[bytes]) -> Sequence[Occurrence]:
        """Where persons with these tokens occur, candidates first."""
        rows = transaction.execute(
            select(PERSON_INDEX).where(PERSON_INDEX.c.token.in_(list(tokens))).order_by(PERSON_INDEX.c.added_by)
        )
        return [_occurrence(row.ref, row.added_by, row.number) for row in rows]

    def same_persons(self, transaction: Transaction, ref: UUID) -> Sequence[Occurrence]:
        """Where else the persons of this clue, or of this candidate, occur."""
        tokens = transaction.scalars(select(PERSON_INDEX.c.token).where(PERSON_INDEX.c.ref == ref)).all()
        found = self.occurrences(transaction, tokens)
        return [each for each in found if ref not in (each.candidate_id, each.clue_id)]

    def forget(self, transaction: Transaction, ref: UUID, persons: Iterable[PersonKey] = ()) -> None:
        """Remove a candidate, or these persons of a clue."""
        places: list[tuple[str, int]] = [*persons]
        for added_by, number in places or [(CANDIDATE, 0)]:
            at = PERSON_INDEX.c.ref == ref, PERSON_INDEX.c.added_by == added_by, PERSON_INDEX.c.number == number
            transaction.execute(delete(PERSON_INDEX).where(*at))


CANDIDATE = ""
"""In the column `added_by`: the row is a candidate's."""


def _occurrence(ref: UUID, added_by: str, number: int) -> Occurrence:
    if added_by == CANDIDATE:
        return Occurrence(candidate_id=ref)
    return Occurrence(clue_id=ref, person=(Role(added_by), number))

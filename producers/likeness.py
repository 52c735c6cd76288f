"""
Which candidates share something with a row that comes in, without keeping in clear what they share.

A key (telephone, name, number …) is kept as an HMAC under the agency's own index key; the sketch of the narrative, that
says how alike two texts are, is sealed under the candidate's own key and dies with it: docs/decisions/0031.
The only writer of the table `person_likeness`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, select

from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.keys.vault import Vault
from clue_exchange.register_tables import PERSON_LIKENESS
from clue_exchange.sealing import seal, unseal
from clue_exchange.store import Transaction, insert_new
from clue_exchange.tables import CANDIDATE


@dataclass(frozen=True, slots=True)
class Likeness:
    """
    By what later rows will find a candidate.

    Attributes:
        keys: equal keys of two rows mean that they may be of the same person.
        sketch: what says how alike two narratives are.
    """

    keys: tuple[str, ...] = field(default=(), repr=False)
    sketch: bytes = field(default=b"", repr=False)


UNLIKE = Likeness()
"""By nothing: no later row finds it."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A candidate that shares a key, and the sketch of its narrative."""

    candidate_id: UUID
    sketch: bytes = field(repr=False)


class Likenesses:
    """The candidates of one agency by what they share."""

    def __init__(self, index: BlindIndex, vault: Vault, agency: str) -> None:
        self._index = index
        self._vault = vault
        self._agency = agency

    def note(self, transaction: Transaction, likenesses: Mapping[UUID, Likeness]) -> None:
        """Let later rows find these candidates."""
        rows = [
            {"token": self._index.shared(key), "candidate_id": candidate_id}
            for candidate_id, likeness in likenesses.items()
            for key in likeness.keys
        ]
        insert_new(transaction, PERSON_LIKENESS, rows)

    def sharing(self, transaction: Transaction, keys: Iterable[str]) -> Mapping[str, list[Alike]]:
        """
        For each of these keys the candidates that have it, the oldest first; a person who is erased is not among them.

        Raises:
            Unreadable: a sketch was changed or moved.
        """
        key_of = {self._index.shared(key): key for key in keys}
        columns = PERSON_LIKENESS.c.token, CANDIDATE.c.candidate_id, CANDIDATE.c.key_id, CANDIDATE.c.sketch
        its = PERSON_LIKENESS.c.candidate_id == CANDIDATE.c.candidate_id
        query = select(*columns).join(CANDIDATE, its).where(PERSON_LIKENESS.c.token.in_(key_of))
        oldest_first = CANDIDATE.c.taken_in_at, CANDIDATE.c.row_number, CANDIDATE.c.candidate_id
        rows = transaction.execute(query.order_by(*oldest_first)).all()
        opened = self._opened({row.candidate_id: (row.key_id, bytes(row.sketch)) for row in rows})
        found: dict[str, list[Alike]] = defaultdict(list)
        for row in rows:
            if row.candidate_id in opened:
                found[key_of[bytes(row.token)]].append(Alike(row.candidate_id, opened[row.candidate_id]))
        return found

    def sealed(self, key: bytes, candidate_id: UUID, sketch: bytes) -> bytes:
        """A sketch as it is kept."""
        return seal(key, self._place(candidate_id), sketch)

    def forget(self, transaction: Transaction, candidate_ids: Collection[UUID]) -> None:
        """Let no later row find these candidates."""
        transaction.execute(delete(PERSON_LIKENESS).where(PERSON_LIKENESS.c.candidate_id.in_(candidate_ids)))

    def _opened(self, sealed: Mapping[UUID, tuple[str, bytes]]) -> dict[UUID, bytes]:
        keys = self._vault.get({key_id for key_id, _ in sealed.values()}) if sealed else {}
        return {
            candidate_id: unseal(keys[key_id], self._place(candidate_id), sketch)
            for candidate_id, (key_id, sketch) in sealed.items()
            if key_id in keys
        }

    def _place(self, candidate_id: UUID) -> bytes:
        return f"candidate-sketch:{self._agency}:{candidate_id}".encode()

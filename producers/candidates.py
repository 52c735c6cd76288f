"""
Candidates: rows of registers, screened, that await a person. The only writer of the table `candidate`.

Facts stand in clear, particulars are sealed. Nothing becomes a clue without a reviewer's name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import RowMapping, select, update

from clue_exchange.access_log import OpeningPermit
from clue_exchange.errors import CommandRefused
from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.keys.vault import Vault
from clue_exchange.people.access_entries import Subject
from clue_exchange.sealing import new_data_key, seal, unseal
from clue_exchange.store import Store, Transaction, insert_new
from clue_exchange.tables import CANDIDATE
from producers.candidate import URGENT, Candidate, CandidateStatus, Corrected, Facts, NewCandidate, candidate_of
from producers.likeness import Alike, Likenesses
from schemas.codec import frame, unframe
from schemas.event import OfficerId
from schemas.particulars import Particulars
from schemas.parts import particulars_schema

_OFFICER_ID: TypeAdapter[str] = TypeAdapter(OfficerId)
UNDECIDED = (CandidateStatus.awaiting, CandidateStatus.screened_out)


class Candidates:
    """The candidates of one agency; their sealed parts are bound to its name."""

    def __init__(self, store: Store, vault: Vault, index: BlindIndex, agency: str) -> None:
        self._store = store
        self._vault = vault
        self._index = index
        self._likenesses = Likenesses(index, vault, agency)
        self.agency = agency

    def add(self, transaction: Transaction, candidates: Sequence[NewCandidate]) -> Mapping[bytes, UUID]:
        """
        Keep these rows and answer under which id each is kept.

        A row whose hash is there already stays as it was, under its first id.
        """
        known = self.known(transaction, [candidate.row_hash for candidate in candidates])
        fresh = [candidate for candidate in candidates if candidate.row_hash not in known]
        keys = {_key_id(candidate.facts.candidate_id): new_data_key() for candidate in fresh}
        self._vault.put(keys)
        insert_new(transaction, CANDIDATE, [self._row(candidate, keys) for candidate in fresh], key="row_hash")
        tokens = {each.facts.candidate_id: self._index.token(each.particulars) for each in fresh}
        self._index.note_candidates(transaction, {ref: token for ref, token in tokens.items() if token is not None})
        self._likenesses.note(transaction, {each.facts.candidate_id: each.likeness for each in fresh})
        return self.known(transaction, [candidate.row_hash for candidate in candidates])

    def known(self, transaction: Transaction, row_hashes: Sequence[bytes]) -> Mapping[bytes, UUID]:
        """Which of these rows are kept, and under which id."""
        kept_as = {self._index.fingerprint(row_hash): row_hash for row_hash in row_hashes}
        columns = CANDIDATE.c.row_hash, CANDIDATE.c.candidate_id
        found = transaction.execute(select(*columns).where(CANDIDATE.c.row_hash.in_(kept_as)))
        return {kept_as[bytes(fingerprint)]: candidate_id for fingerprint, candidate_id in found}

    def forget(self, transaction: Transaction, clue_id: UUID) -> tuple[str, ...]:
        """
        Empty the candidates that this clue came from; answers the ids of their keys.

        The caller destroys the keys in the vault when the transaction has committed.
        """
        of_clue = CANDIDATE.c.clue_id == clue_id
        rows = transaction.execute(select(CANDIDATE.c.candidate_id, CANDIDATE.c.key_id).where(of_clue)).all()
        transaction.execute(update(CANDIDATE).where(of_clue).values(sealed=b"", sketch=b"", evidence=[]))
        self._likenesses.forget(transaction, [row.candidate_id for row in rows])
        for row in rows:
            self._index.forget(transaction, row.candidate_id)
        return tuple(row.key_id for row in rows)

    def sharing(self, transaction: Transaction, keys: Iterable[str]) -> Mapping[str, list[Alike]]:
        """The candidates that have one of these keys, by key, from whatever register (`Likenesses.sharing`)."""
        return self._likenesses.sharing(transaction, keys)

    def link(self, transaction: Transaction, links: Mapping[UUID, Mapping[UUID, str]]) -> None:
        """Add to each candidate others that may be of the same person, and why; a reason that is there stays."""
        columns = CANDIDATE.c.candidate_id, CANDIDATE.c.same_person_as
        linked = select(*columns).where(CANDIDATE.c.candidate_id.in_(links)).order_by(CANDIDATE.c.candidate_id)
        for candidate_id, before in transaction.execute(linked.with_for_update()).all():  # others that link them wait
            after = {str(other): why for other, why in links[candidate_id].items()} | before
            its = update(CANDIDATE).where(CANDIDATE.c.candidate_id == candidate_id)
            transaction.execute(its.values(same_person_as=after))

    def locked(self, transaction: Transaction, candidate_id: UUID) -> Facts:
        """
        The facts of a candidate that awaits a decision; nobody else changes it before the transaction ends.

        Raises:
            CommandRefused: no such candidate, or decided already.
        """
        its = select(CANDIDATE).where(CANDIDATE.c.candidate_id == candidate_id).with_for_update()
        row = transaction.execute(its).one_or_none()
        if row is None:
            raise _unknown()
        found = candidate_of(row._mapping)
        if found.status not in UNDECIDED:
            raise CommandRefused(f"candidate {candidate_id} is {found.status} already; a decision is not changed")
        return found.facts

    def correct(self, transaction: Transaction, candidate_id: UUID, corrected: Corrected) -> None:
        """
        Put a person's labels and urgency in the place of screening's; passages of dropped labels go.

        What a reviewer finds in a row without a sign makes it await a decision.

        Raises:
            CommandRefused: as `locked`.
        """
        facts = self.locked(transaction, candidate_id)
        kept = {*corrected.labels, URGENT} if corrected.urgent else {*corrected.labels}
        found = bool(corrected.labels) or corrected.urgent
        values = {
            **asdict(corrected),
            "evidence": [asdict(span) for span in facts.evidence if span.label in kept],
            "status": CandidateStatus.awaiting if found else CandidateStatus.screened_out,
        }
        transaction.execute(update(CANDIDATE).where(CANDIDATE.c.candidate_id == candidate_id).values(values))

    def mark_transferred(self, transaction: Transaction, candidate_id: UUID, clue_id: UUID, reviewer: str) -> None:
        """
        Note that this row became a clue; in the transaction that writes the clue's first event.

        Raises:
            CommandRefused: no such candidate, decided already, or no reviewer.
        """
        self._decide(transaction, candidate_id, reviewer, {"status": CandidateStatus.transferred, "clue_id": clue_id})

    def dismiss(self, transaction: Transaction, candidate_id: UUID, reviewer: str) -> None:
        """
        Note that a person looked at this row and found nothing to hand over; it is kept.

        Raises:
            CommandRefused: no such candidate, decided already, or no reviewer.
        """
        self._decide(transaction, candidate_id, reviewer, {"status": CandidateStatus.dismissed})

    def get(self, candidate_id: UUID) -> Candidate:
        """
        The facts of one candidate.

        Raises:
            CommandRefused: there is none with this id.
        """
        return candidate_of(self._one(candidate_id))

    def particulars(self, candidate_id: UUID, permit: OpeningPermit) -> Particulars:
        """
        Open what is sealed, for one person's eyes, after the access log says so.

        Raises:
            NotPermitted: the permit is for another candidate, or its time is over.
            CommandRefused, Unreadable: as `to_hand_over`.
        """
        permit.require(Subject(candidate_id=candidate_id))
        return self.to_hand_over(candidate_id)

    def to_hand_over(self, candidate_id: UUID) -> Particulars:
        """
        What is sealed, on its way into the first event of a clue; nobody sees it.

        Raises:
            CommandRefused: there is none with this id, or she is erased.
            Unreadable: it was changed or moved.
        """
        row = self._one(candidate_id)
        key = self._vault.get([row["key_id"]]).get(row["key_id"])
        if key is None:
            raise CommandRefused("she is erased: nothing of what was registered can be opened")
        opened = unseal(key, self._place(candidate_id), bytes(row["sealed"]))
        return Particulars.read(unframe(Particulars.__name__, opened))

    def list(self, status: CandidateStatus | None = CandidateStatus.awaiting) -> tuple[Candidate, ...]:
        """The facts of all candidates of a status (None: of every one), the urgent first, then by day and place."""
        columns = CANDIDATE.c
        query = select(CANDIDATE).order_by(
            columns.urgent.desc(), columns.received_on, columns.register, columns.sheet, columns.row_number
        )
        with self._store.reading() as transaction:
            rows = transaction.execute(query if status is None else query.where(columns.status == status)).all()
        return tuple(candidate_of(row._mapping) for row in rows)

    def between(self, first: UUID, last: UUID) -> tuple[Candidate, ...]:
        """The candidates whose ids lie between these two, both included; found by the index."""
        query = select(CANDIDATE).where(CANDIDATE.c.candidate_id.between(first, last))
        with self._store.reading() as transaction:
            rows = transaction.execute(query.order_by(CANDIDATE.c.candidate_id)).all()
        return tuple(candidate_of(row._mapping) for row in rows)

    def _one(self, candidate_id: UUID) -> RowMapping:
        with self._store.reading() as transaction:
            row = transaction.execute(select(CANDIDATE).where(CANDIDATE.c.candidate_id == candidate_id)).one_or_none()
        if row is None:
            raise _unknown()
        return row._mapping

    def _decide(self, transaction: Transaction, candidate_id: UUID, reviewer: str, values: dict[str, Any]) -> None:
        try:
            _OFFICER_ID.validate_python(reviewer)
        except ValidationError:
            raise CommandRefused("a candidate is decided on by a person: give the reviewer's id") from None
        self.locked(transaction, candidate_id)
        decided = update(CANDIDATE).where(CANDIDATE.c.candidate_id == candidate_id)
        transaction.execute(decided.values(reviewer=reviewer, **values))

    def _row(self, candidate: NewCandidate, keys: Mapping[str, bytes]) -> dict[str, Any]:
        facts = candidate.facts
        key_id = _key_id(facts.candidate_id)
        data = frame(particulars_schema(), candidate.particulars.model_dump())
        found = bool(facts.labels) or facts.urgent
        told = asdict(facts)
        return {
            **told,
            "same_person_as": dict(zip(map(str, facts.same_person_as), told.pop("same_person_why"), strict=True)),
            "row_hash": self._index.fingerprint(candidate.row_hash),
            "received_on": facts.received_on.isoformat() if facts.received_on else None,
            "sealed": seal(keys[key_id], self._place(facts.candidate_id), data),
            "sketch": self._likenesses.sealed(keys[key_id], facts.candidate_id, candidate.likeness.sketch),
            "key_id": key_id,
            "status": CandidateStatus.awaiting if found else CandidateStatus.screened_out,
        }

    def _place(self, candidate_id: UUID) -> bytes:
        return f"candidate:{self.agency}:{candidate_id}".encode()


def _key_id(candidate_id: UUID) -> str:
    return f"candidate-{candidate_id}"


def _unknown() -> CommandRefused:
    return CommandRefused("there is no candidate with this id: see `clue-exchange candidates`")

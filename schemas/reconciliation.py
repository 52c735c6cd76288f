"""
Reconciliation: what each side says that it holds, so that differences are found in one round and named by clue.

A question, its answer, and a last word: docs/decisions/0016-reconciliation.md. Nothing of a clue is in it but ids and
digests.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from schemas.codec import frame, newest, unframe
from schemas.codes import Role
from schemas.envelope import AgencyName, Digest
from schemas.event import Coded

DAYS_CAP = 3_000
"""Some 140 KiB: eight years of days on which clues were opened; older ones are counted to the first."""
CLUES_CAP = 1_000
"""Some 160 KiB; what is left out is for the next round."""

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class ReconcileStep(StrEnum):
    """Which message of a round it is that lists clues."""

    answer = "answer"
    last_word = "last_word"


class DayDigest(Coded):
    """The clues that were opened on a day, in China, and a digest over what is held of each."""

    day: date
    clues: Count
    digest: Digest


class DayDigests(Coded):
    """
    The question of a round.

    Attributes:
        recipient: the agency that is asked; the record key in Kafka.
        days: ascending; the first stands for all days before it too.
    """

    recipient: AgencyName
    round: UUID
    days: Annotated[tuple[DayDigest, ...], Field(max_length=DAYS_CAP)] = ()

    def to_body(self) -> bytes:
        """The one spelling of this question."""
        return frame(newest("DayDigests"), self.model_dump())

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """
        Read strictly.

        Raises:
            Malformed, InvalidEvent: as for an envelope.
        """
        return cls.read(unframe("DayDigests", body))


class Held(Coded):
    """The events of one party on a clue: how many, and a digest over their hashes."""

    events: Count
    digest: Digest


class ClueHolding(Coded):
    """
    What is held of one clue.

    Attributes:
        view: the digest of the fold; zeros where the clue is not known.
    """

    clue_id: UUID
    federation: Held
    procuratorate: Held
    view: Digest

    def of(self, role: Role) -> Held:
        """The events of this party."""
        return self.federation if role is Role.federation else self.procuratorate


class ClueHoldings(Coded):
    """
    The answer of a round, and its last word.

    Attributes:
        days: whose clues the answer lists, all of them; none where every day is equal, and in the last word.
        up_to: clues behind this id are left to the next round; None where none are.
    """

    recipient: AgencyName
    round: UUID
    step: ReconcileStep
    days: Annotated[tuple[date, ...], Field(max_length=DAYS_CAP)] = ()
    up_to: UUID | None = None
    clues: Annotated[tuple[ClueHolding, ...], Field(max_length=CLUES_CAP)] = ()

    def to_body(self) -> bytes:
        """The one spelling of this answer."""
        return frame(newest("ClueHoldings"), self.model_dump())

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """
        Read strictly.

        Raises:
            Malformed, InvalidEvent: as for an envelope.
        """
        return cls.read(unframe("ClueHoldings", body))


def held(hashes: Iterable[bytes]) -> Held:
    """The same for the same set of events."""
    in_order = sorted(hashes)
    return Held(events=len(in_order), digest=hashlib.sha256(b"".join(in_order)).digest())


def nothing_held(clue_id: UUID) -> ClueHolding:
    """What is said of a clue that is not known."""
    return ClueHolding(clue_id=clue_id, federation=held(()), procuratorate=held(()), view=bytes(32))


def day_digest(day: date, clues: Iterable[ClueHolding]) -> DayDigest:
    """The same for the same holdings."""
    in_order = sorted(clues, key=lambda clue: clue.clue_id)
    whole = hashlib.sha256()
    for clue in in_order:
        whole.update(clue.clue_id.bytes + clue.federation.digest + clue.procuratorate.digest + clue.view)
    return DayDigest(day=day, clues=len(in_order), digest=whole.digest())

"""
Receipts: what one side tells the other that it holds of its journals (docs/decisions/0014-receipts.md).

A receipt is cumulative: the newest one says all that the ones before it said, so any of them may be lost.
"""

import hashlib
from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.codec import frame, newest, unframe
from schemas.envelope import AgencyName, Digest, KeyId
from schemas.event import Coded
from schemas.key_record import JournalNumber

MISSING_CAP, WAITING_CAP, REJECTED_CAP, KEYS_CAP = 500, 500, 500, 200
"""So many of each are listed at most; what is left out follows when these are settled. Some 60 KiB in all."""

Number = Annotated[int, Field(ge=0, le=2**53)]
TopicName = Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,120}$")]
ReasonCode = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class NumberRange(Coded):
    """Numbers of a journal, `first` to `last` inclusive."""

    first: Annotated[int, Field(ge=1, le=2**53)]
    last: Annotated[int, Field(ge=1, le=2**53)]

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if self.first > self.last:
            raise ValueError("it ends before it begins")
        return self


class Rejection(Coded):
    """An event that can never be taken in: the hash of its body, and one of the reasons of docs/glossary.md."""

    number: Annotated[int, Field(ge=1, le=2**53)]
    hash: Digest
    reason: ReasonCode


class JournalReceipt(Coded):
    """
    What is held of one journal.

    Attributes:
        held_up_to: every number up to this one is here, or rejected; 0 where none is.
        hash: `journal_hash` over the bodies of the numbers 1 to `held_up_to`.
        highest: the highest number that is here.
        missing: the numbers below `highest` that are not, the lowest first.
        waiting: the numbers that are here and have not taken their places.
        rejected: the events that can never be taken in, those with the highest numbers if they are too many.
    """

    topic: TopicName
    held_up_to: Number
    hash: Digest
    highest: Number
    missing: Annotated[tuple[NumberRange, ...], Field(max_length=MISSING_CAP)] = ()
    waiting: Annotated[tuple[Number, ...], Field(max_length=WAITING_CAP)] = ()
    rejected: Annotated[tuple[Rejection, ...], Field(max_length=REJECTED_CAP)] = ()

    @property
    def told(self) -> NumberRange | None:
        """
        The numbers of which this receipt says whether they are held; of none, where it holds nothing.

        A full list says nothing of what it left no room for: gaps above the last one, rejections below the lowest.
        """
        first = min((each.number for each in self.rejected), default=1) if len(self.rejected) == REJECTED_CAP else 1
        last = self.missing[-1].last if len(self.missing) == MISSING_CAP else self.highest
        return NumberRange(first=first, last=last) if first <= last else None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.held_up_to > self.highest:
            raise ValueError("it holds more than the highest number")
        edges = [edge for gap in self.missing for edge in (gap.first, gap.last)]
        if edges != sorted(edges) or any(not self.held_up_to < edge < self.highest for edge in edges):
            raise ValueError("what is missing is not between what is held and the highest, in order")
        return self


class Receipt(Coded):
    """
    One receipt.

    Attributes:
        recipient: the agency whose journals these are; the record key in Kafka.
        missing_keys: ids of keys that events here are sealed with, and that never arrived.
        sent: the last number of each of the sender's own journals, so that a lost tail shows.
    """

    recipient: AgencyName
    journals: Annotated[tuple[JournalReceipt, ...], Field(max_length=4)]
    missing_keys: Annotated[tuple[KeyId, ...], Field(max_length=KEYS_CAP)] = ()
    sent: Annotated[tuple[JournalNumber, ...], Field(max_length=4)] = ()

    def to_body(self) -> bytes:
        """The one spelling of this receipt."""
        return frame(newest("Receipt"), self.model_dump())

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """
        Read strictly.

        Raises:
            Malformed, InvalidEvent: as for an envelope.
        """
        return cls.read(unframe("Receipt", body))


def empty_journal_hash(topic: str) -> bytes:
    """The hash of a journal of which nothing is held."""
    return hashlib.sha256(b"clue-exchange journal v1\x00" + topic.encode()).digest()


def journal_hash(before: bytes, body_hashes: Iterable[bytes]) -> bytes:
    """
    The hash of a journal that goes on with these bodies, in the order of their numbers.

    Equal on both sides for equal bodies; one that was changed, left out or moved changes it.
    """
    for body_hash in body_hashes:
        before = hashlib.sha256(before + body_hash).digest()
    return before

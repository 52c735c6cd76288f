"""
An event with the bytes that prove it: what the ledger keeps, own and received alike.
"""

from dataclasses import dataclass

from schemas.codes import Role
from schemas.envelope import Envelope, role_of
from schemas.event import Event


@dataclass(frozen=True, slots=True)
class SignedEvent:
    """
    One event as it stands in a journal.

    Attributes:
        topic, number: its place in the sender's journal.
        value: the record, verbatim.
        hash: SHA-256 of the body; what `previous` and `seen` of later events name.
        event: the facts; None while their schema is not known here.
    """

    topic: str
    number: int
    value: bytes
    hash: bytes
    envelope: Envelope
    event: Event | None

    @property
    def by(self) -> Role:
        return role_of(self.envelope.sender)


def courtesy_headers(envelope: Envelope) -> dict[str, str]:
    """CloudEvents headers for tools that look at a topic; a receiver never trusts them."""
    return {
        "ce_id": str(envelope.event_id),
        "ce_type": envelope.event_type,
        "ce_source": envelope.sender,
        "ce_time": envelope.occurred_at.isoformat(timespec="milliseconds"),
    }


def record_key(envelope: Envelope) -> bytes:
    """The key of a journal's record: the clue id, which is random and says nothing of a person."""
    return str(envelope.clue_id).encode()

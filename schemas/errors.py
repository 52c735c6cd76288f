"""
The errors of the contract, as one tree. None carries a value of an event.

* ContractError                  bytes, or an act, that the contract does not allow
  + Malformed                    the bytes are not of their schema
    - NotFramed                  no single-object marker (C3 01 and a fingerprint)
    - UnknownFingerprint         framed, but by a schema that this version does not have
    - NotCanonical               decodes, but its bytes are not the one spelling
  + InvalidEvent                 decodes, but its fields contradict the model
  + NotLegal                     the lifecycle does not allow this event now
"""

from uuid import UUID


class ContractError(Exception):
    """Catch this where a peer's bytes or an officer's act meet the contract."""


class Malformed(ContractError):
    """The bytes are not a value of their schema: truncated, out of range, not text, or longer than the value."""


class NotFramed(Malformed):
    """The bytes do not begin with the marker of Avro's single-object encoding."""


class UnknownFingerprint(Malformed):
    """The bytes name a schema that is not in this version's catalog; a newer version may know it."""

    def __init__(self, fingerprint: bytes) -> None:
        super().__init__(f"no schema with fingerprint {fingerprint.hex()}")
        self.fingerprint = fingerprint


class NotCanonical(Malformed):
    """The bytes decode, but encoding the value again gives other bytes: there must be one spelling only."""


class InvalidEvent(ContractError):
    """
    The fields break the model or contradict each other; `problems` names fields and rules, never values.

    A bad value must not reach a log through an error, so pydantic's own error is not chained to this one.
    """

    def __init__(self, event_type: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"{event_type}: " + "; ".join(problems))
        self.event_type = event_type
        self.problems = problems


class NotLegal(ContractError):
    """
    The lifecycle does not allow this event now.

    Attributes:
        event_type: the event that was asked for.
        state: the state of the clue.
        turn: who holds the turn.
        why: the rule that forbids it, as a sentence.
        possible: the event types that this party may issue in this state.
    """

    def __init__(
        self, clue_id: UUID | None, event_type: str, state: str, turn: str, why: str, possible: tuple[str, ...]
    ) -> None:
        can = ", ".join(possible) if possible else "nothing"
        super().__init__(
            f"{event_type} is not possible: {why}. The clue is {state}, the turn is the {turn}'s; possible: {can}"
        )
        self.clue_id = clue_id
        self.event_type = event_type
        self.state = state
        self.turn = turn
        self.why = why
        self.possible = possible

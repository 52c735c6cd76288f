"""
What taking in came to, told to the log once it is committed.
"""

from dataclasses import dataclass, field

from clue_exchange.ledger import Placement
from clue_exchange.rejections import Rejected
from consumers.dead_letters import DeadLetter
from consumers.receipts import TakenReceipt
from consumers.reconcile import Compared

POISON_CAP = 20
"""So many dead letters in a row from one journal are our bug, or an attack: a person must look."""


@dataclass(slots=True)
class Taken:
    """
    What a batch came to, or reading again what waited.

    Attributes:
        keys: how many key records brought something new.
        wrapped_anew: how many keys of ours were published once more, for a new receiving key of the counterpart's.
        gaps_opened: journals in which numbers are newly missing.
        next_offsets: where each topic is read on.
        rejected: events of the counterpart that can never be taken in, as its receipts will learn.
        receipts: the counterpart's, taken in.
        compared: rounds of reconciliation that went on here.
        stopped: topics that reached the poison cap; nothing after that record was taken in.
    """

    placements: list[Placement] = field(default_factory=list)
    keys: int = 0
    wrapped_anew: int = 0
    repeated: int = 0
    passed_over: int = 0
    dead_letters: list[DeadLetter] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    receipts: list[TakenReceipt] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    gaps_opened: list[str] = field(default_factory=list)
    next_offsets: dict[str, int] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)

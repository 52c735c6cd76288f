"""
What can be wrong with an evidence pack, or with a journal: coded, in words, and where.
"""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a member of a pack, or with a record of a journal."""

    # the file
    NOT_A_PACK = "not-a-pack"
    TOO_LARGE = "too-large"
    CUT_OFF = "cut-off"
    COMPRESSED = "compressed"
    NAME = "name"
    TWICE = "twice"
    OUT_OF_ORDER = "out-of-order"
    LAYOUT = "layout"
    # the manifest
    NEWER = "newer"
    MANIFEST = "manifest"
    MISSING = "missing"
    ADDED = "added"
    CHANGED = "changed"
    SIGNATURE = "signature"
    # agreements and keys
    AGREEMENT = "agreement"
    NOT_TRUSTED = "not-trusted"
    NOT_PROVEN = "not-proven"
    # records
    UNREADABLE = "unreadable"
    OTHER_NUMBER = "other-number"
    OTHER_CLUE = "other-clue"
    OTHER_PARTY = "other-party"
    OTHER_AGREEMENT = "other-agreement"
    # chains and journals
    NO_EVENTS = "no-events"
    NO_PREDECESSOR = "no-predecessor"
    MISLINKED = "mislinked"
    FORK = "fork"
    ID_TWICE = "id-twice"
    NUMBER_ORDER = "number-order"
    NUMBER_TWICE = "number-twice"
    NUMBERS_MISSING = "numbers-missing"


WORDS: dict[Fault, str] = {
    Fault.NOT_A_PACK: "is not an evidence pack",
    Fault.TOO_LARGE: "is larger than a pack may be; it was not read",
    Fault.CUT_OFF: "is cut off",
    Fault.COMPRESSED: "is compressed or encrypted, and a pack never is; it was not opened",
    Fault.NAME: "has a name that no member of a pack has",
    Fault.TWICE: "stands in the pack twice",
    Fault.OUT_OF_ORDER: "was moved",
    Fault.LAYOUT: "was changed in the file",
    Fault.NEWER: "is of a version that this program does not know; verify it with a newer one",
    Fault.MANIFEST: "does not say what the pack holds",
    Fault.MISSING: "is missing",
    Fault.ADDED: "was added: the manifest does not name it",
    Fault.CHANGED: "was changed: it has another SHA-256 than in the manifest",
    Fault.SIGNATURE: "has a signature that does not hold: other bytes, another place, or another key",
    Fault.AGREEMENT: "is not an agreement that both have signed",
    Fault.NOT_TRUSTED: "is not among the keys that you trust, and none of them announced it",
    Fault.NOT_PROVEN: "is signed by a key that nothing in the pack proves for this number",
    Fault.UNREADABLE: "is not the one spelling of a record",
    Fault.OTHER_NUMBER: "has another number inside than its name says",
    Fault.OTHER_CLUE: "is of another clue",
    Fault.OTHER_PARTY: "is not from the owner of its topic to the other party",
    Fault.OTHER_AGREEMENT: "names an agreement that is not in the pack",
    Fault.NO_EVENTS: "holds no event",
    Fault.NO_PREDECESSOR: "builds on an event that is not in the pack",
    Fault.MISLINKED: "names a predecessor of the wrong party",
    Fault.FORK: "has a twin: its sender issued two events in the same place",
    Fault.ID_TWICE: "has the event id of another event",
    Fault.NUMBER_ORDER: "does not stand in the order of its journal",
    Fault.NUMBER_TWICE: "is another record under a number that is taken",
    Fault.NUMBERS_MISSING: "are missing",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that is wrong.

    Attributes:
        member: which member of the pack, or which numbers of a journal.
        detail: more exactly; never a value of an event.
    """

    member: str
    fault: Fault
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.member} {WORDS[self.fault]}" + (f" ({self.detail})" if self.detail else "")

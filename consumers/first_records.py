"""
What the counterpart believes of a journal of ours: under each number the first record that a key valid for it signed.

Whether it took something in before it knew that the key is revoked, its newest receipt says: by a hash of the bodies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from clue_exchange.errors import CommandRefused, PoisonRecord
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.signing import PublicKey, Verifier
from consumers.receive import Proven, enveloped, prove, unpack
from schemas.receipt import JournalReceipt, empty_journal_hash, journal_hash


@dataclass(frozen=True, slots=True)
class FirstRecords:
    """The first record under each number, and those after it that say something else."""

    first: Mapping[int, Proven]
    later: Sequence[Proven]

    def agree_with(self, told: JournalReceipt, ours: Mapping[int, bytes]) -> bool:
        """Whether the receipt is about these bodies; `ours` are those that Kafka may not hold any more, by number."""
        bodies = {**ours, **{number: each.hash for number, each in self.first.items()}}
        held = [body_hash for number, body_hash in sorted(bodies.items()) if number <= told.held_up_to]
        return journal_hash(empty_journal_hash(told.topic), held) == told.hash


def believed(
    sources: Sequence[ReceivedRecord], keys: Sequence[PublicKey], told: JournalReceipt, ours: Mapping[int, bytes]
) -> FirstRecords:
    """
    What the receipt shows to be believed of these records of a journal, which ascend.

    With what a revoked key signed among the numbers that the counterpart holds; else without it.

    Raises:
        CommandRefused: the receipt is about neither of the two.
    """
    revoked_late = [each if each.last is None else replace(each, last=max(each.last, told.highest)) for each in keys]
    for some in (revoked_late, keys):
        found = first_records(sources, Verifier(some))
        if found.agree_with(told, ours):
            return found
    raise CommandRefused(
        f"{told.topic}: what the counterpart holds up to number {told.held_up_to} is not what Kafka holds there, "
        "neither with what a revoked key signed nor without it. Nothing was changed. Compare with the counterpart: "
        "`verify-journal` of this journal on both sides, and `reconcile`"
    )


def first_records(sources: Iterable[ReceivedRecord], verifier: Verifier) -> FirstRecords:
    """These records as a receiver counts them that knows these keys; what is a stranger's, or nobody's, is left out."""
    first: dict[int, Proven] = {}
    later: list[Proven] = []
    held: set[bytes] = set()
    for source in sources:
        try:
            proven = prove(source, unpack(source), verifier)
            if proven.hash not in held:  # of a repetition the receiver looks at nothing more
                enveloped(proven)
                held.add(proven.hash)
        except PoisonRecord as poison:
            if poison.number is None:  # the node notes it as a dead letter; its number stays free
                continue
        if first.setdefault(proven.record.number, proven).hash != proven.hash:
            later.append(proven)
    return FirstRecords(first, later)

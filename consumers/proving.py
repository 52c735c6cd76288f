"""
Proving the records of a batch: the record layer, and the signatures on both cores.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from clue_exchange.errors import PoisonRecord
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.signing import Verifier
from consumers.receive import Proven, prove, unpack
from schemas.envelope import Record

WORTH_A_THREAD = 16
"""Fewer records are proven sooner than another thread can begin."""

Outcome: TypeAlias = Proven | PoisonRecord


class Prover:
    """Checks signatures with a second thread: Ed25519 does not hold the interpreter's lock while it computes."""

    def __init__(self) -> None:
        self._second = ThreadPoolExecutor(max_workers=1, thread_name_prefix="signatures")

    def prove(self, sources: Sequence[ReceivedRecord], verifier: Verifier) -> list[Outcome]:
        """For each record in turn: proven, or why not."""
        unpacked = [(source, _unpacked(source)) for source in sources]

        def proven(some: Sequence[tuple[ReceivedRecord, Record | PoisonRecord]]) -> list[Outcome]:
            return [_proven(source, record, verifier) for source, record in some]

        if len(unpacked) < WORTH_A_THREAD:
            return proven(unpacked)
        middle = len(unpacked) // 2
        second_half = self._second.submit(proven, unpacked[middle:])
        return proven(unpacked[:middle]) + second_half.result()


def _unpacked(source: ReceivedRecord) -> Record | PoisonRecord:
    try:
        return unpack(source)
    except PoisonRecord as poison:
        return poison


def _proven(source: ReceivedRecord, record: Record | PoisonRecord, verifier: Verifier) -> Outcome:
    if isinstance(record, PoisonRecord):
        return record
    try:
        return prove(source, record, verifier)
    except PoisonRecord as poison:
        return poison

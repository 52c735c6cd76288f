"""
Records as evidence: one that is what its place says, signed by the owner of its topic; and a journal without holes.
"""

import hashlib
from collections.abc import Iterable, Sequence

from clue_exchange.evidence.faults import Fault, Finding
from clue_exchange.signing import BadSignature, PublicKey, Verifier
from clue_exchange.topics import RECORD_CAP_BYTES
from schemas.envelope import Record
from schemas.errors import ContractError, UnknownFingerprint


def proven_record(
    where: str, topic: str, number: int | None, value: bytes, keys: Iterable[PublicKey]
) -> Record | Finding:
    """The record in these bytes; or why they are not one of this place (any number, where none is asked for)."""
    if len(value) > RECORD_CAP_BYTES:
        return Finding(where, Fault.TOO_LARGE, f"{len(value)} bytes")
    try:
        record = Record.from_value(value)
    except UnknownFingerprint:
        return Finding(where, Fault.NEWER, "its record's schema")
    except ContractError as error:
        return Finding(where, Fault.UNREADABLE, type(error).__name__)
    if number is not None and record.number != number:
        return Finding(where, Fault.OTHER_NUMBER, f"number {record.number}")
    by = [key for key in keys if (key.topic, key.key_id) == (topic, record.key_id) and key.is_valid_for(record.number)]
    if not by:
        return Finding(where, Fault.NOT_PROVEN, record.key_id)
    try:
        Verifier(by).verify(topic, record.number, record.body, record.key_id, record.signature)
    except BadSignature:
        return Finding(where, Fault.SIGNATURE, record.key_id)
    return record


def check_journal(
    topic: str, values: Iterable[tuple[int, bytes]], keys: Sequence[PublicKey], last: int | None = None
) -> list[Finding]:
    """
    What is wrong with the records of one journal of events, given with their offsets, in their order.

    Deleted ones are named by their numbers; moved, altered and foreign ones by topic and offset, as dead letters are.
    The same record again is no fault: a sender may repeat. `last` is the last number that the sender says to have
    sent; without it, a journal that was cut at its end looks like a shorter one. Not for `keys`: compaction makes
    holes.
    """
    findings: list[Finding] = []
    held: dict[int, bytes] = {}  # hashes, so that a long journal takes little memory
    highest = 0
    for offset, value in values:
        where = f"{topic}:{offset}"
        record = proven_record(where, topic, None, value, keys)
        if isinstance(record, Finding):
            findings.append(record)
            continue
        digest = hashlib.sha256(value).digest()
        if record.number in held and held[record.number] != digest:
            findings.append(Finding(where, Fault.NUMBER_TWICE, f"number {record.number}"))
        elif record.number not in held and record.number < highest:
            findings.append(Finding(where, Fault.NUMBER_ORDER, f"number {record.number} after number {highest}"))
        held.setdefault(record.number, digest)
        highest = max(highest, record.number)
    return findings + _missing(topic, held, max(highest, last or 0))


def _missing(topic: str, numbers: Iterable[int], last: int) -> list[Finding]:
    """The holes among the numbers 1 to `last`."""
    findings, expected = [], 1
    for number in (*sorted(numbers), last + 1):
        if number > expected:
            span = f"number {expected}" if number == expected + 1 else f"numbers {expected} to {number - 1}"
            findings.append(Finding(f"{topic}, {span},", Fault.NUMBERS_MISSING))
        expected = max(expected, number + 1)
    return findings

"""
Receipts as evidence: that the other side held an event, proven by its signature and the hash of the journal.

A receipt names a journal up to a number by one hash over the bodies of all its numbers. The pack brings these hashes,
32 bytes a number, which say nothing of other clues; so anybody can take the journal's hash himself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from clue_exchange import acknowledgements
from clue_exchange.evidence.chain import ProvenEvent
from clue_exchange.evidence.faults import Fault, Finding
from clue_exchange.evidence.format import RECEIPTS, in_folder, journal_name, record_name
from clue_exchange.evidence.keys import KeyBook
from clue_exchange.evidence.records import proven_record
from clue_exchange.store import Transaction
from clue_exchange.tables import EVENT
from clue_exchange.topics import is_family, owner_of, topic_name
from schemas.catalog import Family
from schemas.envelope import Record
from schemas.errors import ContractError
from schemas.receipt import JournalReceipt, Receipt, empty_journal_hash, journal_hash

HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class ProvenReceipt:
    """A receipt whose signature holds, and who signed it."""

    member: str
    by: str
    receipt: Receipt


def receipt_members(transaction: Transaction, own: Mapping[str, Sequence[int]], counterpart: str) -> dict[str, bytes]:
    """
    For each of these numbers of our own journals the first receipt that covers it, and the hashes that prove it.

    A number that no receipt covers yet has none.
    """
    topic = topic_name(counterpart, Family.RECEIPTS)
    held = [(number, value, _journals(value)) for number, value in acknowledgements.kept(transaction, topic)]
    members: dict[str, bytes] = {}
    for journal, numbers in own.items():
        reach = 0
        for wanted in numbers:
            covering = ((n, value, said[journal]) for n, value, said in held if journal in said)
            first = next(((n, value, said) for n, value, said in covering if said.held_up_to >= wanted), None)
            if first is not None:
                number, value, said = first
                members[record_name(RECEIPTS, topic, number)] = value
                reach = max(reach, said.held_up_to)
        if reach:
            members[journal_name(journal)] = _hashes(transaction, journal, reach)
    return members


def read_receipts(members: Mapping[str, bytes], book: KeyBook) -> tuple[list[ProvenReceipt], list[Finding]]:
    """The receipts of a pack whose signatures hold."""
    found, findings = [], []
    for name, topic, number in in_folder(members, RECEIPTS):
        record = proven_record(name, topic, number, members[name], book.of(topic))
        if isinstance(record, Finding):
            findings.append(record)
        elif not is_family(topic, Family.RECEIPTS):
            findings.append(Finding(name, Fault.OTHER_PARTY))
        else:
            try:
                found.append(ProvenReceipt(name, owner_of(topic), Receipt.from_body(record.body)))
            except ContractError as error:
                findings.append(Finding(name, Fault.UNREADABLE, type(error).__name__))
    return found, findings


def acknowledged(
    members: Mapping[str, bytes], events: Sequence[ProvenEvent], receipts: Iterable[ProvenReceipt]
) -> tuple[dict[bytes, str], list[Finding]]:
    """By the hash of each event whose receipt is proven, the member that proves it; and what does not fit."""
    proven: dict[bytes, str] = {}
    findings = [
        Finding(journal_name(event.topic), Fault.JOURNAL, event.member)
        for event in events
        if (hashes := members.get(journal_name(event.topic))) is not None and not _stands_in(hashes, event)
    ]
    for each in receipts:
        for journal in each.receipt.journals:
            hashes = members.get(journal_name(journal.topic))
            if hashes is None or len(hashes) < journal.held_up_to * HASH_BYTES:
                continue
            if owner_of(journal.topic) == each.by or owner_of(journal.topic) != each.receipt.recipient:
                findings.append(Finding(each.member, Fault.OTHER_PARTY))
                continue
            if not _fits(hashes, journal):
                findings.append(Finding(journal_name(journal.topic), Fault.RECEIPT, each.member))
                continue
            rejected = {rejection.hash for rejection in journal.rejected}
            for event in events:
                is_covered = event.topic == journal.topic and event.number <= journal.held_up_to
                if is_covered and event.hash not in rejected:
                    proven.setdefault(event.hash, each.member)
    return proven, findings


def _journals(value: bytes) -> dict[str, JournalReceipt]:
    receipt = Receipt.from_body(Record.from_value(value).body)
    return {journal.topic: journal for journal in receipt.journals}


def _hashes(transaction: Transaction, topic: str, up_to: int) -> bytes:
    wanted = select(EVENT.c.hash).where(EVENT.c.topic == topic, EVENT.c.number <= up_to).order_by(EVENT.c.number)
    return b"".join(transaction.scalars(wanted))


def _stands_in(hashes: bytes, event: ProvenEvent) -> bool:
    """Whether the journal's hashes have this event under its number; true where they do not reach so far."""
    at = (event.number - 1) * HASH_BYTES
    return at >= len(hashes) or hashes[at : at + HASH_BYTES] == event.hash


def _fits(hashes: bytes, journal: JournalReceipt) -> bool:
    each = (hashes[at : at + HASH_BYTES] for at in range(0, journal.held_up_to * HASH_BYTES, HASH_BYTES))
    return journal_hash(empty_journal_hash(journal.topic), each) == journal.hash

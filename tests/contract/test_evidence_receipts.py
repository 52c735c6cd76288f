"""
Receipts in an evidence pack: what they prove, and what somebody who made them up would have to change.
"""

import pytest

from clue_exchange.evidence.check import verify_bytes
from clue_exchange.evidence.faults import Fault
from clue_exchange.evidence.format import RECEIPTS, in_folder, journal_name, record_name
from schemas.envelope import Record, signed_bytes
from schemas.receipt import JournalReceipt, Receipt, empty_journal_hash, journal_hash
from tests.evidence_steps import CLUES, Exported, envelope_in, signed_anew
from tests.two_sides import FEDERATION

HASHES = journal_name(CLUES)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The federation's pack of a clue of four events."""
    return Exported.in_folder(tmp_path_factory.mktemp("pack"))


def test_each_event_of_the_exporter_is_proven_to_have_been_held(exported: Exported) -> None:
    """By the first receipt that covers it, which the other side signed."""
    verdict = verify_bytes(exported.data)
    members = {each for link in verdict.links if (each := verdict.acknowledged.get(link.event.hash))}

    assert members == {name for name, _, _ in in_folder(exported.members, RECEIPTS)}
    assert len(members) == 2


@pytest.mark.parametrize("number", [1, 2])
def test_another_hash_in_the_journal_fits_neither_event_nor_receipt(exported: Exported, number: int) -> None:
    """The exporter cannot put another event under a number that was acknowledged."""
    hashes = bytearray(exported.members[HASHES])
    hashes[(number - 1) * 32] ^= 1
    found = exported.forged({**exported.members, HASHES: bytes(hashes)})

    assert {fault for _, fault in found} == {Fault.JOURNAL, Fault.RECEIPT}


def test_without_the_hashes_nothing_is_proven_to_have_been_held(exported: Exported) -> None:
    """A receipt alone does not say of which bytes it is."""
    members = {name: data for name, data in exported.members.items() if name != HASHES}
    verdict = verify_bytes(signed_anew(members, exported.federation))

    assert (verdict.findings, verdict.acknowledged) == ([], {})


def test_nobody_acknowledges_his_own_events(exported: Exported) -> None:
    """A receipt that the exporter signed himself for his own journal is named, and proves nothing."""
    topic = f"{FEDERATION}.receipts"
    first = next(name for name in exported.members if name.startswith(f"events/{CLUES}"))
    body_hash = Record.from_value(exported.members[first]).body_hash
    assert envelope_in(exported.members, first).sender == FEDERATION
    held = journal_hash(empty_journal_hash(CLUES), [body_hash])
    journal = JournalReceipt(topic=CLUES, held_up_to=1, hash=held, highest=1)
    body = Receipt(recipient=FEDERATION, journals=(journal,)).to_body()
    signature = exported.federation.private.sign(signed_bytes(topic, 1, body))
    record = Record(number=1, body=body, key_id=exported.federation.key_id, signature=signature)
    others = {name: data for name, data in exported.members.items() if not name.startswith(RECEIPTS)}
    name = record_name(RECEIPTS, topic, 1)
    verdict = verify_bytes(signed_anew({**others, name: record.to_value()}, exported.federation))

    assert [(each.member, each.fault) for each in verdict.findings] == [(name, Fault.OTHER_PARTY)]
    assert verdict.acknowledged == {}

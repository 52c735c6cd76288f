"""
Fifty of a thousand persons are erased: nothing of them is left anywhere, and nothing else has changed.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from clue_exchange.evidence.check import verify_bytes
from clue_exchange.evidence.pack import Exporter, pack_bytes
from clue_exchange.sealing import Unreadable
from clue_exchange.store import Transaction
from console.wiring import Agency
from consumers import worklist
from consumers.opening import open_part
from consumers.receive import stored_event
from schemas.clue_events import ErasureConfirmed, ErasureRequested
from schemas.codes import Role
from tests.builders import an_event
from tests.two_sides import TwoSides, rows

pytestmark = pytest.mark.slow

PERSONS, ERASED = 1_000, 50


def key_material(agency: Agency, clue_ids: list[UUID]) -> dict[str, bytes]:
    """The person keys of these clues, as they lie in the vault, by id."""
    with agency.store.reading() as transaction:
        wanted = ", ".join(f"'{clue_id.hex}'" for clue_id in clue_ids)
        ids = [str(row[0]) for row in rows(transaction, f"SELECT key_id FROM data_key WHERE clue_id IN ({wanted})")]
    return dict(agency.vault.get(ids))


def in_vaults(folder: Path, key_ids: set[str]) -> list[bytes]:
    """These keys as the vaults' files hold them: sealed under the table keys."""
    found = []
    for path in folder.rglob("*-vault.db"):
        with closing(sqlite3.connect(path)) as vault:
            found += [sealed for key_id, sealed in vault.execute("SELECT * FROM key_material") if key_id in key_ids]
    return found


def readable(agency: Agency, transaction: Transaction, clue_id: UUID, keys: dict[str, bytes]) -> int:
    """How many sealed parts of a clue any of these keys opens."""
    opened = 0
    for topic, value in agency.ledger.applied_records(transaction, clue_id):
        envelope = stored_event(topic, value).envelope
        for each in envelope.particulars:
            for key in keys.values():
                try:
                    open_part(envelope, each.person.key, each.part, key)
                    opened += 1
                except Unreadable:
                    continue
    return opened


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # its files are searched
def test_fifty_of_a_thousand_persons_die_and_the_rest_is_as_it_was(sides: TwoSides, tmp_path: Path) -> None:
    """Keys, wraps, index: gone from tables, files and write-ahead logs; chains verify, counts stand."""
    clue_ids = [sides.transfer().envelope.clue_id for _ in range(PERSONS)]
    sides.exchange()
    doomed = clue_ids[:: PERSONS // ERASED]
    before = {role: key_material(sides.side(role), doomed) for role in Role}
    sealed = in_vaults(tmp_path, {key_id for keys in before.values() for key_id in keys})
    assert any(blob in path.read_bytes() for path in tmp_path.rglob("*vault*") for blob in sealed)
    for clue_id in doomed:
        sides.procuratorate.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    sides.exchange()
    for clue_id in doomed:
        sides.federation.federation().confirm_erasure(clue_id, an_event(ErasureConfirmed))
    sides.exchange()

    for role in Role:
        agency = sides.side(role)
        assert len(before[role]) == ERASED
        assert key_material(agency, doomed) == {}
        assert len(key_material(agency, clue_ids)) == PERSONS - ERASED
        alive = key_material(agency, clue_ids[1:3])
        with agency.store.reading() as transaction:
            assert sum(readable(agency, transaction, clue_id, alive) for clue_id in doomed) == 0
            assert sum(readable(agency, transaction, clue_id, alive) for clue_id in clue_ids[1:3]) == 2
            assert worklist.by_state(transaction) == {"transferred": PERSONS}
            pack = pack_bytes(transaction, doomed[0], Exporter(agency.settings.agency, agency.keys, agency.agreements))
        assert verify_bytes(pack).holds
    assert all(len(sides.digests(clue_id)) == 1 for clue_id in doomed)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(sealed) == 2 * ERASED
    assert [path for path, content in files.items() for blob in sealed if blob in content] == []

"""
What the vault promises while a batch goes on beside its writing. On SQLite and on PostgreSQL.
"""

import pytest

from clue_exchange.errors import StoreFailed
from clue_exchange.journals import read_position
from clue_exchange.keys.vault import KEY_MATERIAL
from clue_exchange.sealing import new_data_key
from schemas.codes import Role
from tests.two_sides import FEDERATION, TwoSides


def test_a_key_that_is_put_beside_can_be_used_at_once_and_is_kept_when_settled(sides: TwoSides) -> None:
    """The batch that brought a key opens events with it before the disk has it."""
    vault, keys = sides.procuratorate.vault, {"person-1": new_data_key(), "person-2": new_data_key()}

    vault.put_beside(keys)
    assert vault.get(keys) == keys
    vault.settle()

    assert vault.key_ids() == set(keys)
    assert vault.get([*keys, "person-3"]) == keys


def test_a_key_that_is_put_beside_does_not_hide_the_one_that_stands(sides: TwoSides) -> None:
    """Neither while it is on its way nor after: the first key under an id stays."""
    vault, first = sides.procuratorate.vault, {"person-1": new_data_key()}
    vault.put(first)

    vault.put_beside({"person-1": new_data_key()})
    meanwhile = vault.get(["person-1"])
    vault.settle()

    assert meanwhile == vault.get(["person-1"]) == first


def test_a_batch_whose_keys_the_vault_cannot_keep_has_no_effect(sides: TwoSides) -> None:
    """A row of a key that is in no vault would be a loss: position, event and row are rolled back together."""
    sides.transfer()
    with sides.procuratorate.vault._store.engine.begin() as connection:
        KEY_MATERIAL.drop(connection)

    with pytest.raises(StoreFailed):
        sides.exchange()

    with sides.procuratorate.store.reading() as transaction:
        positions = [read_position(transaction, f"{FEDERATION}.{name}").next_offset for name in ("clues", "keys")]
        key_ids = [(record.key or b"").decode() for record in sides.keys_of(Role.federation)]
        assert sides.procuratorate.keyring.alive_among(transaction, key_ids) == set()
    assert positions == [0, 0]

"""
Signing keys change in mid-stream and nothing is lost. On SQLite and on PostgreSQL.
"""

import pytest

from clue_exchange.errors import AgreementInvalid
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.ledger import APPLIED
from console.wiring import Agency
from schemas.codes import Role
from tests.key_steps import (
    Restart,
    key_file,
    relayed,
    rotate,
    signed_by,
)
from tests.two_sides import FEDERATION, TwoSides, rows

CLUES, KEYS = f"{FEDERATION}.clues", f"{FEDERATION}.keys"


def old_key_id(sides: TwoSides) -> str:
    return sides.ceremony.keys[Role.federation].signing[0].key_id


def test_keys_rotate_in_mid_stream_and_both_are_believed_in_the_overlap(kept: TwoSides, restart: Restart) -> None:
    """A process that holds the old key alone goes on with it; one that holds the new one signs with that."""
    kept.transfer()
    stream = relayed(kept.federation)
    new = rotate(kept.federation)
    kept.transfer()
    stream += relayed(kept.federation)
    begun = restart(kept)
    begun.transfer()
    stream += relayed(begun.federation)

    taken = kept.give(Role.procuratorate, stream)

    events = [signed_by(record) for record in stream if record.topic == CLUES]
    assert events == [old_key_id(kept), old_key_id(kept), new.key.key_id]
    assert new.signed_by == old_key_id(kept)
    assert (len(taken.placements), taken.dead_letters) == (3, [])


def test_a_new_key_is_not_used_before_kafka_holds_its_announcement(kept: TwoSides, restart: Restart) -> None:
    """No record may stand in a log before what proves it; the announcement is sent with the old key."""
    new = rotate(kept.federation)
    begun = restart(kept)
    begun.transfer()
    before = relayed(begun.federation)
    begun.transfer()
    after = relayed(begun.federation)

    assert [signed_by(record) for record in before if record.topic == CLUES] == [old_key_id(kept)]
    assert [signed_by(record) for record in after if record.topic == CLUES] == [new.key.key_id]


def test_what_was_signed_in_the_overlap_is_taken_in_by_batches_of_any_size(kept: TwoSides, restart: Restart) -> None:
    """Keys before events, one record a time or all at once."""
    rotate(kept.federation)
    begun = restart(kept)
    stream = relayed(begun.federation)
    for _ in range(3):
        begun.transfer()
        stream += relayed(begun.federation)

    taken = [kept.give(Role.procuratorate, [record]) for record in stream]

    assert [letter for each in taken for letter in each.dead_letters] == []
    assert [placed.outcome for each in taken for placed in each.placements].count(APPLIED) == 3


def test_a_rotation_that_was_interrupted_is_finished_by_the_next(kept: TwoSides, restart: Restart) -> None:
    """Killed between key file and outbox: nobody signs with the new key, and no second one is made."""
    agency = kept.federation
    file = key_file(agency)
    lost = file.read().with_new_signing_key()
    file.write(lost)
    begun = restart(kept)
    begun.transfer()
    before = {signed_by(record) for record in relayed(begun.federation)}

    new = rotate(begun.federation)

    assert before == {old_key_id(kept)}
    assert new.key.key_id == lost.signing[-1].key_id
    assert [key.key_id for key in file.read().signing] == [key.key_id for key in lost.signing]


def test_a_rotation_that_fails_leaves_nothing_in_the_outbox(kept: TwoSides, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key file is written first; what was not committed is announced later."""
    agency = kept.federation
    monkeypatch.setattr(agency.outbox, "append", _die)

    with pytest.raises(KeyboardInterrupt):
        rotate(agency)

    monkeypatch.undo()
    assert len(key_file(agency).read().signing) == 2
    with agency.store.reading() as transaction:
        assert rows(transaction, "SELECT count(*) FROM outbox") == [(0,)]
        assert rows(transaction, "SELECT count(DISTINCT key_id) FROM public_key") == [(2,)]  # one each side
    assert rotate(agency).key.key_id == key_file(agency).read().signing[1].key_id


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_agency_does_not_start_with_an_agreement_that_names_other_keys_of_its_own(kept: TwoSides) -> None:
    """Nothing that it signs would be believed, and nothing that is wrapped for it would open."""
    settings = kept.federation.settings

    with pytest.raises(AgreementInvalid, match="names a signing key"):
        Agency.assemble(settings, PrivateKeys.generate(), kept.ceremony.signed, kept.clock).close()

"""
Signing keys change in mid-stream and nothing is lost; a revoked key signs nothing more. On SQLite and on PostgreSQL.
"""

from dataclasses import dataclass

import pytest

from clue_exchange.errors import CommandRefused, KeysUnavailable
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keystore import SigningKey
from clue_exchange.ledger import APPLIED
from console.wiring import Agency
from consumers.dead_letters import Reason
from schemas.codes import Role
from tests.key_steps import (
    Restart,
    announcement,
    forged,
    key_file,
    publish,
    relayed,
    revocation,
    rotate,
    rotation,
    signed_by,
    signed_with,
)
from tests.two_sides import FEDERATION, TwoSides, rows

CLUES = f"{FEDERATION}.clues"


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


@dataclass(frozen=True)
class AfterTheft:
    """The old key was stolen: a clue under it, a rotation, its revocation, and a clue under the new key."""

    sides: TwoSides
    stream: list[ReceivedRecord]
    thief: SigningKey


@pytest.fixture
def theft(kept: TwoSides, restart: Restart) -> AfterTheft:
    kept.transfer()
    rotate(kept.federation)
    stream = relayed(kept.federation)
    begun = restart(kept)
    rotation(begun.federation).revoke(old_key_id(kept), begun.federation.keys)
    begun.transfer()
    stream += relayed(begun.federation)
    return AfterTheft(begun, stream, begun.ceremony.keys[Role.federation].signing[0])


def test_what_a_revoked_key_signed_before_still_verifies(theft: AfterTheft) -> None:
    """Also where the revocation is known before the records arrive: keys are taken in first."""
    taken = theft.sides.give(Role.procuratorate, theft.stream)

    events = [record for record in theft.stream if record.topic == CLUES]
    assert [signed_by(record) == theft.thief.key_id for record in events] == [True, False]
    assert (len(taken.placements), taken.dead_letters) == (2, [])


def test_what_a_revoked_key_signs_later_is_a_dead_letter_with_an_alert(theft: AfterTheft) -> None:
    """A stolen key is of no use after its last number; its number stays missing."""
    theft.sides.give(Role.procuratorate, theft.stream)
    genuine = next(record for record in theft.stream if record.topic == CLUES)

    taken = theft.sides.give(Role.procuratorate, [forged(CLUES, 3, genuine, theft.thief)])

    assert [(each.reason, each.is_alert, each.number) for each in taken.dead_letters] == [
        (Reason.BAD_SIGNATURE, True, None)
    ]
    assert taken.placements == []


def test_a_revoked_key_cannot_take_its_revocation_back(theft: AfterTheft) -> None:
    """Neither by announcing itself again nor by a revocation with later numbers: of two, the lower number counts."""
    sides, keys_topic = theft.sides, f"{FEDERATION}.keys"
    sides.give(Role.procuratorate, theft.stream)
    for number, record in enumerate(
        (announcement(theft.thief, CLUES), revocation(theft.thief, CLUES, 1_000)), start=50
    ):
        taken = sides.give(Role.procuratorate, [signed_with(theft.thief, keys_topic, number, record)])
        assert [each.reason for each in taken.dead_letters] == [Reason.BAD_SIGNATURE]
    by_owner = [
        publish(sides.federation, announcement(theft.thief, CLUES)),
        publish(sides.federation, revocation(theft.thief, CLUES, 1_000)),
    ]
    sides.give(Role.procuratorate, by_owner)

    with sides.procuratorate.store.reading() as transaction:
        query = f"SELECT last FROM public_key WHERE topic = '{CLUES}' AND key_id = '{theft.thief.key_id}'"
        assert rows(transaction, query) == [(1,)]


def test_a_process_without_a_key_that_may_sign_commits_nothing(kept: TwoSides) -> None:
    """It began before the rotation and holds the revoked key alone: it must be started again."""
    rotate(kept.federation)
    relayed(kept.federation)
    other = Agency.open(kept.federation.settings, kept.clock)
    rotation(other).revoke(old_key_id(kept), other.keys)
    other.close()

    with pytest.raises(KeysUnavailable, match="start it again"):
        kept.transfer()

    with kept.federation.store.reading() as transaction:
        assert rows(transaction, "SELECT count(*) FROM event") == [(0,)]


def test_where_the_newest_key_is_revoked_the_one_before_signs_again(kept: TwoSides, restart: Restart) -> None:
    """It also signs the revocation, for it is the one that stays valid."""
    new = rotate(kept.federation)
    stream = relayed(kept.federation)
    begun = restart(kept)
    rotation(begun.federation).revoke(new.key.key_id, begun.federation.keys)
    begun.transfer()
    after = relayed(begun.federation)

    assert {signed_by(record) for record in after} == {old_key_id(kept)}
    assert begun.give(Role.procuratorate, [*stream, *after]).dead_letters == []


def test_the_only_key_is_not_revoked(kept: TwoSides, restart: Restart) -> None:
    """Nor one while the other waits to be sent, nor a key that is not ours, nor one twice."""
    agency = kept.federation
    theirs = kept.ceremony.keys[Role.procuratorate].signing[0].key_id
    for key_id, why in ((old_key_id(kept), "only key"), (theirs, "no signing key of this agency")):
        with pytest.raises(CommandRefused, match=why):
            rotation(agency).revoke(key_id, agency.keys)
    rotate(agency)
    keys = key_file(agency).read()
    with pytest.raises(CommandRefused, match="does not hold the announcement"):
        rotation(agency).revoke(old_key_id(kept), keys)
    relayed(agency)
    begun = restart(kept)
    rotation(begun.federation).revoke(old_key_id(kept), keys)

    with pytest.raises(CommandRefused, match="revoked already"):
        rotation(begun.federation).revoke(old_key_id(kept), keys)
    assert begun.transfer().number == 1

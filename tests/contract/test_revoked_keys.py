"""
A revoked key signs nothing more, and what it signed before is still believed. On SQLite and on PostgreSQL.
"""

from dataclasses import dataclass, replace
from threading import Event, Thread

import pytest

from clue_exchange.errors import CommandRefused, KeysUnavailable
from clue_exchange.journal_counters import lock
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys import public_keys
from clue_exchange.keys.keystore import SigningKey
from console.wiring import Agency
from consumers.dead_letters import Reason
from schemas.codes import Role
from schemas.key_record import JournalNumber
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

CLUES, KEYS = f"{FEDERATION}.clues", f"{FEDERATION}.keys"


def old_key_id(sides: TwoSides) -> str:
    return sides.ceremony.keys[Role.federation].signing[0].key_id


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


def test_what_a_revoked_key_signs_in_the_batch_of_its_revocation_is_refused(theft: AfterTheft) -> None:
    """Key records are proven together; from the one that revokes a key on, that proof is worth nothing."""
    later = signed_with(theft.thief, KEYS, 50, announcement(theft.thief, CLUES))
    after_all = 1 + max(record.offset for record in theft.stream if record.topic == KEYS)

    taken = theft.sides.give(Role.procuratorate, [*theft.stream, replace(later, offset=after_all)])

    assert [each.reason for each in taken.dead_letters] == [Reason.BAD_SIGNATURE]
    assert len(taken.placements) == 2


def test_a_revoked_key_cannot_take_its_revocation_back(theft: AfterTheft) -> None:
    """Neither by announcing itself again nor by a revocation with later numbers: of two, the lower number counts."""
    sides, keys_topic = theft.sides, KEYS
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


def test_a_command_that_meets_a_revocation_half_way_signs_nothing_with_the_revoked_key(
    kept: TwoSides, restart: Restart
) -> None:
    """Which key may sign is asked after the counter is locked, so the two cannot cross."""
    rotate(kept.federation)
    relayed(kept.federation)
    begun = restart(kept)
    has_begun, refused = Event(), []

    def transfer() -> None:
        has_begun.set()
        try:
            kept.transfer()
        except KeysUnavailable as error:
            refused.append(error)

    command = Thread(target=transfer)
    with begun.federation.store.transaction() as transaction:
        last = lock(transaction, [KEYS, CLUES])
        command.start()
        assert has_begun.wait(60)
        numbers = [JournalNumber(topic=topic, number=number) for topic, number in last.items()]
        public_keys.revoke(transaction, old_key_id(kept), numbers)
    command.join(60)

    assert len(refused) == 1

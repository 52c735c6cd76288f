"""
Who is believed: signatures, topics, key records, missing keys. On SQLite and on PostgreSQL.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from clue_exchange.journals import read_position
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.keystore import PrivateKeys, receiving_key_id
from clue_exchange.ledger import APPLIED, WAITING
from clue_exchange.sealing import new_data_key, wrap, wrap_info
from consumers.dead_letters import Reason
from schemas.catalog import Family
from schemas.codes import Role
from schemas.event import PersonRef
from schemas.key_record import KeyKind, KeyRecord, Wrap
from tests.key_steps import announcement, forged, publish, relayed, revocation, signed_with
from tests.two_sides import FEDERATION, HER_PARTICULARS, PROCURATORATE, TwoSides, rows

CLUES, KEYS = f"{FEDERATION}.clues", f"{FEDERATION}.keys"
HER = PersonRef(added_by=Role.federation, number=1)
TABLES = ("event", "clue", "data_key", "public_key", "agreement")


def state(sides: TwoSides) -> list[list[tuple[object, ...]]]:
    """All that taking in may change at the procuratorate, besides position and dead letters."""
    with sides.procuratorate.store.reading() as transaction:
        return [rows(transaction, f"SELECT * FROM {table}") for table in TABLES]


def refused(sides: TwoSides, record: ReceivedRecord) -> tuple[Reason, bool]:
    """The reason of the one dead letter that this record becomes, and whether it alerts; nothing else changes."""
    before = state(sides)
    taken = sides.give(Role.procuratorate, [record])
    assert state(sides) == before
    (letter,) = taken.dead_letters
    return letter.reason, letter.is_alert


def test_a_record_of_another_agency_in_this_topic_is_not_believed(sides: TwoSides) -> None:
    """The counterpart's own key, and a stranger's, prove nothing here: pinned keys go with topics."""
    sides.transfer()
    genuine = sides.events_of(Role.federation)[0]
    theirs, stranger = sides.ceremony.keys[Role.procuratorate].signing[0], PrivateKeys.generate().signing[0]

    for offset, key in enumerate((theirs, stranger)):
        record = replace(forged(CLUES, 1, genuine, key), offset=offset)
        assert refused(sides, record) == (Reason.BAD_SIGNATURE, True)


@pytest.mark.parametrize("family", [family for family in Family if family is not Family.CLUES], ids=str)
def test_a_record_is_believed_in_its_own_topic_only(sides: TwoSides, family: Family) -> None:
    """The signature covers topic and number: a genuine record that was copied is a dead letter with an alert."""
    sides.transfer()
    genuine = sides.events_of(Role.federation)[0]

    assert refused(sides, replace(genuine, topic=f"{FEDERATION}.{family}")) == (Reason.BAD_SIGNATURE, True)


def test_a_topic_without_an_agreement_proves_nothing(sides: TwoSides) -> None:
    """No key is pinned for an agency that is no party."""
    sides.transfer()
    genuine = sides.events_of(Role.federation)[0]
    key = sides.ceremony.keys[Role.federation].signing[0]

    assert refused(sides, forged("federation-110109.clues", 1, genuine, key)) == (Reason.BAD_SIGNATURE, True)


def a_key_record(key_id: str, recipient_key: bytes, sides: TwoSides, recipient: str = PROCURATORATE) -> KeyRecord:
    """A key of a person of the clue that the federation transferred, wrapped under this key."""
    with sides.federation.store.reading() as transaction:
        clue_id = UUID(str(rows(transaction, "SELECT clue_id FROM clue")[0][0]))
    wrapped = wrap(new_data_key(), recipient_key, wrap_info(KeyKind.person, key_id, recipient, clue_id))
    each = Wrap(recipient=recipient, receiving_key_id=receiving_key_id(recipient_key), wrapped=wrapped)
    return KeyRecord(kind=KeyKind.person, key_id=key_id, clue_id=clue_id, person=HER, wraps=(each,))


def receiving(sides: TwoSides, role: Role) -> bytes:
    return sides.ceremony.keys[role].receiving[0].public


def test_a_key_that_is_wrapped_for_somebody_else_is_a_dead_letter(sides: TwoSides) -> None:
    """For another agency, or under a key that is not ours: there is nothing to keep."""
    sides.transfer()
    stranger = PrivateKeys.generate().receiving[0].public
    records = [
        a_key_record("person-1", receiving(sides, Role.federation), sides, FEDERATION),
        a_key_record("person-2", stranger, sides),
        a_key_record("person-3", receiving(sides, Role.procuratorate), sides, "procuratorate-110109"),
    ]
    for record in records:
        assert refused(sides, publish(sides.federation, record)) == (Reason.KEY_NOT_FOR_US, False)


def test_a_wrap_that_was_made_for_another_key_record_does_not_open(sides: TwoSides) -> None:
    """It is bound to key id, purpose, recipient and clue; a swap is seen although the owner signed it."""
    sides.transfer()
    one = a_key_record("person-1", receiving(sides, Role.procuratorate), sides)
    swapped = KeyRecord(**{**one.model_dump(), "key_id": "person-2"})

    assert refused(sides, publish(sides.federation, swapped))[0] is Reason.KEY_NOT_FOR_US


def test_of_two_keys_for_one_person_the_first_stands(sides: TwoSides) -> None:
    """Whether under another id or under the same one: dead letter and alert."""
    sides.transfer()
    sides.give(Role.procuratorate, relayed(sides.federation))
    with sides.procuratorate.store.reading() as transaction:
        ((hers,),) = rows(transaction, "SELECT key_id FROM data_key WHERE clue_id IS NOT NULL")

    for key_id in ("person-2", str(hers)):
        second = publish(sides.federation, a_key_record(key_id, receiving(sides, Role.procuratorate), sides))
        assert refused(sides, second) == (Reason.KEY_REUSED, True)


def test_of_two_keys_for_one_person_in_one_batch_the_first_stands_too(sides: TwoSides) -> None:
    """A batch keeps its keys together at its end; what was judged before counts all the same."""
    sides.transfer()
    stream = relayed(sides.federation)
    hers = next(record.key or b"" for record in stream if (record.key or b"").startswith(b"person-")).decode()
    others = [a_key_record(key_id, receiving(sides, Role.procuratorate), sides) for key_id in ("person-2", hers)]

    taken = sides.give(Role.procuratorate, [*stream, *(publish(sides.federation, record) for record in others)])

    assert [letter.reason for letter in taken.dead_letters] == [Reason.KEY_REUSED] * 2
    assert [placed.outcome for placed in taken.placements] == ["applied"]


def test_a_key_that_the_vault_lost_comes_back_with_its_record(sides: TwoSides) -> None:
    """Backups leave the vault out: the keys topics fill it again."""
    sides.transfer()
    records = sides.sent_by(Role.federation)
    sides.give(Role.procuratorate, records)
    keys = [each for each in records if each.topic == KEYS]
    key_ids = {(each.key or b"").decode() for each in keys}
    sides.procuratorate.vault.destroy(key_ids)

    sides.give(Role.procuratorate, [replace(each, offset=10 + i) for i, each in enumerate(keys)])

    with sides.procuratorate.store.reading() as transaction:
        assert set(sides.procuratorate.keyring.open_keys(transaction, key_ids)) == key_ids


def test_a_tombstone_without_an_erasure_deletes_nothing(sides: TwoSides) -> None:
    """hostile-input.md, row 42: our own copy is kept, and somebody must look."""
    clue_id = sides.transfer().envelope.clue_id
    genuine = sides.keys_of(Role.federation)
    sides.give(Role.procuratorate, sides.sent_by(Role.federation))
    for offset, record in enumerate(genuine, start=len(genuine)):
        assert refused(sides, replace(record, value=None, offset=offset)) == (Reason.TOMBSTONE, True)
    unknown = replace(genuine[0], key=None, value=None, offset=99)
    assert refused(sides, unknown) == (Reason.TOMBSTONE, True)

    with sides.procuratorate.store.reading() as transaction:
        key_ids = {record.key.decode() for record in genuine if record.key}
        assert set(sides.procuratorate.keyring.open_keys(transaction, key_ids)) == key_ids
        assert sides.procuratorate.ledger.fold(transaction, clue_id).view.state == "transferred"


def test_a_key_record_under_another_record_key_is_not_taken(sides: TwoSides) -> None:
    """Compaction goes by the record key, which nobody signs."""
    sides.transfer()
    one, other = sides.keys_of(Role.federation)

    assert refused(sides, replace(one, key=other.key)) == (Reason.KEY_MISMATCH, True)


def test_a_key_says_nothing_of_another_agencys_topics(sides: TwoSides) -> None:
    """The federation can neither announce a key for the procuratorate's topics nor revoke one there."""
    theirs = sides.ceremony.keys[Role.procuratorate].signing[0]
    ours = sides.ceremony.keys[Role.federation].signing[0]
    topic = f"{PROCURATORATE}.clues"

    for number, record in enumerate((announcement(ours, topic), revocation(theirs, topic, 0)), start=1):
        assert refused(sides, signed_with(ours, KEYS, number, record)) == (Reason.SENDER_MISMATCH, True)


def test_a_key_is_announced_under_its_own_id_only(sides: TwoSides) -> None:
    """The id is derived from the public key: an old id cannot get another key."""
    ours = sides.ceremony.keys[Role.federation].signing[0]
    other = announcement(PrivateKeys.generate().signing[0], CLUES)
    renamed = KeyRecord(**{**other.model_dump(), "key_id": ours.key_id})

    assert refused(sides, signed_with(ours, KEYS, 1, renamed)) == (Reason.KEY_REUSED, True)


def parted(sides: TwoSides, is_late: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """A transfer whose late key records come a batch later: the outcomes in each batch."""
    sides.transfer()
    records = sides.sent_by(Role.federation)
    late = [each for each in records if each.topic == KEYS and is_late((each.key or b"").decode())]
    early = [replace(each, offset=0) for each in records if each not in late]
    first = sides.give(Role.procuratorate, early)
    second = sides.give(Role.procuratorate, [replace(each, offset=5 + i) for i, each in enumerate(late)])
    return [each.outcome for each in first.placements], [each.outcome for each in second.placements]


def test_an_event_waits_for_its_facts_key_and_is_placed_when_it_arrives(sides: TwoSides) -> None:
    """hostile-input.md, row 60: nothing is lost, nothing is a dead letter."""
    assert parted(sides, lambda key_id: key_id.startswith("facts-")) == ([WAITING], [APPLIED])


def test_an_event_is_placed_although_a_persons_key_is_missing(sides: TwoSides) -> None:
    """Her particulars are not here yet; the case goes on, and they can be read when the key comes."""
    first, second = parted(sides, lambda key_id: key_id.startswith("person-"))

    assert (first, second) == ([APPLIED], [])
    with sides.procuratorate.store.reading() as transaction:
        assert read_position(transaction, CLUES).held_up_to == 1
        (key_id,) = (str(r.key.decode()) for r in sides.keys_of(Role.federation) if r.key and b"person" in r.key)
        assert key_id in sides.procuratorate.keyring.open_keys(transaction, {key_id})
    assert HER.key in HER_PARTICULARS

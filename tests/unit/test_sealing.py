"""
Sealing and wrapping: bound to their place, silent about size, and never readable in another.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from clue_exchange.keys.at_rest import AtRest
from clue_exchange.sealing import (
    NONCE_BYTES,
    SMALLEST_BUCKET_BYTES,
    PartPlace,
    Unreadable,
    new_data_key,
    seal,
    unseal,
    unwrap,
    wrap,
    wrap_info,
)
from schemas.codes import Role
from schemas.key_record import KeyKind

KEY = new_data_key()
OVERHEAD_BYTES = NONCE_BYTES + 16
PLACE = PartPlace(UUID(int=1), UUID(int=2), "federation-110101", (Role.federation, 1))
ELSEWHERE: dict[str, PartPlace] = {
    "another clue": replace(PLACE, clue_id=UUID(int=3)),
    "clue and event exchanged": replace(PLACE, clue_id=UUID(int=2), event_id=UUID(int=1)),
    "another event": replace(PLACE, event_id=UUID(int=3)),
    "another sender": replace(PLACE, sender="procuratorate-110101"),
    "another number": replace(PLACE, person=(Role.federation, 2)),
    "another party's person": replace(PLACE, person=(Role.procuratorate, 1)),
    "the facts": replace(PLACE, person=None),
}


@given(st.binary(max_size=3_000), st.binary(max_size=80))
def test_what_was_sealed_opens_at_its_place(data: bytes, place: bytes) -> None:
    """Byte for byte, whatever it is."""
    assert unseal(KEY, place, seal(KEY, place, data)) == data


@given(st.binary(max_size=300), st.data())
def test_no_bit_of_a_sealed_part_can_be_changed(data: bytes, choice: st.DataObject) -> None:
    """Nonce, text, tag: all are covered."""
    sealed = seal(KEY, b"place", data)
    at = choice.draw(st.integers(0, 8 * len(sealed) - 1))
    flipped = bytes(byte ^ (1 << at % 8) if i == at // 8 else byte for i, byte in enumerate(sealed))

    with pytest.raises(Unreadable):
        unseal(KEY, b"place", flipped)


@pytest.mark.parametrize("length", [0, 1, NONCE_BYTES - 1, NONCE_BYTES, OVERHEAD_BYTES - 1, OVERHEAD_BYTES])
def test_what_is_too_short_is_unreadable(length: int) -> None:
    """One error, not the library's."""
    with pytest.raises(Unreadable):
        unseal(KEY, b"place", seal(KEY, b"place", b"text")[:length])


@pytest.mark.parametrize("where", ELSEWHERE)
def test_a_part_cannot_be_moved(where: str) -> None:
    """Between clues, events, senders, persons, or from particulars to facts and back."""
    here, there = PLACE.associated_data("key-1"), ELSEWHERE[where].associated_data("key-1")

    with pytest.raises(Unreadable):
        unseal(KEY, there, seal(KEY, here, b"text"))
    with pytest.raises(Unreadable):
        unseal(KEY, here, seal(KEY, there, b"text"))


def test_a_part_is_bound_to_its_key_and_to_the_id_of_its_key() -> None:
    """A renamed key opens nothing."""
    sealed = seal(KEY, PLACE.associated_data("key-1"), b"text")

    with pytest.raises(Unreadable):
        unseal(KEY, PLACE.associated_data("key-2"), sealed)
    with pytest.raises(Unreadable):
        unseal(new_data_key(), PLACE.associated_data("key-1"), sealed)


persons = st.none() | st.tuples(st.sampled_from(list(Role)), st.integers(1, 99))
agencies = st.from_regex(r"(federation|procuratorate)-[0-9]{6}", fullmatch=True)
places = st.builds(PartPlace, st.uuids(), st.uuids(), agencies, persons)
key_ids = st.from_regex(r"[A-Za-z0-9:._-]{1,80}", fullmatch=True)


@given(places, key_ids, places, key_ids)
def test_no_two_places_have_the_same_associated_data(one: PartPlace, id_1: str, other: PartPlace, id_2: str) -> None:
    """Field by field, none can be read into another's place."""
    assert (one.associated_data(id_1) == other.associated_data(id_2)) == ((one, id_1) == (other, id_2))


@given(st.integers(0, 70_000))
def test_the_length_tells_no_more_than_a_bucket(length: int) -> None:
    """A power of two, at least 256 bytes; never larger than twice what is needed."""
    sealed = len(seal(KEY, b"place", bytes(length))) - OVERHEAD_BYTES

    assert sealed & (sealed - 1) == 0
    assert max(SMALLEST_BUCKET_BYTES, length) <= sealed
    assert sealed == SMALLEST_BUCKET_BYTES or sealed < 2 * (length + 4)


def test_short_texts_are_all_of_one_length() -> None:
    """A name and a narrative of three sentences look alike."""
    assert len({len(seal(KEY, b"place", bytes(length))) for length in range(253)}) == 1
    assert len(seal(KEY, b"place", bytes(253))) > len(seal(KEY, b"place", bytes(252)))


def test_the_same_text_is_never_sealed_alike() -> None:
    """A fresh nonce each time."""
    sealed = [seal(KEY, b"place", b"text") for _ in range(1_000)]

    assert len({each[:NONCE_BYTES] for each in sealed}) == len(set(sealed)) == 1_000


RECIPIENT = X25519PrivateKey.generate()
RECIPIENT_PUBLIC = RECIPIENT.public_key().public_bytes_raw()
Info = tuple[str, str, str, UUID | None]
infos = st.tuples(st.sampled_from([KeyKind.facts, KeyKind.person]), key_ids, agencies, st.none() | st.uuids())


@given(infos)
def test_a_wrap_opens_for_its_recipient_and_purpose(info: Info) -> None:
    """The data key, byte for byte."""
    assert unwrap(wrap(KEY, RECIPIENT_PUBLIC, wrap_info(*info)), RECIPIENT, wrap_info(*info)) == KEY


@given(infos, infos)
def test_a_wrap_is_bound_to_purpose_key_id_recipient_and_clue(made: Info, tried: Info) -> None:
    """Any other combination opens nothing."""
    wrapped = wrap(KEY, RECIPIENT_PUBLIC, wrap_info(*made))
    if made == tried:
        assert unwrap(wrapped, RECIPIENT, wrap_info(*tried)) == KEY
    else:
        with pytest.raises(Unreadable):
            unwrap(wrapped, RECIPIENT, wrap_info(*tried))


CHANGES: dict[str, Callable[[Info], Info]] = {
    "purpose": lambda info: (KeyKind.facts, *info[1:]),
    "key id": lambda info: (info[0], info[1] + "x", *info[2:]),
    "recipient": lambda info: (*info[:2], "procuratorate-110102", info[3]),
    "clue": lambda info: (*info[:3], uuid4()),
    "no clue": lambda info: (*info[:3], None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_one_change_is_enough(change: str) -> None:
    """Each field of the binding counts by itself."""
    info: Info = (KeyKind.person, "person-1", "procuratorate-110101", UUID(int=1))
    wrapped = wrap(KEY, RECIPIENT_PUBLIC, wrap_info(*info))

    with pytest.raises(Unreadable):
        unwrap(wrapped, RECIPIENT, wrap_info(*CHANGES[change](info)))


@given(st.binary(max_size=200))
def test_what_is_no_wrap_is_unreadable(junk: bytes) -> None:
    """One error, not the library's."""
    with pytest.raises(Unreadable):
        unwrap(junk, RECIPIENT, b"info")


def test_a_wrap_opens_for_nobody_else_and_holds_a_key_of_the_right_length() -> None:
    """Another private key, a changed byte, or a key of another length."""
    wrapped = wrap(KEY, RECIPIENT_PUBLIC, b"info")
    wrong = [
        (wrapped, X25519PrivateKey.generate()),
        (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), RECIPIENT),
        (bytes([wrapped[0] ^ 1]) + wrapped[1:], RECIPIENT),
        (wrap(KEY[:16], RECIPIENT_PUBLIC, b"info"), RECIPIENT),
    ]
    for each, private in wrong:
        with pytest.raises(Unreadable):
            unwrap(each, private, b"info")


def test_what_is_kept_at_rest_opens_at_its_place_alone() -> None:
    """Not in another row, not with another agency's key."""
    ours, theirs = AtRest(new_data_key()), AtRest(new_data_key())
    sealed = ours.seal("dead_letter:a:1", b"bytes")

    assert ours.open("dead_letter:a:1", sealed) == b"bytes"
    for vault, place in ((ours, "dead_letter:a:2"), (theirs, "dead_letter:a:1")):
        with pytest.raises(Unreadable):
            vault.open(place, sealed)

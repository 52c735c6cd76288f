"""What a level believes of an agency's figures: from the pinned key on, through rotations, up to revocations."""

import pytest

from clue_exchange.keys.ceremony import party_for
from clue_exchange.keys.keystore import PrivateKeys, SigningKey
from clue_exchange.signing import BadSignature
from consumers.levels.county_journal import CountyJournal, NumberReused
from schemas.errors import ContractError
from schemas.figures_record import FiguresPublished
from tests.key_steps import announcement, revocation, signed_with

AGENCY, TOPIC = "federation-110101", "federation-110101.figures"


def key() -> SigningKey:
    return PrivateKeys.generate().signing[0]


class Topic:
    """An agency's topic, as somebody with these keys fills it; and what a level makes of it."""

    def __init__(self) -> None:
        keys = PrivateKeys.generate()
        self.first = keys.signing[0]
        self.journal = CountyJournal(party_for(AGENCY, keys))

    def figures(self, number: int, by: SigningKey, month: str = "2026-03") -> None:
        told = FiguresPublished(month=month, version=1, counts=(), medians=())
        self.journal.take(signed_with(by, TOPIC, number, told))

    def announce(self, number: int, new: SigningKey, by: SigningKey, first: int) -> None:
        self.journal.take(signed_with(by, TOPIC, number, announcement(new, TOPIC, first)))

    def revoke(self, number: int, old: SigningKey, by: SigningKey, last: int) -> None:
        self.journal.take(signed_with(by, TOPIC, number, revocation(old, TOPIC, last)))

    def believed(self) -> list[tuple[int, bool]]:
        return [(each.record.number, is_proven) for each, is_proven in self.journal.published()]


class Stray:
    """A body of another kind."""

    def to_body(self) -> bytes:
        return b"neither figures nor keys"


@pytest.fixture
def topic() -> Topic:
    """A new one."""
    return Topic()


def test_a_rotated_key_is_followed_from_the_pinned_one(topic: Topic) -> None:
    """Through two rotations; nobody compares anything again."""
    second, third = key(), key()
    topic.figures(1, topic.first)
    topic.announce(2, second, topic.first, first=3)
    topic.announce(3, third, second, first=4)
    topic.figures(4, third)
    topic.figures(4, third)  # sent again

    assert topic.believed() == [(1, True), (4, True)]


def test_a_revoked_key_proves_nothing_after_its_last_number(topic: Topic) -> None:
    """What it signed before stays; a thief's figures do not count."""
    second = key()
    topic.figures(1, topic.first)
    topic.announce(2, second, topic.first, first=3)
    topic.revoke(3, topic.first, second, last=2)

    with pytest.raises(BadSignature):
        topic.figures(4, topic.first)
    topic.figures(5, second)
    assert topic.believed() == [(1, True), (5, True)]


def test_a_revocation_that_reaches_back_takes_figures_away(topic: Topic) -> None:
    """The key was stolen before anybody noticed."""
    second = key()
    topic.figures(1, topic.first)
    topic.announce(2, second, topic.first, first=3)
    topic.figures(3, topic.first, month="2026-04")
    topic.revoke(4, topic.first, second, last=2)

    assert topic.believed() == [(1, True), (3, False)]


def test_no_number_that_has_passed_is_filled(topic: Topic) -> None:
    """A revoked key may still sign the numbers before; whoever stole it finds none that is free."""
    second = key()
    topic.announce(3, second, topic.first, first=4)
    topic.revoke(4, topic.first, second, last=3)

    for number in (1, 3):
        with pytest.raises(NumberReused):
            topic.announce(number, key(), topic.first, first=4)
    assert topic.believed() == []


def test_a_new_key_speaks_for_no_number_before_its_announcement(topic: Topic) -> None:
    """Whatever the announcement says."""
    second = key()
    topic.announce(7, second, topic.first, first=1)

    with pytest.raises(BadSignature):
        topic.figures(6, second)
    topic.figures(8, second)
    assert topic.believed() == [(8, True)]


def test_a_key_of_a_stranger_or_for_another_topic_is_not_taken(topic: Topic) -> None:
    """Signed by nobody that is known; or without a word of this topic; or no figures at all."""
    stranger, second = key(), key()

    with pytest.raises(BadSignature):
        topic.announce(1, stranger, stranger, first=2)
    with pytest.raises(BadSignature):
        topic.journal.take(signed_with(topic.first, TOPIC, 1, announcement(second, "federation-110101.clues")))
    with pytest.raises(ContractError):
        topic.journal.take(signed_with(topic.first, TOPIC, 1, Stray()))
    with pytest.raises(BadSignature):
        topic.figures(2, second)

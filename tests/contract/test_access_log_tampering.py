"""
No change of the access log stays unnamed, on SQLite and on PostgreSQL.
"""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, update

from clue_exchange.errors import AccessLogBroken
from clue_exchange.people.access_entries import FIELDS
from clue_exchange.store import Store
from clue_exchange.tables import ACCESS_LOG, ACCESS_LOG_HEAD
from console.people import People
from tests.access_logs import ENTRIES, first_bad, head_of
from tests.people import people_on
from tests.two_sides import SetClock

OTHER_VALUES = {
    "at": "2026-03-02T01:00:00.000001+00:00",
    "officer": "officer-9",
    "role": "auditor",
    "act": "transfer",
    "purpose": "audit",
    "clue": str(UUID(int=8)),
    "candidate": str(UUID(int=8)),
    "person": "federation:2",
    "other": "officer-9",
    "refused": "role",
    "hits": 99,
    "hash": "f" * 64,
}


@pytest.fixture
def people(store: Store) -> People:
    """An agency with an access log of five entries."""
    people = people_on(store, SetClock())
    for entry in ENTRIES:
        people.log.note(entry)
    return people


def tamper(people: People, *statements: Any) -> None:
    with people.store.transaction() as transaction:
        for statement in statements:
            transaction.execute(statement)


def altered(which: int, **values: Any) -> Any:
    return update(ACCESS_LOG).where(ACCESS_LOG.c.number == which).values(**values)


@pytest.mark.parametrize("field", [*FIELDS, "hash"])
@pytest.mark.parametrize("number", [1, 3, 5])
def test_an_altered_field_is_named(people: People, number: int, field: str) -> None:
    """First, middle and last entry; each field."""
    tamper(people, altered(number, **{field: OTHER_VALUES[field]}))

    assert first_bad(people) == number


@pytest.mark.parametrize("field", ["officer", "purpose", "clue", "hits"])
def test_a_field_that_was_emptied_is_named(people: People, field: str) -> None:
    """Nothing is not the same as something, nor as an empty text."""
    tamper(people, altered(1, **{field: None}), altered(2, **{field: None}), altered(3, **{field: None}))

    assert first_bad(people) in (1, 2)


def test_an_emptied_text_is_not_nothing(people: People) -> None:
    """The spelling tells the two apart."""
    tamper(people, altered(2, clue=""))

    assert first_bad(people) == 2


@pytest.mark.parametrize("number", range(1, 6))
def test_a_removed_entry_is_named(people: People, number: int) -> None:
    """Wherever it stood, the last one too."""
    tamper(people, delete(ACCESS_LOG).where(ACCESS_LOG.c.number == number))

    assert first_bad(people) == number


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 4), (4, 5)])
def test_swapped_entries_are_named(people: People, one: int, other: int) -> None:
    """The earlier of the two, whether or not the hashes go with them."""
    tamper(people, altered(one, number=99), altered(other, number=one), altered(99, number=other))

    assert first_bad(people) == one


def test_a_removed_entry_is_named_after_the_others_moved_up(people: People) -> None:
    """Numbers are under the hash."""
    tamper(people, delete(ACCESS_LOG).where(ACCESS_LOG.c.number == 2))
    tamper(people, *(altered(number, number=number - 1) for number in (3, 4, 5)))

    assert first_bad(people) == 2


@pytest.mark.parametrize("kept", range(5))
def test_a_cut_tail_is_named(people: People, kept: int) -> None:
    """The head knows how long the log was; also when nothing is left."""
    tamper(people, delete(ACCESS_LOG).where(ACCESS_LOG.c.number > kept))

    assert first_bad(people) == kept + 1


@pytest.mark.parametrize(("values", "bad"), [({"hash": "f" * 64}, 5), ({"number": 4}, 5), ({"number": 9}, 6)])
def test_an_altered_head_is_named(people: People, values: dict[str, Any], bad: int) -> None:
    """By the first entry that does not fit it."""
    tamper(people, update(ACCESS_LOG_HEAD).values(**values))

    assert first_bad(people) == bad


def test_a_removed_head_is_named(people: People) -> None:
    """The entries say where it was."""
    tamper(people, delete(ACCESS_LOG_HEAD))

    assert first_bad(people) == 5


def test_an_inserted_entry_is_named(people: People) -> None:
    """Nobody adds one beside the log, even with a hash that fits no link."""
    row = {**dict.fromkeys(FIELDS), "at": OTHER_VALUES["at"], "act": "search", "number": 6, "hash": "0" * 64}
    tamper(people, insert(ACCESS_LOG).values(**row))

    assert first_bad(people) == 6


def test_a_log_that_was_written_anew_is_named_by_a_noted_head(people: People) -> None:
    """Who can write the database can write every link; not the head that was noted elsewhere."""
    noted = head_of(people)
    tamper(people, delete(ACCESS_LOG), delete(ACCESS_LOG_HEAD))
    for entry in (*ENTRIES[1:], *ENTRIES):
        people.log.note(entry)

    assert first_bad(people) is None
    assert first_bad(people, noted) == noted.number


def test_a_log_that_is_shorter_than_noted_is_named(people: People) -> None:
    """Tail and head were put back to an earlier day."""
    noted = head_of(people)
    with people.store.reading() as transaction:
        (earlier,) = transaction.scalars(select(ACCESS_LOG.c.hash).where(ACCESS_LOG.c.number == 3))
    tamper(people, delete(ACCESS_LOG).where(ACCESS_LOG.c.number > 3))
    tamper(people, update(ACCESS_LOG_HEAD).values(number=3, hash=earlier))

    assert first_bad(people) is None
    assert first_bad(people, noted) == 4


def test_a_gap_stays_named_when_the_log_goes_on(people: People) -> None:
    """Cutting the tail is not healed by the next entry."""
    tamper(people, delete(ACCESS_LOG).where(ACCESS_LOG.c.number > 3))
    people.log.note(ENTRIES[0])

    assert first_bad(people) == 4


@pytest.mark.parametrize("statement", [update(ACCESS_LOG_HEAD).values(number=3), delete(ACCESS_LOG_HEAD)])
def test_a_log_with_a_wrong_head_is_not_gone_on_with(people: People, statement: Any) -> None:
    """It fails closed: nothing would be opened either."""
    tamper(people, statement)

    with pytest.raises(AccessLogBroken):
        people.log.note(ENTRIES[0])

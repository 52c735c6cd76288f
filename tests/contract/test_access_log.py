"""
What the access log promises, on SQLite and on PostgreSQL: one chain, whoever writes.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from clue_exchange.people import access_evidence
from clue_exchange.people.access_entries import FIELDS, FIRST_PREVIOUS, NODE, Finding, Head
from clue_exchange.store import Store
from console.people import People
from tests.access_logs import ENTRIES, HER, first_bad, head_of, verified
from tests.people import people_on
from tests.two_sides import SetClock


@pytest.fixture
def people(store: Store) -> People:
    """An agency with an access log of five entries."""
    people = people_on(store, SetClock())
    for entry in ENTRIES:
        people.log.note(entry)
    return people


def test_an_untouched_log_holds(people: People) -> None:
    """Also an empty one, and one that was begun a moment ago."""
    finding = verified(people)

    assert (finding.broken, finding.end) == (None, head_of(people))
    assert finding.end.number == len(ENTRIES)


def test_an_empty_log_holds(store: Store) -> None:
    """Nothing was written, nothing is missing."""
    assert verified(people_on(store, SetClock())) == Finding(None, Head())


def test_what_was_noted_is_read_again(people: People) -> None:
    """Every field, in its one spelling; by clue alone, too."""
    with people.store.reading() as transaction:
        first, *_, last = access_evidence.entries(transaction)
        about_her = list(access_evidence.entries(transaction, HER.clue_id))

    assert first.said == {
        **dict.fromkeys(FIELDS),
        "at": "2026-03-02T01:00:00.000000+00:00",
        "officer": "officer-1",
        "role": "officer",
        "act": "open-particulars",
        "purpose": "handling",
        "clue": str(HER.clue_id),
        "person": "federation:1",
    }
    assert (last.said["officer"], last.said["purpose"]) == (NODE, "validation")
    assert [entry.number for entry in about_her] == [1, 3]


def test_writers_at_once_keep_one_chain(store: Store) -> None:
    """Whoever comes later links to whoever came before; also several entries in one transaction."""
    people = people_on(store, SetClock())

    def write(_: int) -> None:
        for _ in range(10):
            people.log.note(ENTRIES[0])
            people.log.note(*ENTRIES)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    assert verified(people) == Finding(None, head_of(people))
    assert head_of(people).number == 4 * 10 * (1 + len(ENTRIES))


def test_verifying_while_others_write_finds_nothing(people: People) -> None:
    """Entries and head are looked at as of one moment."""
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [people.log.note(ENTRIES[1]) for _ in range(100)])
        found = [first_bad(people)]
        while not writing.done():
            found.append(first_bad(people))
    writing.result()

    assert set(found) == {None}


def test_nothing_stays_when_the_transaction_fails(people: People) -> None:
    """An entry is part of its transaction, and its number is given again."""
    before = head_of(people)

    def write_and_fail() -> None:
        with people.store.transaction() as transaction:
            people.log.append(transaction, *ENTRIES)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        write_and_fail()

    assert head_of(people) == before
    assert people.log.note(ENTRIES[0]).number == before.next_number


def test_the_export_can_be_checked_without_this_program(people: People) -> None:
    """Each line in one spelling; its hash is SHA-256 of the line without it, after a fixed first line."""
    with people.store.reading() as transaction:
        lines = list(access_evidence.export(transaction))
    previous = FIRST_PREVIOUS
    for number, line in enumerate(lines, 1):
        said = json.loads(line)
        claimed = said.pop("hash")
        spelled = json.dumps(said, sort_keys=True, separators=(",", ":"))
        computed = hashlib.sha256(b"clue-exchange access log 1\n" + spelled.encode("ascii")).hexdigest()

        assert (said["number"], said["previous"], claimed) == (number, previous, computed)
        previous = claimed

    assert len(lines) == len(ENTRIES)

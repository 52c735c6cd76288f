"""
What the accounts of officers promise, on SQLite and on PostgreSQL.
"""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from clue_exchange.errors import CommandRefused, NotProven
from clue_exchange.people import access_evidence
from clue_exchange.people.officers import NewOfficer
from clue_exchange.people.passphrases import Passphrase
from clue_exchange.people.permissions import OfficerRole
from clue_exchange.store import Store
from console.people import People
from tests.people import OFFICER, PASSPHRASES, SUPERVISOR, a_new_officer, people_on, proven, settle
from tests.two_sides import SetClock, rows

CLUE = UUID(int=7)
WRONG = "not the passphrase of anybody"


@pytest.fixture
def people(store: Store) -> People:
    """An agency without accounts."""
    return people_on(store, SetClock())


@pytest.mark.parametrize("text", ["", "short", "fourteen chars", "a" * 40, "abab" * 10, "wang" * 10, "x1" * 200])
def test_a_weak_passphrase_is_not_taken(people: People, text: str) -> None:
    """Too short, too long, a few characters repeated, or the login."""
    new = NewOfficer("wang", "王某", OfficerRole.supervisor, Passphrase.typed(text))
    with pytest.raises(CommandRefused, match="passphrase") as refused, people.store.transaction() as transaction:
        people.officers.add(transaction, new, None)

    assert len(text) < 5 or text not in str(refused.value)


def test_the_first_account_is_a_supervisors_and_later_ones_need_one(people: People) -> None:
    """Nobody makes himself an account beside the others."""
    with pytest.raises(CommandRefused, match="supervisor's"), people.store.transaction() as transaction:
        people.officers.add(transaction, a_new_officer(OFFICER), None)
    settle(people, [SUPERVISOR])
    with pytest.raises(CommandRefused, match="--as"), people.store.transaction() as transaction:
        people.officers.add(transaction, a_new_officer(OFFICER, OfficerRole.supervisor), None)

    with people.store.reading() as transaction:
        assert [account.login for account in people.officers.listed(transaction)] == [SUPERVISOR]


def test_two_first_accounts_at_once_are_one(people: People) -> None:
    """Whoever comes second is told that there are accounts already."""

    def add(login: str) -> bool:
        try:
            with people.store.transaction() as transaction:
                people.officers.add(transaction, a_new_officer(login, OfficerRole.supervisor), None)
        except CommandRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, [SUPERVISOR, OFFICER])) == [False, True]


@pytest.mark.parametrize("login", ["", "x", "Wang", "王", "wang li", "-wang", "w" * 41, "wang\n"])
def test_a_login_is_plain(people: People, login: str) -> None:
    """Small letters, digits and three signs."""
    new = NewOfficer(login, "王某", OfficerRole.supervisor, Passphrase.typed(PASSPHRASES[SUPERVISOR]))
    with pytest.raises(CommandRefused, match="login"), people.store.transaction() as transaction:
        people.officers.add(transaction, new, None)


def test_a_login_is_given_once(people: People) -> None:
    """Also after its account was ended: a log of before must mean one person."""
    officers = settle(people)
    with people.store.transaction() as transaction:
        people.officers.deactivate(transaction, OFFICER, officers[SUPERVISOR])

    with pytest.raises(CommandRefused, match="taken"), people.store.transaction() as transaction:
        people.officers.add(transaction, a_new_officer(OFFICER), officers[SUPERVISOR])


def test_the_last_supervisor_stays(people: People) -> None:
    """Otherwise nobody could make an account any more."""
    officers = settle(people)
    with pytest.raises(CommandRefused, match="last"), people.store.transaction() as transaction:
        people.officers.deactivate(transaction, SUPERVISOR, officers[SUPERVISOR])

    assert proven(people, SUPERVISOR)


def test_a_conflict_of_interest_goes_with_the_proof(people: People) -> None:
    """Noted by a supervisor, twice without effect; the officer does not see the clue from the next proof on."""
    officers = settle(people)
    for _ in range(2):
        with people.store.transaction() as transaction:
            people.officers.note_conflict(transaction, OFFICER, CLUE, officers[SUPERVISOR])

    assert not proven(people, OFFICER).sees(CLUE)
    assert proven(people, SUPERVISOR).sees(CLUE)


def test_an_officer_chooses_another_passphrase(people: People) -> None:
    """The old one proves nobody any more."""
    officer, chosen = settle(people)[OFFICER], Passphrase.typed("eleven bright lanterns over Suzhou")
    with people.store.transaction() as transaction:
        people.officers.change_passphrase(transaction, officer, chosen)
    with pytest.raises(NotProven):
        proven(people, OFFICER)

    assert people.officers.prove(OFFICER, chosen) == officer


def test_every_change_of_an_account_names_both_officers_in_the_log(people: People) -> None:
    """Who made, ended or bound whose account."""
    officers = settle(people)
    supervisor, officer = officers[SUPERVISOR].officer_id, officers[OFFICER].officer_id
    with people.store.transaction() as transaction:
        people.officers.note_conflict(transaction, OFFICER, CLUE, officers[SUPERVISOR])
    with people.store.transaction() as transaction:
        people.officers.deactivate(transaction, OFFICER, officers[SUPERVISOR])
    with people.store.reading() as transaction:
        said = [entry.said for entry in access_evidence.entries(transaction)]

    told = [(each["act"], each["officer"], each["other"]) for each in said if each["other"] == officer]
    assert told == [(act, supervisor, officer) for act in ("add-officer", "note-conflict", "deactivate-officer")]
    assert (said[0]["act"], said[0]["officer"], said[0]["other"]) == ("add-officer", supervisor, supervisor)


def test_no_passphrase_is_shown_or_kept(people: People) -> None:
    """Not by repr, not by an error, not in any row of the database."""
    settle(people)
    with pytest.raises(NotProven):
        people.officers.prove(OFFICER, Passphrase.typed(WRONG))
    with people.store.reading() as transaction:
        kept = str([rows(transaction, f"SELECT * FROM {name}") for name in ("officer", "access_log")])
        accounts = people.officers.listed(transaction)
    shown = kept + repr(accounts) + repr(a_new_officer(OFFICER)) + str(Passphrase.typed(PASSPHRASES[OFFICER]))

    assert not any(passphrase in shown for passphrase in (*PASSPHRASES.values(), WRONG))
    assert "$argon2id$" not in repr(accounts)

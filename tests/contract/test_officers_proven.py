"""
Who is proven and who is not, and what guessing gets, on SQLite and on PostgreSQL.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from uuid import UUID

import pytest

from clue_exchange.errors import NotProven
from clue_exchange.people import access_evidence
from clue_exchange.people.attempts import ATTEMPTS_MAX, ATTEMPTS_WITHIN, LOCKED_FOR
from clue_exchange.people.passphrases import LANES, MEMORY_KIB, NOBODYS_HASH, PASSES, Passphrase
from clue_exchange.people.permissions import OfficerRole, Refusal
from clue_exchange.store import Store
from console.people import People
from schemas.clue_events import ClueAccepted
from tests.builders import an_event
from tests.people import (
    OFFICER,
    PASSPHRASES,
    SUPERVISOR,
    people_on,
    proven,
    settle,
)
from tests.two_sides import SetClock

WRONG = Passphrase.typed("not the passphrase of anybody")
CLUE = UUID(int=7)


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands still until it is moved."""
    return SetClock()


@pytest.fixture
def people(store: Store, clock: SetClock) -> People:
    """An agency without accounts."""
    return people_on(store, clock)


def refusals(people: People) -> list[tuple[str | None, str]]:
    """Who was refused and why, by the access log."""
    with people.store.reading() as transaction:
        said = [entry.said for entry in access_evidence.entries(transaction)]
    return [(each["officer"], each["refused"]) for each in said if each["refused"]]


def fail(people: People, login: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotProven):
            people.officers.prove(login, WRONG)


def test_a_proven_officer_has_a_pseudonym_and_a_role(people: People) -> None:
    """The id fits what facts carry, and neither login nor name is in the value."""
    officer = settle(people)[OFFICER]

    assert an_event(ClueAccepted, officer=officer.officer_id).officer == officer.officer_id
    assert officer.role is OfficerRole.officer
    assert OFFICER not in officer.officer_id
    assert not any(secret in repr(officer) for secret in (PASSPHRASES[OFFICER], "某"))


@pytest.mark.parametrize("case", ["unknown", "wrong", "empty", "inactive", "locked"])
def test_whoever_is_not_proven_hears_the_same(people: People, case: str) -> None:
    """Nothing tells a guesser what was wrong; the access log tells those who keep the accounts."""
    officers = settle(people)
    login, passphrase, logged = OFFICER, Passphrase.typed(PASSPHRASES[OFFICER]), Refusal.not_proven
    match case:
        case "unknown":
            login = "nobody"
        case "wrong" | "empty":
            passphrase = WRONG if case == "wrong" else Passphrase.typed("")
        case "inactive":
            logged = Refusal.inactive
            with people.store.transaction() as transaction:
                people.officers.deactivate(transaction, OFFICER, officers[SUPERVISOR])
        case "locked":
            logged = Refusal.locked
            fail(people, OFFICER, ATTEMPTS_MAX)

    with pytest.raises(NotProven) as refused:
        people.officers.prove(login, passphrase)

    assert (str(refused.value), refused.value.__cause__, refused.value.__context__) == (str(NotProven()), None, None)
    assert refusals(people)[-1] == (None if case == "unknown" else officers[OFFICER].officer_id, logged)


def test_an_unknown_login_costs_the_same_work(people: People) -> None:
    """Both are measured against a hash of the same parameters."""
    settle(people)

    def cost(login: str) -> float:
        begun = time.process_time()
        fail(people, login, 1)
        return time.process_time() - begun

    known, unknown = (median(cost(login) for _ in range(3)) for login in (OFFICER, "nobody"))

    assert NOBODYS_HASH.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$")
    assert 0.5 < known / unknown < 2


def test_the_parameters_are_the_owasp_minimum_or_better() -> None:
    """Argon2id, 46 MiB and one pass at least; the stored hash says so itself."""
    assert (MEMORY_KIB, PASSES, LANES) >= (47_104, 1, 1)
    assert Passphrase.typed(PASSPHRASES[SUPERVISOR]).hash().split("$")[1:4] == NOBODYS_HASH.split("$")[1:4]


def test_an_account_locks_after_failures_and_opens_with_time(people: People, clock: SetClock) -> None:
    """The right passphrase does not help before the time is over; then it does, and counts anew."""
    settle(people)
    fail(people, OFFICER, ATTEMPTS_MAX)
    clock.forward(seconds=LOCKED_FOR.total_seconds() - 1)
    with pytest.raises(NotProven):
        proven(people, OFFICER)

    clock.forward(seconds=1)
    fail(people, OFFICER, ATTEMPTS_MAX - 1)

    assert proven(people, OFFICER).role is OfficerRole.officer


def test_failures_of_long_ago_are_forgotten_and_so_are_those_before_a_proof(people: People, clock: SetClock) -> None:
    """A slip a day locks nobody out."""
    settle(people)
    for _ in range(ATTEMPTS_MAX):
        fail(people, OFFICER, 1)
        clock.forward(seconds=ATTEMPTS_WITHIN.total_seconds() + 1)
    for _ in range(2):
        fail(people, OFFICER, ATTEMPTS_MAX - 1)
        proven(people, OFFICER)

    assert proven(people, OFFICER)


def test_one_account_that_is_locked_locks_no_other(people: People) -> None:
    """Each counts for itself."""
    settle(people)
    fail(people, OFFICER, ATTEMPTS_MAX)

    assert proven(people, SUPERVISOR)


def test_guesses_at_once_get_no_more_than_their_number(people: People) -> None:
    """An attempt is counted before it is judged: whoever asks in parallel, the right one comes too late."""
    settle(people)
    guesses = [WRONG] * ATTEMPTS_MAX * 2

    def guess(passphrase: Passphrase) -> bool:
        try:
            people.officers.prove(OFFICER, passphrase)
        except NotProven:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert not any(pool.map(guess, guesses))

    told = [why for _, why in refusals(people)]
    assert told.count(Refusal.not_proven) == ATTEMPTS_MAX
    assert told.count(Refusal.locked) == ATTEMPTS_MAX
    assert not guess(Passphrase.typed(PASSPHRASES[OFFICER]))


def test_the_same_passphrase_is_typed_in_more_than_one_way(people: People) -> None:
    """Full-width letters of an input method, and a decomposed accent, are the same characters."""
    chosen = Passphrase.typed("Café au lait de Yúnnán")
    typed = Passphrase.typed("Ｃａｆｅ\u0301 ａｕ ｌａｉｔ ｄｅ Yu\u0301nna\u0301n")

    assert typed.opens(chosen.hash())

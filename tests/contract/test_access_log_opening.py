"""
Nothing is opened without its entry: permits, refusals, and `clue-exchange access-log`, on both databases.
"""

import ast
import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete

from clue_exchange.access_log import OpeningPermit, ValidationPermit
from clue_exchange.errors import AccessLogBroken, NotPermitted
from clue_exchange.people import access_evidence
from clue_exchange.people.access_entries import Subject
from clue_exchange.people.permissions import Officer, OfficerRole, Purpose, Refusal, not_known_here
from clue_exchange.store import Store
from clue_exchange.tables import ACCESS_LOG, ACCESS_LOG_HEAD
from console.people import People
from schemas.codes import Role
from tests.people import OFFICER, SUPERVISOR, PeopleDesk, people_on
from tests.two_sides import SetClock

CLUE = UUID(int=7)
HER = Subject(CLUE, person=(Role.federation, 1))
HER_SON = Subject(CLUE, person=(Role.federation, 2))
CANDIDATE = Subject(candidate_id=UUID(int=9))
CLERK = Officer("officer-1", OfficerRole.officer)


@pytest.fixture
def people(store: Store) -> People:
    """An agency with an empty access log."""
    return people_on(store, SetClock())


def logged(people: People) -> list[dict[str, Any]]:
    """What the log says, as another connection sees it: committed."""
    with people.store.reading() as transaction:
        return [dict(entry.said) for entry in access_evidence.entries(transaction)]


@pytest.mark.parametrize("subject", [HER, CANDIDATE])
def test_the_entry_is_committed_before_the_block_begins(people: People, subject: Subject) -> None:
    """Who opened whom, for what; even when the opener fails afterwards."""
    with people.log.opening(CLERK, subject, Purpose.handling) as permit:
        (said,) = logged(people)
        permit.require(subject)

    assert permit.number == 1
    assert (said["officer"], said["role"], said["act"]) == ("officer-1", "officer", "open-particulars")
    assert (said["purpose"], said["refused"]) == ("handling", None)
    assert (said["clue"] or said["candidate"]) == str(subject.clue_id or subject.candidate_id)


def test_a_permit_is_for_one_person_and_for_its_block(people: People) -> None:
    """Neither for another person of the clue, nor for later."""
    with people.log.opening(CLERK, HER, Purpose.handling) as permit:
        with pytest.raises(NotPermitted):
            permit.require(HER_SON)
        permit.require(HER)
    with pytest.raises(NotPermitted):
        permit.require(HER)


def test_a_permit_ends_when_its_block_fails(people: People) -> None:
    """What was kept from it opens nothing."""
    kept: list[OpeningPermit] = []

    def open_and_fail() -> None:
        with people.log.opening(CLERK, HER, Purpose.handling) as permit:
            kept.append(permit)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        open_and_fail()
    with pytest.raises(NotPermitted):
        kept[0].require(HER)


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, pickle.dumps], ids=["copy", "deepcopy", "pickle"])
def test_a_permit_is_neither_copied_nor_kept(people: People, make: Callable[[Any], Any]) -> None:
    """A copy would outlive the block."""
    with people.log.opening(CLERK, HER, Purpose.handling) as permit, pytest.raises(TypeError, match="copied"):
        make(permit)


@pytest.mark.parametrize("kind", [OpeningPermit, ValidationPermit])
def test_a_permit_is_made_by_the_log_alone(kind: type[OpeningPermit]) -> None:
    """There is no other way to one: neither with nothing nor with something."""
    with pytest.raises(TypeError, match="AccessLog"):
        kind(object(), frozenset({HER}), 1)


def test_no_other_file_makes_a_permit() -> None:
    """The mint is named in one file; nobody calls the permits' classes."""
    kinds = {"OpeningPermit", "ValidationPermit"}
    found = set()
    for room in ("schemas", "clue_exchange", "producers", "consumers", "console"):
        for path in Path(room).rglob("*.py"):
            nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
            calls = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
            names = {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {
                node.id for node in nodes if isinstance(node, ast.Name)
            }
            if calls & kinds or "_MINT" in names:
                found.add(path.as_posix())

    assert found == {"clue_exchange/access_log.py"}


@pytest.mark.parametrize(
    ("officer", "purpose", "why"),
    [
        (Officer("officer-1", OfficerRole.operator), Purpose.handling, Refusal.role),
        (Officer("officer-1", OfficerRole.auditor), Purpose.audit, Refusal.role),
        (CLERK, Purpose.audit, Refusal.purpose),
        (CLERK, Purpose.validation, Refusal.purpose),
        (Officer("officer-1", OfficerRole.supervisor, frozenset({CLUE})), Purpose.supervision, Refusal.conflict),
    ],
)
def test_hostile_row_66_without_role_or_purpose_nothing_is_opened(
    people: People, officer: Officer, purpose: Purpose, why: Refusal
) -> None:
    """Refused, and the refusal is in the log: role, purpose, conflict of interest."""
    with pytest.raises(NotPermitted) as refused, people.log.opening(officer, HER, purpose):
        pytest.fail("nothing must be opened")

    (said,) = logged(people)
    assert (refused.value.reason, said["refused"], said["clue"]) == (why, why, str(CLUE))
    assert why is not Refusal.conflict or str(refused.value) == not_known_here(CLUE)


@pytest.mark.parametrize("subject", [Subject(), Subject(CLUE), Subject(CLUE, UUID(int=9), (Role.federation, 1))])
def test_one_opening_is_of_one_person(people: People, subject: Subject) -> None:
    """Not of nobody, and not of a whole household."""
    with pytest.raises(ValueError, match="one person"), people.log.opening(CLERK, subject, Purpose.handling):
        pytest.fail("nothing must be opened")

    assert logged(people) == []


def test_what_cannot_be_logged_is_not_opened(people: People) -> None:
    """A log that cannot be gone on with stops the openings, not the writing."""
    with people.log.opening(CLERK, HER, Purpose.handling):
        pass
    with people.store.transaction() as transaction:
        transaction.execute(delete(ACCESS_LOG_HEAD))

    with pytest.raises(AccessLogBroken), people.log.opening(CLERK, HER, Purpose.handling):
        pytest.fail("nothing must be opened")


def test_the_node_validates_in_the_transaction_of_what_arrived(people: People) -> None:
    """Logged as such, each person; together with what was taken in, or not at all."""
    with people.store.transaction() as transaction:
        permit = people.log.validating(transaction, [HER, HER_SON])
        permit.require(HER_SON)
        with pytest.raises(NotPermitted):
            permit.require(CANDIDATE)

    assert [(said["officer"], said["purpose"], said["person"]) for said in logged(people)] == [
        ("node", "validation", "federation:1"),
        ("node", "validation", "federation:2"),
    ]


def test_a_refused_act_is_in_the_log(people: People) -> None:
    """With the clue, the second officer and the reason; what is permitted is told by the chain itself."""
    second = Officer("officer-2", OfficerRole.officer)
    with pytest.raises(NotPermitted):
        people.log.permit(CLERK, "decline", CLUE, second)
    people.log.permit(CLERK, "accept", CLUE)

    (said,) = logged(people)
    assert (said["act"], said["clue"], said["other"]) == ("decline", str(CLUE), "officer-2")
    assert said["refused"] == "second_role"


# --- the command line


@pytest.fixture
def desk(store_url: str, tmp_path: Path) -> PeopleDesk:
    """The command line of an agency with a supervisor and an officer who is bound by a conflict of interest."""
    desk = PeopleDesk(tmp_path, store_url)
    desk.add(SUPERVISOR)
    desk.add(OFFICER, *desk.proof(SUPERVISOR))
    desk.run("officers", "conflict", OFFICER, str(CLUE), *desk.proof(SUPERVISOR))
    return desk


def test_the_log_is_shown_to_those_who_may_and_says_so(desk: PeopleDesk) -> None:
    """Reading it is an entry; an officer reads none."""
    proof = desk.proof(SUPERVISOR)
    shown = json.loads(desk.run("access-log", "show", "--json", *proof).stdout)
    desk.run("access-log", "show", *desk.proof(OFFICER), expected=1)
    again = json.loads(desk.run("access-log", "show", "--json", "--last", "2", *proof).stdout)
    about = json.loads(desk.run("access-log", "show", "--json", "--clue", str(CLUE), *proof).stdout)

    assert [entry["act"] for entry in shown] == ["add-officer", "add-officer", "note-conflict"]
    assert [(entry["purpose"], entry["refused"], entry["hits"]) for entry in again] == [
        ("audit", None, 3),
        (None, "role", None),
    ]
    assert [entry["act"] for entry in about] == ["note-conflict"]
    assert "ALERT" in desk.run("access-log", "show", "--alerts", *proof).output


def test_verify_names_the_first_bad_entry_and_exits_1(desk: PeopleDesk, store: Store) -> None:
    """0 while all is as it was written; a head that was noted is taken into account."""
    good = json.loads(desk.run("access-log", "verify", "--json").stdout)
    noted = ("--noted", good["last_good"])
    assert "3 entries" in desk.run("access-log", "verify", *noted).output

    with store.transaction() as transaction:
        transaction.execute(delete(ACCESS_LOG).where(ACCESS_LOG.c.number == 2))
    bad = json.loads(desk.run("access-log", "verify", "--json", expected=1).stdout)

    assert (good["first_bad"], bad["first_bad"]) == (None, 2)
    assert "entry 2 is missing" in desk.run("access-log", "verify", *noted, expected=1).output
    assert desk.run("access-log", "verify", "--noted", "2:abc", expected=2)


def test_the_log_is_exported_as_lines_of_json_once(desk: PeopleDesk, tmp_path: Path) -> None:
    """For its owner alone, and never over another file."""
    file = tmp_path / "log.jsonl"
    desk.run("access-log", "export", str(file), *desk.proof(SUPERVISOR))
    lines = [json.loads(line) for line in file.read_text(encoding="ascii").splitlines()]

    assert [line["number"] for line in lines] == [1, 2, 3]
    assert file.stat().st_mode & 0o077 == 0
    assert "exists already" in desk.run("access-log", "export", str(file), *desk.proof(SUPERVISOR), expected=1).output

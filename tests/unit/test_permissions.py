"""
Who may do what: every cell of role × act, what needs two persons, and conflict of interest.
"""

from itertools import product
from uuid import UUID

import pytest

from clue_exchange.errors import NotPermitted
from clue_exchange.people.permissions import (
    ALERTS,
    ALLOWED,
    PURPOSES,
    SECOND,
    LocalAct,
    Officer,
    OfficerRole,
    Purpose,
    Refusal,
    not_known_here,
    permit,
    permit_purpose,
)
from schemas.catalog import CATALOG
from schemas.guards import two_officers
from schemas.lifecycle import TABLE

CLUE = UUID(int=7)
BY_NOBODY = {"prove", "validate"}

# Written out apart from the table under test: who may, as the first letters of officer, reviewer, supervisor,
# operator (t, for technical) and auditor.
MATRIX = """
transfer rs            share rs               return ors             supplement ors         accept ors
decline ors            redirect ors           dispute ors            withdraw ors           withdraw-consent ors
request-erasure rs     confirm-erasure rs     file-application ors   decide ors             pay ors
report-progress ors    close ors              acknowledge ors        plan-follow-up ors     record-follow-up ors
request-aid ors        answer-aid ors         intake ors             list-candidates ors    dismiss-candidate rs
see-clues ors          search ors             open-particulars ors   export-evidence sa     statistics rsa
see-dead-letters sta   see-waiting sta        replay st              reconcile st           rebuild st
erase rs               see-erasures rsa       rotate-keys st         sign-agreement s       add-officer s
deactivate-officer s
list-officers sta      note-conflict s        read-access-log sa     change-passphrase orsta
go-on st               dismiss-dead-letter st recognise-topic st     correct-candidate rs
publish-figures s      settle-forgery st
"""
LETTERS = dict(zip(OfficerRole, "orsta", strict=True))
EXPECTED = dict(zip(MATRIX.split()[::2], MATRIX.split()[1::2], strict=True))
SECONDS = {"decline": "rs", "request-erasure": "rs", "erase": "rs", "replay": "st"}
ACTS = sorted({*(row.verb for row in CATALOG), *LocalAct})


def an_officer(role: OfficerRole, number: int = 1, *conflicts: UUID) -> Officer:
    return Officer(f"officer-{number}", role, frozenset(conflicts))


def refusal(
    officer: Officer, act: str, clue_id: UUID | None = None, second: Officer | None = None
) -> tuple[str, str] | None:
    """Why an act is refused and what is said; None where it is permitted."""
    try:
        permit(officer, act, clue_id, second)
    except NotPermitted as error:
        return error.reason, str(error)
    return None


def test_the_matrix_has_every_act_and_no_other() -> None:
    """Every verb of the catalog and every local act has its line, but for the two that nobody is permitted."""
    assert set(EXPECTED) == set(ACTS) - BY_NOBODY
    assert set(ALLOWED) == set(EXPECTED)
    assert {row.verb for row in CATALOG}.isdisjoint(LocalAct)


@pytest.mark.parametrize(("role", "act"), [*product(OfficerRole, ACTS)])
def test_a_role_may_what_its_cell_says_and_nothing_else(role: OfficerRole, act: str) -> None:
    """Each cell is asked; a second officer stands by where one is needed."""
    seconds = [second for second in OfficerRole if LETTERS[second] in SECONDS.get(act, "")]
    second = an_officer(seconds[0], 2) if seconds else None
    refused = refusal(an_officer(role), act, CLUE, second)

    assert (refused is None) == (LETTERS[role] in EXPECTED.get(act, ""))
    assert refused is None or refused[0] == Refusal.role


@pytest.mark.parametrize("act", ["", "Transfer", "transfer ", "delete-everything"])
@pytest.mark.parametrize("role", OfficerRole)
def test_what_stands_in_no_row_is_denied(role: OfficerRole, act: str) -> None:
    """Deny by default: a new act does nothing for anybody before it has its row."""
    assert refusal(an_officer(role), act) == (Refusal.role, f"the role {role} does not include {act}; these do: none")


@pytest.mark.parametrize(("first", "second", "act"), [*product(OfficerRole, OfficerRole, SECONDS)])
def test_two_persons_are_two_roles_that_may(first: OfficerRole, second: OfficerRole, act: str) -> None:
    """Both cells count: of the one who acts and of the one who stands behind it."""
    refused = refusal(an_officer(first, 1), act, CLUE, an_officer(second, 2))

    may = LETTERS[first] in EXPECTED[act] and LETTERS[second] in SECONDS[act]
    assert (refused is None) == may


@pytest.mark.parametrize("act", SECONDS)
def test_hostile_row_31_one_person_is_not_two(act: str) -> None:
    """Without a second, and with the first once more: refused."""
    first = an_officer(OfficerRole.supervisor)
    alone, twice = refusal(first, act, CLUE), refusal(first, act, CLUE, first)

    assert alone is not None
    assert twice is not None
    assert (alone[0], twice[0]) == (Refusal.second_missing, Refusal.second_same)


def test_what_the_lifecycle_wants_two_officers_for_wants_two_here() -> None:
    """The other side would void it; so it is not even issued."""
    wanted = {rule.event for rule in TABLE if two_officers in rule.guards}

    assert {row.verb for row in CATALOG if row.model in wanted} == set(SECOND) - set(LocalAct)


def test_a_second_officer_of_a_decision_is_another_reviewer() -> None:
    """Who stands behind a refusal is what the second of a decline must be; an award needs none."""
    first, second = an_officer(OfficerRole.officer), an_officer(OfficerRole.officer, 2)
    reviewer = an_officer(OfficerRole.reviewer, 2)

    assert refusal(first, "decide", CLUE) is refusal(first, "decide", CLUE, reviewer) is None
    assert [refusal(first, "decide", CLUE, each) for each in (first, second)] == [
        (Refusal.second_same, "the second officer of decide must be another than the first"),
        (Refusal.second_role, "the second officer of decide must be a reviewer or supervisor"),
    ]


@pytest.mark.parametrize("act", [row.verb for row in CATALOG] + [LocalAct.open_particulars, LocalAct.export_evidence])
def test_hostile_row_36_a_clue_in_conflict_of_interest_is_not_found(act: str) -> None:
    """Whatever is asked, the answer is that of a clue that is not there; and it is an alert."""
    second = an_officer(OfficerRole.reviewer, 2)
    refused = refusal(an_officer(OfficerRole.supervisor, 1, CLUE), act, CLUE, second)

    assert refused == (Refusal.conflict, not_known_here(CLUE))
    assert Refusal.conflict in ALERTS
    assert refusal(an_officer(OfficerRole.supervisor, 1, CLUE), act, UUID(int=8), second) is None


def test_the_second_officer_has_no_conflict_of_interest_either() -> None:
    """Who may not see a clue does not stand behind its decline."""
    second = an_officer(OfficerRole.reviewer, 2, CLUE)
    refused = refusal(an_officer(OfficerRole.officer), "decline", CLUE, second)

    assert refused == (Refusal.conflict, not_known_here(CLUE))
    assert not second.sees(CLUE)


@pytest.mark.parametrize(("role", "purpose"), [*product(OfficerRole, Purpose)])
def test_a_purpose_belongs_to_a_role(role: OfficerRole, purpose: Purpose) -> None:
    """Who opens no particulars has no purpose for it, and the node's own is nobody else's."""
    may = purpose in PURPOSES.get(role, frozenset())
    if may:
        permit_purpose(an_officer(role), purpose)
    else:
        with pytest.raises(NotPermitted):
            permit_purpose(an_officer(role), purpose)

    assert not may or role in ALLOWED[LocalAct.open_particulars]
    assert not may or purpose not in (Purpose.validation, Purpose.audit)


def test_a_refusal_says_who_may() -> None:
    """Clear for a person, who then knows whom to ask."""
    refused = refusal(an_officer(OfficerRole.auditor), "transfer")

    assert refused == (
        Refusal.role,
        "the role auditor does not include transfer; these do: reviewer, supervisor",
    )

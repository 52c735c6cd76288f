"""
Who may do what inside an agency: deny by default, one table.

Local to the agency and apart from the lifecycle: that one says which *party* may issue an event, this one which of
its officers. An act is a verb of the catalog or a `LocalAct`; what stands in no row is denied to everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from clue_exchange.errors import NotPermitted


class OfficerRole(StrEnum):
    """What an officer is to the agency; not to be confused with the agency's own role in a clue."""

    officer = "officer"  # works on cases 经办人
    reviewer = "reviewer"  # looks at candidates, is the second person 审核人
    supervisor = "supervisor"  # answers for both, keeps the accounts 负责人
    operator = "operator"  # keeps the node running, sees no clue 运维
    auditor = "auditor"  # reads the access log, sees no person 审计


class LocalAct(StrEnum):
    """What an officer does that is no event of a clue."""

    intake = "intake"
    list_candidates = "list-candidates"
    dismiss_candidate = "dismiss-candidate"
    correct_candidate = "correct-candidate"
    see_clues = "see-clues"
    search = "search"
    open_particulars = "open-particulars"
    export_evidence = "export-evidence"
    statistics = "statistics"
    publish_figures = "publish-figures"
    see_dead_letters = "see-dead-letters"
    see_waiting = "see-waiting"
    replay = "replay"
    go_on = "go-on"
    recognise_topic = "recognise-topic"
    settle_forgery = "settle-forgery"
    dismiss_dead_letter = "dismiss-dead-letter"
    reconcile = "reconcile"
    rebuild = "rebuild"
    erase = "erase"
    see_erasures = "see-erasures"
    rotate_keys = "rotate-keys"
    sign_agreement = "sign-agreement"
    add_officer = "add-officer"
    deactivate_officer = "deactivate-officer"
    list_officers = "list-officers"
    note_conflict = "note-conflict"
    read_access_log = "read-access-log"
    change_passphrase = "change-passphrase"  # noqa: S105  # an act, one's own
    prove = "prove"  # who one is: in no row of the table, for nobody is proven yet
    validate = "validate"  # done by the node alone, so in no row of the table either


class Purpose(StrEnum):
    """Why particulars are opened; an opening without one of these does not happen."""

    handling = "handling"
    review = "review"
    follow_up = "follow_up"
    supervision = "supervision"
    audit = "audit"
    her_request = "her_request"
    erasure = "erasure"
    validation = "validation"  # the node itself, once, when they arrive


class Refusal(StrEnum):
    """Why something was refused."""

    role = "role"
    purpose = "purpose"
    conflict = "conflict"
    second_missing = "second_missing"
    second_same = "second_same"
    second_role = "second_role"
    not_proven = "not_proven"
    locked = "locked"
    inactive = "inactive"


ALERTS = frozenset({Refusal.role, Refusal.conflict, Refusal.locked, Refusal.inactive})
"""Refusals that a careful officer does not meet: a person for security looks at them."""


@dataclass(frozen=True, slots=True)
class Officer:
    """
    A proven officer: made by `Officers.prove`. Neither login nor name is in it.

    Attributes:
        officer_id: pseudonymous; what facts and logs carry.
        conflicts: the clues that this officer must neither see nor route.
    """

    officer_id: str
    role: OfficerRole
    conflicts: frozenset[UUID] = field(default=frozenset(), repr=False)

    def sees(self, clue_id: UUID) -> bool:
        """Whether this clue may stand in a list that this officer looks at."""
        return clue_id not in self.conflicts


_O, _R, _S, _T, _A = OfficerRole
_CASE_WORK = frozenset({_O, _R, _S})
_REVIEW = frozenset({_R, _S})
_NODE = frozenset({_T, _S})

ALLOWED: Mapping[str, frozenset[OfficerRole]] = {
    "transfer": _REVIEW,  # nothing screened is transferred without a reviewer
    "share": _REVIEW,
    "return": _CASE_WORK,
    "supplement": _CASE_WORK,
    "accept": _CASE_WORK,
    "decline": _CASE_WORK,
    "redirect": _CASE_WORK,
    "dispute": _CASE_WORK,
    "withdraw": _CASE_WORK,
    "withdraw-consent": _CASE_WORK,
    "request-erasure": _REVIEW,
    "confirm-erasure": _REVIEW,
    "file-application": _CASE_WORK,
    "decide": _CASE_WORK,
    "pay": _CASE_WORK,
    "report-progress": _CASE_WORK,
    "close": _CASE_WORK,
    "acknowledge": _CASE_WORK,
    "plan-follow-up": _CASE_WORK,
    "record-follow-up": _CASE_WORK,
    "request-aid": _CASE_WORK,
    "answer-aid": _CASE_WORK,
    LocalAct.intake: _CASE_WORK,
    LocalAct.list_candidates: _CASE_WORK,
    LocalAct.dismiss_candidate: _REVIEW,
    LocalAct.correct_candidate: _REVIEW,
    LocalAct.see_clues: _CASE_WORK,
    LocalAct.search: _CASE_WORK,
    LocalAct.open_particulars: _CASE_WORK,
    LocalAct.export_evidence: frozenset({_S, _A}),
    LocalAct.statistics: frozenset({_R, _S, _A}),
    LocalAct.publish_figures: frozenset({_S}),
    LocalAct.see_dead_letters: frozenset({_S, _T, _A}),
    LocalAct.see_waiting: frozenset({_S, _T, _A}),
    LocalAct.replay: _NODE,
    LocalAct.go_on: _NODE,
    LocalAct.recognise_topic: _NODE,
    LocalAct.settle_forgery: _NODE,
    LocalAct.dismiss_dead_letter: _NODE,
    LocalAct.reconcile: _NODE,
    LocalAct.rebuild: _NODE,
    LocalAct.erase: _REVIEW,
    LocalAct.see_erasures: frozenset({_R, _S, _A}),
    LocalAct.rotate_keys: _NODE,
    LocalAct.sign_agreement: frozenset({_S}),
    LocalAct.add_officer: frozenset({_S}),
    LocalAct.deactivate_officer: frozenset({_S}),
    LocalAct.list_officers: frozenset({_S, _T, _A}),
    LocalAct.note_conflict: frozenset({_S}),
    LocalAct.read_access_log: frozenset({_S, _A}),
    LocalAct.change_passphrase: frozenset(OfficerRole),
}

SECOND: Mapping[str, frozenset[OfficerRole]] = {
    "decline": _REVIEW,
    "request-erasure": _REVIEW,
    LocalAct.erase: _REVIEW,
    LocalAct.replay: _NODE,
}
"""The acts behind which two proven officers stand, and what the second may be."""

MAY_HAVE_SECOND: Mapping[str, frozenset[OfficerRole]] = {"decide": _REVIEW}
"""The acts that need a second officer in some cases, which the lifecycle knows: a decision that refuses."""

PURPOSES: Mapping[OfficerRole, frozenset[Purpose]] = {
    _O: frozenset({Purpose.handling, Purpose.follow_up, Purpose.her_request}),
    _R: frozenset({Purpose.handling, Purpose.review, Purpose.follow_up, Purpose.her_request, Purpose.erasure}),
    _S: frozenset({Purpose.review, Purpose.supervision, Purpose.her_request, Purpose.erasure}),
}
"""For what a role may open particulars; who is not named here opens none."""


def not_known_here(clue_id: UUID) -> str:
    """The sentence for a clue that is not there, and for one that must not be seen: the two are not told apart."""
    return f"no clue {clue_id} is known here"


def permit(officer: Officer, act: str, clue_id: UUID | None = None, second: Officer | None = None) -> None:
    """
    Return where the officer, with the second where one is needed, may do this act on this clue.

    Raises:
        NotPermitted: says what is missing; of a clue in conflict of interest, that it is not known.
    """
    if officer.role not in ALLOWED.get(act, frozenset()):
        raise NotPermitted(Refusal.role, f"the role {officer.role} does not include {act}; these do: {_roles(act)}")
    both = [officer] if second is None else [officer, second]
    if clue_id is not None and not all(each.sees(clue_id) for each in both):
        raise NotPermitted(Refusal.conflict, not_known_here(clue_id))
    if act in SECOND:
        _require_second(officer, act, second, SECOND[act])
    elif second is not None and act in MAY_HAVE_SECOND:
        _require_second(officer, act, second, MAY_HAVE_SECOND[act])


def permit_purpose(officer: Officer, purpose: Purpose) -> None:
    """
    Return where this officer may open particulars for this purpose.

    Raises:
        NotPermitted: the purpose is not one of the officer's role.
    """
    allowed = PURPOSES.get(officer.role, frozenset())
    if purpose not in allowed:
        possible = ", ".join(sorted(allowed)) or "nothing"
        raise NotPermitted(Refusal.purpose, f"the role {officer.role} opens particulars for: {possible}")


def _require_second(officer: Officer, act: str, second: Officer | None, wanted: frozenset[OfficerRole]) -> None:
    if second is None:
        raise NotPermitted(Refusal.second_missing, f"{act} needs a second officer, proven as well: --second LOGIN")
    if second.officer_id == officer.officer_id:
        raise NotPermitted(Refusal.second_same, f"the second officer of {act} must be another than the first")
    if second.role not in wanted:
        roles = " or ".join(sorted(wanted))
        raise NotPermitted(Refusal.second_role, f"the second officer of {act} must be a {roles}")


def _roles(act: str) -> str:
    return ", ".join(sorted(ALLOWED.get(act, ()))) or "none"

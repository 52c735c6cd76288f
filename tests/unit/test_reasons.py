"""Each reason lies on one side and has its next step; only `other` leaves that to a person."""

import pytest

from schemas.clue_events import BODIES_FOR, ClueDeclined, ClueRedirected, ClueWithdrawn
from schemas.codes import Body
from schemas.errors import InvalidEvent
from schemas.reasons import DECLINE_TERMS, DeclineReason, NextStep, RedirectReason, ResponsibleParty, WithdrawReason
from tests.builders import A_UUID, an_event

# The reasons, copied by hand from what both sides agreed on: on whose side each lies, and what comes next.
WANTED = {
    "D1": ("rule", "link_clues"),
    "D2": ("person", "further_aid none"),
    "D3": ("rule", "legal_aid"),
    "D4": ("person", "explain"),
    "D5": ("person", "explain"),
    "D6": ("person", "explain resubmit"),
    "D7": ("person", "explain"),
    "D8": ("person", "none further_aid"),
    "D9": ("sender", "resubmit"),
    "D10": ("sender", "resubmit"),
}


def declined(reason: str, responsible: str, next_step: str) -> bool:
    """Whether the three can stand together."""
    try:
        an_event(ClueDeclined, reason=reason, responsible=responsible, next_step=next_step)
    except InvalidEvent:
        return False
    return True


@pytest.mark.parametrize("reason", DeclineReason)
def test_a_reason_lies_where_it_lies_and_leads_where_it_leads(reason: DeclineReason) -> None:
    """No decline blames the woman for what a rule says, and none is a dead end by oversight."""
    fits = {(party, step) for party in ResponsibleParty for step in NextStep if declined(reason, party, step)}
    party, steps = WANTED.get(reason, ("", ""))

    if reason is DeclineReason.other:
        assert len(fits) == len(ResponsibleParty) * len(NextStep)
    else:
        assert fits == {(party, step) for step in steps.split()}


def test_every_reason_but_other_has_its_terms() -> None:
    """A new code would come with them."""
    assert set(DECLINE_TERMS) == set(DeclineReason) - {DeclineReason.other}
    assert set(BODIES_FOR) == set(RedirectReason) - {RedirectReason.other}


@pytest.mark.parametrize(
    ("reason", "body", "fits"),
    [
        ("T1", "court", True),
        ("T1", "police", True),
        ("T1", "civil_affairs", False),
        ("T2", "other_procuratorate", True),
        ("T2", "court", False),
        ("T3", "civil_affairs", True),
        ("T3", "procuratorate", False),
        ("T3", "police", False),
        ("other", "procuratorate", True),
    ],
)
def test_a_redirection_names_a_body_that_can_take_the_clue_up(reason: str, body: str, fits: bool) -> None:
    """Not in the procuratorial stage: court, police or judicial administration; hardship not from a case: others."""
    if fits:
        assert an_event(ClueRedirected, reason=reason, to_body=body).to_body is Body(body)
    else:
        with pytest.raises(InvalidEvent, match="the body is one of"):
            an_event(ClueRedirected, reason=reason, to_body=body)


def test_a_duplicate_names_the_other_clue() -> None:
    """Two clues of one woman and one case are linked, never merged silently."""
    assert an_event(ClueWithdrawn, reason="V3", linked_clue=A_UUID).reason is WithdrawReason.V3
    for wrong in ({"reason": "V3"}, {"reason": "V1", "linked_clue": A_UUID}):
        with pytest.raises(InvalidEvent, match="V3"):
            an_event(ClueWithdrawn, **wrong)

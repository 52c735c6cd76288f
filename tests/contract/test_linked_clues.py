"""A new need that a visit finds opens a clue of its own, linked in both directions."""

from uuid import UUID

import pytest

from clue_exchange.errors import CommandRefused
from schemas.case_events import FeedbackAcknowledged, FollowUpPlanned, FollowUpRecorded
from schemas.clue_events import ClueDeclined, ClueTransferred
from tests.builders import A_UUID, an_event
from tests.two_sides import HER_PARTICULARS, TwoSides


def test_a_new_need_names_the_clue_that_was_opened_for_it(sides: TwoSides) -> None:
    """Neither an unknown clue nor one that is not linked to this one is taken; the refusal says how to open one."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.procuratorate.procuratorate().decline(clue_id, an_event(ClueDeclined))
    sides.exchange()
    desk = sides.federation.federation()
    desk.acknowledge(clue_id, an_event(FeedbackAcknowledged))
    plan = desk.plan_follow_up(clue_id, an_event(FollowUpPlanned)).envelope.event_id
    stranger = sides.transfer().envelope.clue_id

    def record(new_clue: UUID) -> None:
        desk.record_follow_up(clue_id, an_event(FollowUpRecorded, plan=plan, scale="worse", new_clue=new_clue))

    for wrong in (A_UUID, stranger, clue_id):
        with pytest.raises(CommandRefused, match=f"--linked-clue {clue_id}"):
            record(wrong)
    opened = desk.transfer(an_event(ClueTransferred, linked_clue=clue_id), HER_PARTICULARS)
    record(opened.envelope.clue_id)
    sides.exchange()

    assert len(sides.digests(clue_id)) == 1

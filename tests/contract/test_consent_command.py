"""
Consent that was withdrawn, as officers of both sides see it: stopped, masked, confirmed by a receipt.
"""

from pathlib import Path
from typing import Any

import pytest

from schemas.clue_events import ConsentWithdrawn
from tests.builders import an_event
from tests.desks import Desk, both_desks
from tests.people import OFFICER
from tests.two_sides import TwoSides


@pytest.fixture
def desks(sides: TwoSides, tmp_path: Path) -> tuple[Desk, Desk]:
    """The command lines of the federation and of the procuratorate."""
    return both_desks(sides, tmp_path)


def consent(desk: Desk, clue_id: str) -> dict[str, Any]:
    """What is shown of the one person who withdrew hers."""
    (told,) = desk.seen("clue", clue_id)["consent_withdrawn"]
    return dict(told)


def test_the_other_sides_receipt_confirms_that_it_has_stopped(sides: TwoSides, desks: tuple[Desk, Desk]) -> None:
    """Before it, the side that she told sees that nothing is confirmed; afterwards since when both have stopped."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.federation.federation().withdraw_consent(clue_id, an_event(ConsentWithdrawn))
    before = consent(desks[0], str(clue_id))
    shown_before = desks[0].look("clue", str(clue_id)).output
    sides.clock.forward(minutes=7)
    sides.exchange()
    sides.exchange()
    ours, theirs = (consent(desk, str(clue_id)) for desk in desks)

    assert (before["person"], before["told_by"], before["there_since"]) == (
        "federation:1",
        sides.federation.settings.agency,
        None,
    )
    assert "not confirmed by the other side yet" in shown_before
    assert (ours["here_since"], ours["there_since"]) == (before["here_since"], str(sides.clock.now))
    assert (theirs["here_since"], theirs["there_since"]) == (str(sides.clock.now), before["here_since"])
    assert "双方已停止处理" in desks[0].look("clue", str(clue_id)).output


def test_an_act_after_the_withdrawal_is_refused_with_what_is_possible(
    sides: TwoSides, desks: tuple[Desk, Desk]
) -> None:
    """On the side that was told by the other one."""
    clue_id = sides.transfer().envelope.clue_id
    sides.federation.federation().withdraw_consent(clue_id, an_event(ConsentWithdrawn))
    sides.exchange()

    refused = desks[1].run("accept", str(clue_id), *desks[1].by(OFFICER), "--handler", "officer-9", expected=1)

    assert "everybody of the clue withdrew her consent" in refused.output
    assert "decline 不予救助" in refused.output
    assert "return 退回补充" not in refused.output

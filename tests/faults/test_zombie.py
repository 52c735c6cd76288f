"""
Row 27: a node that is frozen with records in hand, another that takes over, and the first one thawed.
"""

from functools import partial

import pytest

from schemas.codes import Role
from tests.faults import plants
from tests.faults.county import County
from tests.faults.nodes import FaultyNode, Start

pytestmark = [pytest.mark.broker, pytest.mark.slow]

F, P = Role.federation, Role.procuratorate


def test_row_27_a_frozen_node_that_comes_back_takes_in_nothing_twice(here: County) -> None:
    """What it still holds was taken in by the other one meanwhile: the position says so; then it stands by."""
    frozen = here.nodes[P]
    here.nodes[F].start_ready()
    here.transfer(3)
    here.wait_until(lambda: here.has_relayed(F))
    frozen.start_ready(Start(plant=plants.freeze_with_records_in_hand))
    here.wait_until(frozen.is_frozen)
    other = FaultyNode(frozen.settings, here.folder / "second")
    other.folder.mkdir()
    other.start(Start(plant=partial(plants.take_over_after, 2)))
    try:
        here.wait_until(lambda: len(here.side(P).events) == 3)
        frozen.thaw()
        here.wait_until(lambda: frozen.said("lease.lost") != [])
        here.transfer()
        verdict = here.require_nothing_lost()
    finally:
        other.stop()

    assert [line["outcome"] for line in frozen.said("record.placed")] == []
    assert (verdict.total("applied"), verdict.failures["duplicate"]) == (4, 0)

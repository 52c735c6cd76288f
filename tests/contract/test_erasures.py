"""
The queue of erasures, as far as the database tells it: asked, done on each side, tombstoned, and what is overdue.
"""

import json
from datetime import timedelta
from pathlib import Path

from clue_exchange.keys.dead_keys import COMPACTION_LAG, GONE_WITHIN, looked_for, note_gone
from clue_exchange.workdays import china_date
from consumers.erasures import Erasure, erasures
from schemas.clue_events import ErasureConfirmed, ErasureRequested
from schemas.codes import Role
from tests.builders import an_event
from tests.desks import both_desks
from tests.people import OFFICER
from tests.two_sides import TwoSides

F, P = Role.federation, Role.procuratorate


def queue(sides: TwoSides, role: Role) -> list[Erasure]:
    """The queue of a side at its present day."""
    agency = sides.side(role)
    with agency.store.reading() as transaction:
        return erasures(transaction, agency.clock_reader, china_date(agency.clock()))


def overdue(sides: TwoSides, role: Role) -> bool:
    (each,) = queue(sides, role)
    return each.is_overdue(sides.clock())


def test_the_queue_follows_an_erasure_from_side_to_side(sides: TwoSides) -> None:
    """Asked here, then confirmed there; each step has its moment, and the two sides tell the same of both."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.procuratorate.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    (asking,) = queue(sides, P)
    sides.clock.forward(hours=1)
    sides.exchange()
    (asked,) = queue(sides, F)
    sides.clock.forward(hours=1)
    sides.federation.federation().confirm_erasure(clue_id, an_event(ErasureConfirmed))
    sides.exchange()
    (ours,), (theirs,) = queue(sides, F), queue(sides, P)

    assert (asking.key is not None, asking.confirmed_at, asking.dead_since) == (True, None, None)
    assert (asked.key, asked.confirmed_at) == (None, None)
    for each in (ours, theirs):
        assert each.key is not None
        assert (each.person, each.asked_at, each.confirmed_at) == ((F, 1), asking.asked_at, sides.clock.now)
        assert each.dead_since == sides.clock.now
        assert each.gone_by == sides.clock.now + GONE_WITHIN
    assert ours.second_tombstone_due_at == sides.clock.now + COMPACTION_LAG
    assert theirs.second_tombstone_due_at is None


def test_a_key_that_kafka_gives_for_too_long_is_overdue_until_it_is_gone(sides: TwoSides) -> None:
    """And how long it stayed is told afterwards, counted from the first tombstone."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.procuratorate.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    sides.exchange()
    sides.federation.federation().confirm_erasure(clue_id, an_event(ErasureConfirmed))
    sides.exchange()
    before = [overdue(sides, role) for role in Role]
    sides.clock.now += GONE_WITHIN + timedelta(minutes=1)
    late = [overdue(sides, role) for role in Role]
    with sides.federation.store.transaction() as transaction:
        sides.federation.keyring.repeat_tombstones(transaction, sides.clock.now)
        wanted = looked_for(transaction, sides.federation.settings.agency)
        noted = note_gone(transaction, wanted, sides.clock.now)
        again = note_gone(transaction, wanted, sides.clock.now + timedelta(days=1))
        left = looked_for(transaction, sides.federation.settings.agency)
    (gone,) = queue(sides, F)

    assert (before, late, gone.is_overdue(sides.clock())) == ([False, False], [True, True], False)
    assert (noted, again, left) == (1, 0, set())
    assert gone.stayed == GONE_WITHIN + timedelta(minutes=1)
    assert gone.second_tombstone_due_at is None


def test_a_confirmation_is_overdue_by_the_agreement(sides: TwoSides) -> None:
    """On both sides, from the day after its last one."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.procuratorate.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    sides.exchange()
    agency = sides.federation
    with agency.store.reading() as transaction:
        ((_, clocks),) = agency.clock_reader.clocks(transaction, [clue_id], china_date(sides.clock()))
    due = next(clock.due for clock in clocks if clock.duty == "confirm_erasure")
    assert due is not None
    days = (due - china_date(sides.clock())).days

    sides.clock.forward(days=days)
    in_time = [overdue(sides, role) for role in Role]
    sides.clock.forward(days=1)

    assert in_time == [False, False]
    assert [overdue(sides, role) for role in Role] == [True, True]


def test_the_command_shows_the_queue_to_who_may_see_it(sides: TwoSides, tmp_path: Path) -> None:
    """Long after: exit 1; without Kafka it says so; a role that sees no erasures is refused."""
    clue_id = sides.transfer().envelope.clue_id
    sides.exchange()
    sides.procuratorate.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    federation, procuratorate = both_desks(sides, tmp_path)
    shown = procuratorate.look("erasures", expected=1, columns=160).output
    told = json.loads(procuratorate.look("erasures", "--json", expected=1).stdout)
    empty = federation.look("erasures").output
    federation.run("erasures", *federation.by(OFFICER), expected=1)

    assert "done here, not confirmed by the other side 待对方确认 OVERDUE 逾期" in shown
    assert "Kafka was not asked" in shown
    assert [(each["clue"], each["is_overdue"], each["confirmed_at"]) for each in told["erasures"]] == [
        (str(clue_id), True, None)
    ]
    assert empty == "none 无\n"

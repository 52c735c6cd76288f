"""
Reconciliation by hand, on SQLite and on PostgreSQL: differences are named by clue on both sides, and healed.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from clue_exchange import reconciliations
from clue_exchange.journals import read_position
from clue_exchange.reconciliations import Difference, Kind, Round
from schemas.clue_events import ClueAccepted, ClueSupplemented
from schemas.codec import is_framed
from schemas.codes import Role
from schemas.envelope import Record
from schemas.reconciliation import ClueHoldings, ReconcileStep
from tests.builders import an_event
from tests.two_sides import TwoSides, as_received, is_note

ROUNDS_MOST = 12


class Road:
    """What stands between the two: each record gets the next offset of its topic, as in Kafka."""

    def __init__(self, sides: TwoSides) -> None:
        self.sides = sides
        self.said: list[str] = []
        self._next_offsets: defaultdict[str, int] = defaultdict(int)

    def carry_all(self) -> None:
        """Until nobody has anything to say any more, which must come soon."""
        for _ in range(ROUNDS_MOST):
            carried = [self._carry(role) for role in Role]
            if not any(carried):
                return
        raise AssertionError("the two never stop talking")

    def _carry(self, role: Role) -> bool:
        agency, records = self.sides.side(role), []
        with agency.store.transaction() as transaction:
            pending = agency.outbox.pending(transaction, 10_000)
            agency.outbox.mark_sent(transaction, pending)
        for each in pending:
            self._note(role, each.value or b"")
            records.append(as_received(each, self._next_offsets[each.topic]))
            self._next_offsets[each.topic] += 1
        self.sides.give(role.other, [record for record in records if not is_note(record.topic)])
        return bool(pending)

    def _note(self, role: Role, value: bytes) -> None:
        body = Record.from_value(value).body
        self.said += [f"{role}: {name}" for name in ("DayDigests", "ClueHoldings") if is_framed(name, body)]


@pytest.fixture
def road(sides: TwoSides) -> Road:
    """Three clues, one of them accepted, known to both; long enough ago that what is lost can be sent again."""
    road = Road(sides)
    first = sides.transfer().envelope.clue_id
    road.carry_all()
    sides.clock.forward(days=1)
    sides.procuratorate.procuratorate().accept(first, an_event(ClueAccepted))
    for _ in range(2):
        sides.transfer()
    road.carry_all()
    sides.clock.forward(days=1)
    return road


def clue_ids(sides: TwoSides) -> list[UUID]:
    """The accepted one first."""
    with sides.federation.store.reading() as transaction:
        found = transaction.exec_driver_sql("SELECT clue_id FROM clue ORDER BY state, clue_id").scalars()
        return [UUID(str(each)) for each in found]


def reconcile(road: Road, role: Role = Role.federation) -> tuple[Round, Sequence[Difference]]:
    """What a round that this side asked for comes to there."""
    agency, round_id = road.sides.side(role), uuid4()
    with agency.store.transaction() as transaction:
        agency.reconciliation.ask(transaction, round_id)
    road.carry_all()
    return found_in(road, role, round_id)


def found_in(road: Road, role: Role, round_id: UUID) -> tuple[Round, Sequence[Difference]]:
    with road.sides.side(role).store.reading() as transaction:
        known = reconciliations.read(transaction, round_id)
        assert known is not None
        return known, reconciliations.differences(transaction, round_id)


def harm(road: Road, role: Role, statement: str) -> None:
    with road.sides.side(role).store.transaction() as transaction:
        transaction.exec_driver_sql(statement)


def assert_equal(road: Road) -> None:
    known, differences = reconcile(road)
    assert (known.days, known.clues, differences) == (0, 0, [])
    assert known.answered_at is not None
    assert {len(road.sides.digests(clue_id)) for clue_id in clue_ids(road.sides)} == {1}


def test_two_sides_that_agree_say_two_things_and_find_nothing(road: Road) -> None:
    """A question and an answer, whichever side asks."""
    assert_equal(road)

    assert road.said == ["federation: DayDigests", "procuratorate: ClueHoldings"]


@pytest.mark.parametrize("asking", Role)
def test_an_event_that_one_side_lost_is_named_and_sent_again(road: Road, asking: Role) -> None:
    """Whichever side asks; the position says that it is held, and it is taken in all the same."""
    accepted, *_ = clue_ids(road.sides)
    harm(road, Role.federation, "DELETE FROM event WHERE event_type = 'ClueAccepted'")
    harm(road, Role.federation, "UPDATE clue SET state = 'transferred', digest = 'lost' WHERE state = 'accepted'")

    known, (difference,) = reconcile(road, asking)

    kinds = {Role.federation: Kind.lacking_here, Role.procuratorate: Kind.lacking_there}
    assert (known.days, difference.clue_id, difference.kinds) == (1, accepted, (kinds[asking],))
    side = difference.here if asking is Role.federation else difference.there
    assert side == {"federation": 1, "procuratorate": 0}
    answered, seen_there = found_in(road, asking.other, known.round)
    assert [each.clue_id for each in seen_there] == [accepted]
    assert answered.answered_at is not None
    assert len(road.said) == 3
    assert_equal(road)


def test_clues_that_one_side_does_not_know_at_all_are_named_and_sent_again(road: Road) -> None:
    """Of two days; the other side's keys are here already."""
    lost = clue_ids(road.sides)
    harm(road, Role.procuratorate, "DELETE FROM event WHERE sender < 'procuratorate'")
    harm(road, Role.procuratorate, "DELETE FROM clue")

    known, differences = reconcile(road)

    assert (known.days, [each.clue_id for each in differences]) == (2, sorted(lost))
    assert sum(each.sent_again for each in differences) == 3
    assert_equal(road)


def test_an_own_event_that_is_lacking_is_read_back_at_the_next_start(road: Road) -> None:
    """The other side cannot send it; our own topic holds it."""
    topic = f"{road.sides.federation.settings.agency}.clues"
    harm(road, Role.federation, "DELETE FROM event WHERE event_type = 'ClueTransferred' AND number = 1")
    harm(road, Role.federation, f"INSERT INTO journal_position VALUES {_at_the_end(topic)}")

    _, (difference,) = reconcile(road)

    assert Kind.own_lacking_here in difference.kinds
    with road.sides.federation.store.reading() as transaction:
        assert read_position(transaction, topic).next_offset == 0


def _at_the_end(topic: str) -> str:
    """A row of an own topic that was read back to offset 3."""
    return f"('{topic}', 3, 1, 0, 'id', NULL)"


def test_a_view_that_differs_over_the_same_events_is_named(road: Road) -> None:
    """Nothing is sent again: a rebuild is what it needs."""
    accepted, *_ = clue_ids(road.sides)
    harm(road, Role.procuratorate, f"UPDATE clue SET digest = '{'0' * 64}' WHERE state = 'accepted'")

    _, differences = reconcile(road)

    assert [(each.clue_id, each.kinds, each.sent_again) for each in differences] == [
        (accepted, (Kind.view_differs,), 0)
    ]


def test_an_answer_that_nobody_asked_for_changes_nothing(road: Road) -> None:
    """Nor does it make anybody say anything."""
    sides = road.sides
    said = ClueHoldings(recipient=sides.federation.settings.agency, round=uuid4(), step=ReconcileStep.answer, clues=())
    topic = f"{sides.procuratorate.settings.agency}.receipts"
    with sides.procuratorate.store.transaction() as transaction:
        key = sides.federation.settings.agency.encode()
        sides.procuratorate.outbox.append(transaction, topic, key, said.to_body(), {})

    road.carry_all()

    assert road.said == ["procuratorate: ClueHoldings"]


def test_what_is_on_its_way_differs_only_as_long_as_it_is(road: Road) -> None:
    """What was sent a moment ago is not sent again; what was sent long ago is."""
    accepted, *_ = clue_ids(road.sides)
    road.sides.federation.federation().supplement(accepted, an_event(ClueSupplemented))
    agency, round_id = road.sides.federation, uuid4()
    with agency.store.transaction() as transaction:
        agency.outbox.mark_sent(transaction, agency.outbox.pending(transaction, 100))  # in Kafka, not taken in yet
        agency.reconciliation.ask(transaction, round_id)
    road.carry_all()

    _, (difference,) = found_in(road, Role.federation, round_id)

    assert (difference.clue_id, difference.kinds, difference.sent_again) == (accepted, (Kind.lacking_there,), 1)

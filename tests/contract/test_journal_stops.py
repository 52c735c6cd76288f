"""
Journals that are stopped: each alone, and what lets them go on. On SQLite and on PostgreSQL.
"""

from dataclasses import replace

import pytest

from clue_exchange import journal_stops
from clue_exchange.journal_stops import DEATHS_CAP
from clue_exchange.journals import Stop, read_position, recognise
from clue_exchange.kafka_records import TopicIdentity
from clue_exchange.logs import Log
from consumers.stops import Journals
from consumers.taken import POISON_CAP
from schemas.codes import Role
from tests.two_sides import FEDERATION, TwoSides, renumbered

CLUES, PROGRESS, KEYS = (f"{FEDERATION}.{family}" for family in ("clues", "case-progress", "keys"))


class Said:
    """The names of what was logged, with the reasons."""

    def __init__(self) -> None:
        self.events: list[tuple[str, object]] = []

    def info(self, event: str, **fields: object) -> None:
        self.events.append((event, fields.get("reason")))

    warning = error = info


@pytest.fixture
def said() -> Said:
    return Said()


def journals(sides: TwoSides, log: Log, partitions: int = 1) -> Journals:
    """The federation's journals, as a process of the procuratorate reads them."""
    topics = (CLUES, PROGRESS, KEYS)
    found = {topic: TopicIdentity("an id", partitions if topic == PROGRESS else 1) for topic in topics}
    return Journals(topics, lambda asked: {t: found[t] for t in asked}, sides.procuratorate.store, sides.clock, log)


def stop(sides: TwoSides, reason: Stop) -> None:
    with sides.procuratorate.store.transaction() as transaction:
        journal_stops.stop(transaction, CLUES, reason, 7, sides.clock())


def test_a_stopped_journal_is_not_read_and_the_others_are(sides: TwoSides, said: Said) -> None:
    """One alone, where it stands."""
    read = journals(sides, said)
    read.stop(CLUES, Stop.TOPIC_CHANGED)

    assert read.going() == {PROGRESS: 0, KEYS: 0}
    assert said.events == [("journal.stopped", Stop.TOPIC_CHANGED)]


@pytest.mark.parametrize("reason", Stop, ids=str)
def test_a_start_lets_every_journal_go_on_but_one_that_kills(sides: TwoSides, said: Said, reason: Stop) -> None:
    """What is still wrong stops it again; what kills would kill again, so a command alone lifts it."""
    stop(sides, reason)
    read = journals(sides, said)

    read.begin()

    assert (CLUES in read.going()) is (reason is not Stop.KILLS)


def test_a_command_lets_any_journal_go_on_with_nothing_counted_against_it(sides: TwoSides) -> None:
    """Twenty more dead letters stop it again, not one more."""
    sides.transfer()
    junk = [replace(sides.events_of(Role.federation)[0], value=b"junk") for _ in range(2 * POISON_CAP)]
    journal = renumbered(junk)

    stopped = sides.give(Role.procuratorate, journal).stopped
    with sides.procuratorate.store.transaction() as transaction:
        assert journal_stops.let_go_on(transaction, CLUES)
        assert not journal_stops.let_go_on(transaction, KEYS)
        assert read_position(transaction, CLUES).poison_in_a_row == 0
    once_more = sides.give(Role.procuratorate, journal[POISON_CAP : 2 * POISON_CAP - 1]).stopped

    assert (stopped, once_more) == ([CLUES], [])


def test_a_start_goes_on_with_one_record_and_stops_again_where_it_is_poison(sides: TwoSides, said: Said) -> None:
    """A supervisor that restarts blindly moves one record at a time, each with its own alarm."""
    sides.transfer()
    journal = renumbered([replace(sides.events_of(Role.federation)[0], value=b"junk")] * (POISON_CAP + 2))
    sides.give(Role.procuratorate, journal)

    journals(sides, said).begin()
    taken = sides.give(Role.procuratorate, journal)

    assert (len(taken.dead_letters), taken.stopped) == (1, [CLUES])


def test_nothing_is_taken_in_from_a_stopped_journal(sides: TwoSides) -> None:
    """Whatever was fetched before it was stopped stays where it is; the other journals of the batch are taken in."""
    sides.transfer()
    records = sides.sent_by(Role.federation)
    stop(sides, Stop.PARTITIONS)

    taken = sides.give(Role.procuratorate, records)

    assert (taken.placements, set(taken.next_offsets)) == ([], {KEYS})


def test_a_topic_with_more_than_one_partition_is_no_journal(sides: TwoSides, said: Said) -> None:
    """hostile-input.md, row 47: there is an order within a partition alone."""
    read = journals(sides, said, partitions=2)

    read.recognise()

    assert set(read.going()) == {CLUES, KEYS}
    assert said.events == [("journal.stopped", Stop.PARTITIONS)]


def test_a_topic_is_recognised_by_its_id(sides: TwoSides) -> None:
    """hostile-input.md, row 83: made anew, it has other records at the same offsets."""
    with sides.procuratorate.store.transaction() as transaction:
        found = [recognise(transaction, CLUES, TopicIdentity(i, 1), sides.clock()) for i in ("one", "one", "other")]

    assert found == [None, None, Stop.TOPIC_CHANGED]


def die(sides: TwoSides, said: Said) -> Journals:
    """A process that begins, takes the first record of the journal in hand and is killed."""
    read = journals(sides, said)
    read.begin()
    with sides.procuratorate.store.transaction() as transaction:
        journal_stops.take_in_hand(transaction, {CLUES: 0} if CLUES in read.going() else {})
    return read


def test_a_record_that_kills_process_after_process_stops_its_journal(sides: TwoSides, said: Said) -> None:
    """faults.md, row 25: after so many deaths at one position it is not read again."""
    deaths = 0
    while CLUES in die(sides, said).going():
        deaths += 1
        assert deaths <= DEATHS_CAP
    once_more = journals(sides, said)
    once_more.begin()

    assert deaths == DEATHS_CAP
    assert once_more.going() == {PROGRESS: 0, KEYS: 0}
    assert said.events == [("journal.stopped", Stop.KILLS)]


def test_after_two_deaths_records_are_taken_in_hand_one_by_one(sides: TwoSides, said: Said) -> None:
    """So the one that kills is found, and the good ones before it are taken in."""
    most = [die(sides, said).most_records(1_000) for _ in range(4)]

    assert most == [1_000, 1_000, 1, 1]


def test_an_error_is_no_death(sides: TwoSides, said: Said) -> None:
    """A process that lives on, or ends by itself, has put down what it had in hand."""
    sides.transfer()
    record = sides.events_of(Role.federation)[0]
    read = journals(sides, said)
    for _ in range(DEATHS_CAP + 1):
        read = journals(sides, said)
        read.begin()
        with pytest.raises(ConnectionError), read.in_hand([record]):
            raise ConnectionError

    assert CLUES in read.going()
    assert read.most_records(1_000) == 1_000

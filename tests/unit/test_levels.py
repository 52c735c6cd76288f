"""
What a city or province makes of its counties' figures: exact sums where all tell, bounds where one withholds.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.ceremony import party_for
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.signing import BadSignature, PublicKey, Verifier
from consumers.levels.county_journal import prove
from consumers.levels.county_records import CountyRecord, once_a_month
from consumers.levels.summing import LevelFigures, add_up
from consumers.statistics.publication import NAMES, SUMS
from consumers.statistics.suppression import publish
from schemas.agreement_terms import Level
from schemas.envelope import Record, signed_bytes
from schemas.errors import InvalidEvent
from schemas.figures_record import SMALLEST_PUBLISHED, FiguresPublished, PublishedCount, PublishedMedian
from tests.unit.test_suppression import a_month, months

MARCH = "2026-03"
COUNTIES = ("federation-110101", "federation-110105", "federation-110108")


def told_by(agency: str, counts: dict[str, int], month: str = MARCH, version: int = 1) -> CountyRecord:
    """What an agency publishes of these counts, through the filter."""
    published = publish(counts, SUMS)
    told = tuple(PublishedCount(name=name, count=count) for name, count in published.items())
    medians = (PublishedMedian(stage="decision", working_days=9),)
    return CountyRecord(agency, FiguresPublished(month=month, version=version, counts=told, medians=medians))


def a_busy_month(each: int = 8) -> dict[str, int]:
    return a_month(dict.fromkeys(NAMES, each))


def read(*records: CountyRecord) -> LevelFigures:
    return add_up(records, COUNTIES, MARCH)


@given(st.lists(months, min_size=1, max_size=3))
def test_bounds_of_a_sum_hold_it_and_are_exact_only_where_all_tell(counties: list[dict[str, int]]) -> None:
    """Whatever the counties withhold: the true sum lies within, and a withheld small count is not in an exact one."""
    found = read(*(told_by(agency, counts) for agency, counts in zip(COUNTIES, counties, strict=False)))

    for name, bounds in found.sums.items():
        true = sum(counts[name] for counts in counties)
        assert bounds.low <= true
        assert bounds.high is None or true <= bounds.high
        if any(counts[name] < SMALLEST_PUBLISHED for counts in counties):
            assert bounds.low != bounds.high


def test_money_is_added_up_by_level_and_group_of_those_that_tell_it() -> None:
    """Two counties, and a city with cases of its own; yuan a person, and how many tell it."""
    city = "procuratorate-110100"
    records = [
        with_money(told_by(agency, a_busy_month()), {"persons": fen, "persons.category.W2": fen // 4})
        for agency, fen in ((COUNTIES[0], 1_000_000), (COUNTIES[1], 3_000_001), (city, 600_000))
    ]
    found = {(each.level, each.of): each for each in add_up(records, (*COUNTIES, city), MARCH).money}

    persons = a_busy_month()["persons"]
    county = found[Level.county, "persons"]
    assert (county.decided_fen, county.persons, county.counties) == (4_000_001, 2 * persons, 2)
    assert county.per_person_fen == 4_000_001 // (2 * persons)
    assert found[Level.county, "persons.category.W2"].decided_fen == 1_000_000
    assert found[Level.city, "persons"].decided_fen == 600_000
    assert (Level.county, "persons.federation") not in found


def with_money(record: CountyRecord, fen: dict[str, int]) -> CountyRecord:
    """The record with money beside these counts of persons."""
    counts = tuple(each.model_copy(update={"decided_fen": fen.get(each.name)}) for each in record.figures.counts)
    return CountyRecord(record.agency, record.figures.model_copy(update={"counts": counts}))


def test_who_is_silent_is_named_with_the_last_month_that_it_told() -> None:
    """And what the others told is added up."""
    found = read(
        told_by(COUNTIES[0], a_busy_month()),
        told_by(COUNTIES[1], a_busy_month()),
        told_by(COUNTIES[2], a_busy_month(), month="2026-01"),
    )

    assert found.silent == {"110108": "2026-01"}
    assert (found.sums["clues"].low, found.sums["clues"].high) == (2 * 96, 2 * 96)


def test_a_region_counts_once_where_both_its_agencies_publish() -> None:
    """The same figures from both are one county; different ones count for nothing and are named."""
    ours = told_by("federation-110101", a_busy_month())
    theirs = CountyRecord("procuratorate-110101", ours.figures)

    both = read(ours, theirs)
    assert both.counties[0].agencies == ("federation-110101", "procuratorate-110101")
    assert both.sums["clues"] == read(ours).sums["clues"]
    quarrel = read(ours, told_by("procuratorate-110101", a_busy_month(9)))
    assert quarrel.disagreeing == ("110101",)
    assert quarrel.counties == ()


def test_another_set_of_counts_is_not_added_up() -> None:
    """Its names may mean something else."""
    found = read(told_by(COUNTIES[0], a_busy_month(), version=2))

    assert found.other_version == ("110101",)
    assert found.sums["clues"].low == 0


def test_a_month_counts_as_it_was_first_published() -> None:
    """The same record twice is nothing; another one of the month is set aside."""
    first, again = told_by(COUNTIES[0], a_busy_month()), told_by(COUNTIES[0], a_busy_month(9))

    taken = once_a_month([first, first, again], [])

    assert taken.records == [first]
    assert [each.reason for each in taken.set_aside] == ["published_again"]


@pytest.mark.parametrize("count", [0, 1, 4, -3])
def test_a_count_under_five_is_no_record(count: int) -> None:
    """The filter is part of the contract, whoever wrote the record."""
    with pytest.raises(InvalidEvent):
        PublishedCount.read({"name": "clues", "count": count})


@pytest.mark.parametrize(
    "fields",
    [
        {"month": "2026-13"},
        {"month": "March"},
        {"counts": [{"name": "clues", "count": 7}, {"name": "clues", "count": 8}]},
        {"counts": [{"name": "persons", "count": None, "decided_fen": 100}]},
        {"counts": [{"name": "电话 13800000000", "count": 7}]},
        {"comment": "about her"},
    ],
)
def test_a_record_of_figures_has_no_room_for_anything_else(fields: dict[str, object]) -> None:
    """No other month, no name twice, no money without its persons, no words."""
    with pytest.raises(InvalidEvent):
        FiguresPublished.read({"month": MARCH, "version": 1, "counts": [], "medians": [], **fields})


def as_received(keys: PrivateKeys, body: bytes, topic: str = "federation-110101.figures") -> ReceivedRecord:
    signature = keys.signing[0].private.sign(signed_bytes(topic, 1, body))
    value = Record(number=1, body=body, key_id=keys.signing[0].key_id, signature=signature).to_value()
    return ReceivedRecord(topic, 0, 0, MARCH.encode(), value, (), 0)


def test_only_what_the_agency_signed_for_its_topic_counts() -> None:
    """A stranger's signature, and one that was made for another topic, prove nothing."""
    keys, body = PrivateKeys.generate(), told_by(COUNTIES[0], a_busy_month()).figures.to_body()
    party = party_for("federation-110101", keys)
    key = PublicKey(keys.signing[0].key_id, "federation-110101.figures", party.signing_key_bytes, 1)
    verifier = Verifier([key])

    assert prove(as_received(keys, body), verifier).body == body
    for forged in (as_received(PrivateKeys.generate(), body), as_received(keys, body, "federation-110105.figures")):
        with pytest.raises(BadSignature):
            prove(forged, verifier)

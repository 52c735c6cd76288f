"""The topics of an agency and how they drift, without a broker."""

from dataclasses import replace

import pytest

from clue_exchange.kafka_records import DescribedTopic, TopicSpec
from clue_exchange.topics import Drift, drift, specs_for, topic_name
from schemas.catalog import Family

AGENCY = "federation-110101"


def as_described(spec: TopicSpec) -> DescribedTopic:
    """A topic that is exactly what it should be, with a setting more."""
    return DescribedTopic(
        spec.name,
        "an-id",
        spec.partitions,
        spec.replicas,
        spec.replicas,
        {**spec.configs, "segment.bytes": "1073741824"},
    )


def test_topic_is_named_by_its_only_writer() -> None:
    """The prefix is what access rules go by."""
    assert topic_name(AGENCY, Family.CASE_PROGRESS) == "federation-110101.case-progress"


def test_agency_has_one_single_partition_topic_a_family() -> None:
    """A journal is one partition, or its numbers would have no order."""
    specs = specs_for(AGENCY, replicas=3)

    assert [spec.name for spec in specs] == [topic_name(AGENCY, family) for family in Family]
    assert {spec.partitions for spec in specs} == {1}


@pytest.mark.parametrize(("replicas", "in_sync"), [(3, "2"), (1, "1")])
def test_one_broker_of_a_cluster_may_be_lost(replicas: int, in_sync: str) -> None:
    """Two of three must hold a record; a single broker can only ask itself."""
    assert {spec.configs["min.insync.replicas"] for spec in specs_for(AGENCY, replicas)} == {in_sync}


@pytest.mark.parametrize("family", [Family.CLUES, Family.CASE_PROGRESS])
def test_journals_keep_everything_until_an_agreement_says_otherwise(family: Family) -> None:
    """Throwing away by default could not be undone."""
    spec = next(spec for spec in specs_for(AGENCY, 1) if spec.name == topic_name(AGENCY, family))

    assert spec.configs["cleanup.policy"] == "delete"
    assert spec.configs["retention.ms"] == "-1"


def test_what_makes_kafka_lose_acknowledged_records_is_drift() -> None:
    """A limit of size beside a retention without end, and a leader that lacks what others hold."""
    spec = specs_for(AGENCY, 3)[0]
    changed = {"unclean.leader.election.enable": "true", "retention.bytes": "1000000"}
    found = replace(as_described(spec), configs={**spec.configs, **changed})

    assert {(each.setting, each.found) for each in drift(spec, found)} == set(changed.items())


def test_erased_key_is_gone_within_a_day() -> None:
    """A tombstone erases a key only where compaction runs, and by default Kafka promises no time."""
    spec = next(spec for spec in specs_for(AGENCY, 1) if spec.name == topic_name(AGENCY, Family.KEYS))

    assert spec.configs["cleanup.policy"] == "compact"
    assert spec.configs["max.compaction.lag.ms"] == "86400000"


def test_topic_as_specified_has_no_drift() -> None:
    """Settings that the spec does not name may be anything."""
    assert [drift(spec, as_described(spec)) for spec in specs_for(AGENCY, 3)] == [[]] * len(Family)


def test_missing_topic_is_drift() -> None:
    """A check that looked only at what exists would be content with nothing."""
    spec = specs_for(AGENCY, 1)[0]

    assert drift(spec, None) == [Drift(spec.name, "exists", "yes", None)]


def test_every_difference_is_listed() -> None:
    """One look must show all that a person has to repair."""
    spec = specs_for(AGENCY, 3)[0]
    configs = {**spec.configs, "retention.ms": "604800000"}
    del configs["max.message.bytes"]
    found = replace(as_described(spec), partitions=2, replicas=2, in_sync=1, configs=configs)

    assert drift(spec, found) == [
        Drift(spec.name, "partitions", "1", "2"),
        Drift(spec.name, "replicas", "3", "2"),
        Drift(spec.name, "in sync", "2", "1"),
        Drift(spec.name, "max.message.bytes", spec.configs["max.message.bytes"], None),
        Drift(spec.name, "retention.ms", "-1", "604800000"),
    ]

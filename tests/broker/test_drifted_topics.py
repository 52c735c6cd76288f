"""
Somebody changes what a topic of ours keeps, on a real Kafka: the node does not start on it, and tells of it.
"""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from clue_exchange.errors import TopicsDrifted
from clue_exchange.kafka_records import TopicSpec
from clue_exchange.logs import Log
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topic_watch import TopicWatch
from clue_exchange.topics import topic_name
from console.node import Node
from console.wiring import Agency
from schemas.catalog import Family
from tests.doors import Doors
from tests.kafka_steps import DEADLINE_SECONDS, delete_topic, wait_until
from tests.two_sides import TwoSides, rows

pytestmark = pytest.mark.broker

Alter = Callable[[str, str], None]


@pytest.fixture
def clues(on_kafka: TwoSides) -> str:
    """The federation's journal of clues."""
    return topic_name(on_kafka.federation.settings.agency, Family.CLUES)


@pytest.fixture
def alter(on_kafka: TwoSides, bootstrap: str, clues: str) -> Alter:
    """Sets one thing of that journal; returns when the broker shows it."""

    def alter(setting: str, value: str) -> None:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, clues, {setting: value})])
        admin.close()
        with TopicAdmin(bootstrap) as seeing:
            wait_until(on_kafka.federation, lambda: seeing.describe([clues])[clues].configs[setting] == value)

    return alter


@pytest.mark.parametrize(
    ("setting", "value", "wanted"),
    [
        ("retention.ms", "1000", "-1"),
        ("cleanup.policy", "compact", "delete"),
        ("max.message.bytes", "1000", "278528"),
        ("unclean.leader.election.enable", "true", "false"),
    ],
)
def test_a_node_does_not_start_on_a_topic_that_keeps_less(
    on_kafka: TwoSides, clues: str, alter: Alter, log: Log, setting: str, value: str, wanted: str
) -> None:
    """It names topic, setting, what should be and is, and what to do; nothing was sent."""
    on_kafka.transfer()
    alter(setting, value)

    with pytest.raises(TopicsDrifted, match=rf"{clues}: {setting} should be {wanted}, is {value}\..*topics check"):
        Node(on_kafka.federation, log).run()

    with on_kafka.federation.store.reading() as transaction:
        assert rows(transaction, "SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL") == [(0,)]


def test_a_topic_that_is_missing_or_has_other_partitions_is_named(
    on_kafka: TwoSides, clues: str, bootstrap: str, log: Log
) -> None:
    """Nothing waits for a topic that nobody makes."""
    delete_topic(bootstrap, clues)
    with TopicAdmin(bootstrap) as admin:
        wait_until(on_kafka.federation, lambda: admin.describe([clues]) == {})
    with pytest.raises(TopicsDrifted, match=f"{clues}: exists should be yes"):
        Node(on_kafka.federation, log).run()
    with TopicAdmin(bootstrap) as admin:
        admin.create([TopicSpec(clues, 2, 1)])

    with pytest.raises(TopicsDrifted, match=f"{clues}: partitions should be 1, is 2"):
        Node(on_kafka.federation, log).run()


def test_a_running_node_tells_of_a_topic_that_was_changed_and_works_on(
    on_kafka: TwoSides, clues: str, alter: Alter, log: Log, log_text: io.StringIO
) -> None:
    """An alert with topic, setting, wanted and found, at the next look."""
    agency = looking_often(on_kafka.federation)

    def told(event: str) -> list[dict[str, object]]:
        lines = map(json.loads, log_text.getvalue().splitlines())
        return [line for line in lines if line["event"] == event]

    with running(Node(agency, log)):
        wait_until(agency, lambda: bool(told("loop.connected")))
        alter("retention.ms", "3600000")
        wait_until(agency, lambda: bool(told("topic.drifted")))
        on_kafka.transfer()
        wait_until(agency, lambda: is_sent(agency))

    first = told("topic.drifted")[0]
    names = ("topic", "setting", "wanted", "found", "security_alert", "level")
    assert [first[name] for name in names] == [clues, "retention.ms", "-1", "3600000", True, "error"]
    assert told("node.failed") == []


@contextmanager
def running(node: Node) -> Iterator[None]:
    """The node runs within the block."""
    thread = Thread(target=node.run)
    thread.start()
    try:
        yield
    finally:
        node.stop()
        thread.join(DEADLINE_SECONDS)


def looking_often(agency: Agency) -> Agency:
    """The same, whose node looks at its topics each second."""
    return replace(agency, settings=agency.settings.model_copy(update={"topics_checked_every_seconds": 1}))


def is_sent(agency: Agency) -> bool:
    with agency.store.reading() as transaction:
        return rows(transaction, "SELECT count(*) FROM outbox WHERE topic LIKE '%.clues' AND sent_at IS NOT NULL") == [
            (1,)
        ]


def test_an_agency_may_see_behind_kafkas_doors_how_its_topics_are_set(doors: Doors, log: Log) -> None:
    """The rights that follow from the agreement are enough: nothing is missing, and nobody else's is asked for."""
    (agency, security), *_ = doors.local.agencies.items()

    watched = TopicWatch(agency, lambda: TopicAdmin(doors.bootstrap, security=security), 3_600, log).found()

    assert watched == []

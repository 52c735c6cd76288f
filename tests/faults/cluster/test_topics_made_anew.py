"""Row 32: a topic is deleted and made anew, or another cluster answers at the old address."""

from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.errors import JournalStopped
from clue_exchange.journals import Stop
from clue_exchange.kafka_clients import connect
from clue_exchange.logs import json_log
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics, topic_name
from console.node import Node
from schemas.catalog import Family
from schemas.codes import Role
from tests.cluster_steps import PATIENCE_MS, Cluster, County, numbers_in, wait_for
from tests.kafka_steps import clue_exchange
from tests.people import SUPERVISOR, passphrase_file, settle

pytestmark = pytest.mark.broker

CLUES = 5


def recognise(county: County, role: Role, *topics: str, expected: int = 0) -> str:
    """The consent of this side's supervisor, by the command line."""
    proof = ("--as", SUPERVISOR, "--passphrase-file", passphrase_file(county.folder, SUPERVISOR))
    named = [word for topic in topics for word in ("--topic", topic)]
    return clue_exchange("topics", "recognise", *named, "--config", str(county.config(role)), *proof, expected=expected)


def require_that_nothing_is_sent(county: County) -> None:
    """The sender's node does not begin."""
    with pytest.raises(JournalStopped, match="made anew"):
        Node(county.sides.federation, json_log(county.log_text)).run()


def require_stopped(county: County, topics: set[str]) -> None:
    """The receiver's node lives on, reads the other journals, and stops these."""
    with county.running(Role.procuratorate):
        wait_for(lambda: {line["topic"] for line in county.logged("journal.stopped")} >= topics)
    assert {line["reason"] for line in county.logged("journal.stopped")} == {Stop.TOPIC_CHANGED}


def exchange_goes_on(county: County) -> None:
    with county.running():
        county.transfer(1)
        county.drain()
    county.require_nothing_lost_and_nothing_doubled(CLUES + 1)


@pytest.fixture
def staffed(county: County) -> County:
    """A county with a supervisor on each side, after its first clues."""
    for role in Role:
        settle(county.sides.side(role).people, [SUPERVISOR])
    with county.running():
        county.transfer(CLUES)
        county.drain()
    return county


def test_row_32_a_topic_made_anew_is_begun_again_by_consent(staffed: County) -> None:
    """Both sides stop and say so; after both have consented all is sent again, and nothing takes effect twice."""
    topic = staffed.topic(Role.federation)
    with closing(connect(KafkaAdminClient, staffed.cluster.bootstrap, PATIENCE_MS)) as admin:
        admin.delete_topics([topic])
        wait_for(lambda: topic not in admin.list_topics())
    with TopicAdmin(staffed.cluster.bootstrap) as administrator:
        ensure_topics(administrator, [staffed.sides.federation.settings.agency], replicas=3)

    require_that_nothing_is_sent(staffed)
    require_stopped(staffed, {topic})
    told = [recognise(staffed, role, topic) for role in Role]
    recognise(staffed, Role.federation, topic, expected=1)  # there is nothing left to consent to
    exchange_goes_on(staffed)

    assert [f"{CLUES} records are sent again" in told[0], "read from its beginning" in told[1]] == [True, True]
    assert numbers_in(staffed.cluster.bootstrap, topic) == list(range(1, CLUES + 2))


@pytest.mark.long
def test_row_32_another_cluster_is_begun_again_by_consent(staffed: County, tmp_path: Path) -> None:
    """Every topic is another one: nothing is read or sent before a person has consented to each."""
    sides = {role: staffed.sides.side(role).settings.agency for role in Role}
    with EmbeddedKafka(tmp_path / "other") as other:
        with TopicAdmin(other.bootstrap) as admin:
            ensure_topics(admin, sides.values(), replicas=1)
        moved = County(Cluster(other, ()), staffed.sides.moved_to(other.bootstrap), staffed.folder, staffed.log_text)
        families = (Family.CLUES, Family.CASE_PROGRESS, Family.KEYS)
        journals = {role: [topic_name(sides[role], family) for family in families] for role in Role}

        require_that_nothing_is_sent(moved)
        with pytest.raises(JournalStopped):
            Node(moved.sides.procuratorate, json_log(moved.log_text)).run()
        for role in Role:
            receipts = topic_name(sides[role.other], Family.RECEIPTS)
            recognise(moved, role, *journals[role], *journals[role.other], receipts)
        exchange_goes_on(moved)

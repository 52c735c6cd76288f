"""Topics on a real broker: made once, described in full, and compared with what they should be."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from clue_exchange.errors import BrokerRefused
from clue_exchange.kafka_records import TopicSpec
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import Drift, ensure_topics, find_drift, specs_for, topic_name
from schemas.catalog import Family

pytestmark = pytest.mark.broker


def test_topics_are_made_once(bootstrap: str) -> None:
    """A second run makes nothing and changes nothing."""
    agency = f"federation-{uuid4().int % 1_000_000:06}"
    with TopicAdmin(bootstrap) as admin:
        made = ensure_topics(admin, [agency], replicas=1)
        again = ensure_topics(admin, [agency], replicas=1)
        drift = find_drift(admin, [agency], replicas=1)

        assert sorted(made) == sorted(topic_name(agency, family) for family in Family)
        assert again == []
        assert drift == []
        assert set(made) <= set(admin.list())


def test_drift_is_found(bootstrap: str) -> None:
    """A topic that somebody made by hand, and those that nobody made."""
    agency = f"procuratorate-{uuid4().int % 1_000_000:06}"
    spec = specs_for(agency, replicas=1)[0]
    with TopicAdmin(bootstrap) as admin:
        admin.create([TopicSpec(spec.name, 2, 1, {**spec.configs, "retention.ms": "1000"})])

        found = find_drift(admin, [agency], replicas=1)

    assert found[:2] == [Drift(spec.name, "partitions", "1", "2"), Drift(spec.name, "retention.ms", "-1", "1000")]
    assert [(each.setting, each.found) for each in found[2:]] == [("exists", None)] * (len(Family) - 1)


def test_topic_that_cannot_be_made_is_refused_with_the_reason(bootstrap: str) -> None:
    """The library returns refusals in its result; they must not pass for success."""
    with TopicAdmin(bootstrap) as admin, pytest.raises(BrokerRefused, match=r"journal\.three.*eplication factor"):
        admin.create([TopicSpec("journal.three", 1, 3)])


def test_descriptions_show_what_the_broker_sets(bootstrap: str, make_topic: Callable[..., str]) -> None:
    """A drift check must see settings that come from the broker's file, and tell one topic from its successor."""
    one, other = make_topic(), make_topic()
    with TopicAdmin(bootstrap) as admin:
        described = admin.describe([one, other, "nobody.clues"])

        assert set(described) == {one, other}
        assert described[one].configs["min.insync.replicas"] == "1"
        assert described[one].topic_id != described[other].topic_id
        assert len(admin.cluster_id()) == 22
        assert admin.serving_brokers() == 1

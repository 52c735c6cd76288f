"""One real Kafka for the whole session, and topics that no two tests share."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.kafka_records import TopicSpec
from clue_exchange.topic_admin import TopicAdmin


@pytest.fixture(scope="session")
def embedded_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """A broker that runs until the last test is done; tests that stop brokers start their own."""
    with EmbeddedKafka(tmp_path_factory.mktemp("kafka")) as kafka:
        yield kafka


@pytest.fixture
def bootstrap(embedded_kafka: EmbeddedKafka) -> str:
    """The address of the session's broker."""
    return embedded_kafka.bootstrap


@pytest.fixture
def make_topic(bootstrap: str) -> Callable[..., str]:
    """Makes an empty topic with one partition under a new name; keyword arguments are its settings, dots as `_`."""

    def make(**configs: str) -> str:
        name = f"test-{uuid4().hex[:8]}.clues"
        settings = {setting.replace("_", "."): value for setting, value in configs.items()}
        with TopicAdmin(bootstrap) as admin:
            admin.create([TopicSpec(name, 1, 1, settings)])
        return name

    return make

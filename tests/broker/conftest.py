"""One real Kafka for the whole session, and topics that no two tests share."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from clue_exchange.kafka_records import TopicSpec
from clue_exchange.logs import Log, json_log
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics
from schemas.codes import Role
from tests.doors import Doors
from tests.kafka_container import RunningKafka, running_kafka
from tests.kafka_steps import clue_exchange_done
from tests.two_sides import SetClock, TwoSides, settings_for

WHICH = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def kafka_server(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKafka]:
    """A broker that runs until the last test is done; tests that stop brokers start their own."""
    with running_kafka(tmp_path_factory.mktemp("kafka")) as kafka:
        pytestconfig.stash[WHICH] = kafka.told
        yield kafka


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that run on whichever Kafka there is."""
    for item in items:
        if isinstance(item, pytest.Function) and "kafka_server" in item.fixturenames:
            item.add_marker(pytest.mark.any_kafka)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say on which Kafka the tests ran."""
    if which := config.stash.get(WHICH, None):
        terminalreporter.write_line(f"Kafka of the integration tests: {which}")


@pytest.fixture
def bootstrap(kafka_server: RunningKafka) -> str:
    """The address of the session's broker."""
    return kafka_server.bootstrap


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


@pytest.fixture
def log_text() -> io.StringIO:
    """What the nodes log."""
    return io.StringIO()


@pytest.fixture
def log(log_text: io.StringIO) -> Log:
    """The log of the nodes under test."""
    return json_log(log_text)


@pytest.fixture
def on_kafka(bootstrap: str, tmp_path: Path) -> Iterator[TwoSides]:
    """Two agencies of a region of their own, with their topics on the broker."""
    region = f"{uuid4().int % 1_000_000:06d}"
    names = {role: f"{role}-{region}" for role in Role}
    with TopicAdmin(bootstrap) as admin:
        ensure_topics(admin, names.values(), replicas=1)

    settings = {
        role: settings_for(role, tmp_path, f"sqlite:///{tmp_path}/{role}.db", bootstrap, names) for role in Role
    }
    sides = TwoSides.of(settings, SetClock())
    yield sides
    sides.close()


@pytest.fixture(scope="session")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """A secured broker with the rights of one county, until the last test is done; tests that change rights undo it."""
    with Doors.opened(tmp_path_factory.mktemp("doors")) as doors:
        yield doors


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one demonstration of this session left its databases, logs, broker files, figures and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    done = clue_exchange_done("demo", "--folder", str(folder / "county"), "--json", str(folder / "demo.json"))
    (folder / "stdout.txt").write_text(done.stdout, encoding="utf-8")
    (folder / "stderr.txt").write_text(done.stderr, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def demo_figures(demo_folder: Path) -> dict[str, Any]:
    """What the demonstration measured."""
    loaded: dict[str, Any] = json.loads((demo_folder / "demo.json").read_text(encoding="utf-8"))
    return loaded

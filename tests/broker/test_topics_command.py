"""`clue-exchange topics` on a real broker: what should be and what is, in one look, from a configuration alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from clue_exchange.topics import topic_name
from console.cli import main
from schemas.catalog import Family
from schemas.codes import Role
from tests.doors import Doors
from tests.kafka_steps import relay_once
from tests.two_sides import TwoSides, settings_for

pytestmark = pytest.mark.broker


@pytest.fixture
def check(on_kafka: TwoSides, tmp_path: Path) -> Callable[..., Result]:
    """Runs the command with the federation's configuration."""
    config = tmp_path / "agency.toml"
    config.write_text(on_kafka.federation.settings.to_toml(), encoding="utf-8")

    def check(*words: str, expected: int = 0) -> Result:
        result = CliRunner(env={"COLUMNS": "120"}).invoke(main, ["topics", "--config", str(config), *words])
        assert result.exit_code == expected, result.output
        return result

    return check


def test_topics_are_shown_with_what_they_should_be(on_kafka: TwoSides, check: Callable[..., Result], log: Any) -> None:
    """Five lines, the sizes on disk, and exit 0; `topics` alone is `topics check`."""
    on_kafka.transfer()
    with on_kafka.federation.producer() as producer:
        relay_once(on_kafka.federation, producer, log)

    shown, told = check("--replicas", "1").output, json.loads(check("--replicas", "1", "--json").stdout)

    assert "all topics are what they should be" in shown
    assert shown.count(on_kafka.federation.settings.agency) == len(Family)
    assert "for good" in shown
    sizes = {each["topic"].rpartition(".")[2]: each["bytes"] for each in told["topics"]}
    assert sizes["clues"] > 1_000
    assert sizes["case-progress"] == 0
    assert told["free_bytes"] > 0
    assert told["drift"] == []


def test_what_differs_stands_beside_what_should_be(
    on_kafka: TwoSides, check: Callable[..., Result], bootstrap: str
) -> None:
    """A retention that somebody changed, and replicas that a single broker cannot have: exit 1."""
    topic = topic_name(on_kafka.federation.settings.agency, Family.CLUES)
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": "1000"})])
    admin.close()

    shown = check(expected=1).output

    assert "-1 ≠ 1000" in shown
    assert "3 ≠ 1" in shown
    assert "differs" in shown


def test_an_agency_sees_no_sizes_behind_kafkas_doors(doors: Doors, tmp_path: Path) -> None:
    """A node may not describe the cluster; what it sees of its topics is enough to find what differs."""
    (agency, security), *_ = doors.local.agencies.items()
    settings = settings_for(Role.federation, tmp_path, f"sqlite:///{tmp_path}/x.db", doors.bootstrap)
    config = tmp_path / "agency.toml"
    config.write_text(settings.model_copy(update={"security": security}).to_toml(), encoding="utf-8")

    words = ["topics", "check", "--config", str(config), "--replicas", "1", "--json"]
    told = json.loads(CliRunner().invoke(main, words).stdout)

    assert told["drift"] == []
    assert {(each["topic"].rpartition(".")[0], each["bytes"]) for each in told["topics"]} == {(agency, None)}


def test_a_command_that_says_nobodys_topics_asks_for_it() -> None:
    """Neither an agency nor a configuration."""
    asked = CliRunner().invoke(main, ["topics", "check", "--bootstrap", "127.0.0.1:9"])

    assert asked.exit_code == 2
    assert "--agency" in asked.output

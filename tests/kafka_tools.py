"""
Kafka's own command-line tools, for tests that compare our word with Kafka's.
"""

import hashlib
import os
import subprocess
from dataclasses import dataclass

from jgo.maven import MavenContext

from clue_exchange.embedded.jars import class_path, java

TOOLS = ("org.apache.kafka", "kafka-tools", "4.3.1")
TOOLS_SHA256 = "62f3c5dd7aa3442d4c5bc6a95f86e2502178ea09de8e27f74d9563bf955e253c"
SECONDS = 120


@dataclass(frozen=True)
class GroupRow:
    """One line of what ConsumerGroupCommand says of a group."""

    topic: str
    current_offset: int
    log_end_offset: int
    lag: int


def described_group(bootstrap: str, group: str) -> list[GroupRow]:
    """What `kafka-consumer-groups.sh --describe` says, without the partitions for which nothing was committed."""
    words = ("--bootstrap-server", bootstrap, "--describe", "--group", group)
    lines = [line.split() for line in run("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", *words)]
    (header,) = [line for line in lines if line[:2] == ["GROUP", "TOPIC"]]
    rows = [dict(zip(header, line, strict=False)) for line in lines if line[:1] == [group]]
    return [
        GroupRow(row["TOPIC"], int(row["CURRENT-OFFSET"]), int(row["LOG-END-OFFSET"]), int(row["LAG"]))
        for row in rows
        if row["CURRENT-OFFSET"] != "-"
    ]


def run(tool: str, *words: str) -> list[str]:
    """The lines that a tool of Kafka's prints."""
    jars = [*class_path(lambda _: None), _tools()]
    flags = ("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", os.pathsep.join(map(str, jars)))
    done = subprocess.run(
        [str(java()), *flags, tool, *words], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if line.strip()]


def _tools() -> str:
    group, name, version = TOOLS
    artifact = MavenContext().project(group, name).at_version(version).artifact()
    jar = artifact.resolve()
    assert hashlib.sha256(jar.read_bytes()).hexdigest() == TOOLS_SHA256
    return str(jar)

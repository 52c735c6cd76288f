"""
The topics of an agency: what they are called, what they should be, and how what is differs from that.

Each topic has one writer, the agency whose name it begins with, and one partition: it is a journal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from clue_exchange.kafka_records import DescribedTopic, TopicSpec
from schemas.catalog import Family

DAY_MS = 24 * 60 * 60 * 1_000
RECORD_CAP_BYTES = 256 * 1024
BATCH_OVERHEAD_BYTES = 16 * 1024  # Kafka's limit is on the batch: record key, headers and framing count too
FOREVER = NO_LIMIT = "-1"


KEPT: dict[Family, dict[str, str]] = {
    # at least as long as the agreement says that records are kept; until one is in force, nothing is thrown away
    Family.CLUES: {"cleanup.policy": "delete", "retention.ms": FOREVER},
    Family.CASE_PROGRESS: {"cleanup.policy": "delete", "retention.ms": FOREVER},
    # each receipt says all that the one before it said
    Family.RECEIPTS: {"cleanup.policy": "delete", "retention.ms": str(7 * DAY_MS)},
    # the newest record of a key is the key; a tombstone erases it, within a day (Kafka alone promises no time), and
    # stays long enough for a counterpart that was down to see it
    Family.KEYS: {
        "cleanup.policy": "compact",
        "max.compaction.lag.ms": str(DAY_MS),
        "delete.retention.ms": str(90 * DAY_MS),
    },
    Family.DEAD_LETTER: {"cleanup.policy": "delete", "retention.ms": str(90 * DAY_MS)},
    # a record a month: what the levels above add up years later
    Family.FIGURES: {"cleanup.policy": "delete", "retention.ms": FOREVER},
}


@dataclass(frozen=True)
class Drift:
    """
    One way in which a topic is not what it should be.

    Attributes:
        topic: its name.
        setting: what differs; `exists` when the whole topic is missing, `in sync` when replicas have fallen behind.
        wanted, found: both as Kafka writes them; found is None where there is nothing.
    """

    topic: str
    setting: str
    wanted: str
    found: str | None


class Administrator(Protocol):
    """What is needed of `topic_admin.TopicAdmin`."""

    def create(self, specs: Sequence[TopicSpec]) -> list[str]:
        """Make those that do not exist; returns their names."""

    def describe(self, names: Iterable[str]) -> dict[str, DescribedTopic]:
        """Describe those that exist."""


def topic_name(agency: str, family: Family) -> str:
    """Name the topic; ACLs go by the prefix `<agency>.`."""
    return f"{agency}.{family}"


def specs_for(agency: str, replicas: int) -> list[TopicSpec]:
    """
    Say what the agency's topics should be: three replicas on a cluster, one with a single broker.

    With three, a record is acknowledged once two hold it, so that one broker may be lost at any moment.
    """
    common = {
        "max.message.bytes": str(RECORD_CAP_BYTES + BATCH_OVERHEAD_BYTES),
        "min.insync.replicas": str(max(1, replicas - 1)),
        # the broker unpacks what a writer compressed, and holds it to the limit: no bomb reaches a reader
        "compression.type": "uncompressed",
        # a replica that lacks what was acknowledged never leads
        "unclean.leader.election.enable": "false",
        # no size makes Kafka throw away what the time lets stay
        "retention.bytes": NO_LIMIT,
    }
    return [TopicSpec(topic_name(agency, family), 1, replicas, common | KEPT[family]) for family in Family]


def ensure_topics(admin: Administrator, agencies: Iterable[str], replicas: int) -> list[str]:
    """Make what is missing and return its names. What exists is left as it is: see `find_drift`."""
    return admin.create([spec for agency in agencies for spec in specs_for(agency, replicas)])


def find_drift(admin: Administrator, agencies: Iterable[str], replicas: int) -> list[Drift]:
    """Compare what the broker has with what should be; changes nothing."""
    specs = [spec for agency in agencies for spec in specs_for(agency, replicas)]
    described = admin.describe([spec.name for spec in specs])
    return [found for spec in specs for found in drift(spec, described.get(spec.name))]


def drift(spec: TopicSpec, described: DescribedTopic | None) -> list[Drift]:
    """List the differences that count; what a spec does not name may be anything."""
    if described is None:
        return [Drift(spec.name, "exists", "yes", None)]
    pairs = [
        ("partitions", str(spec.partitions), str(described.partitions)),
        ("replicas", str(spec.replicas), str(described.replicas)),
        ("in sync", str(described.replicas), str(described.in_sync)),
        *((name, wanted, described.configs.get(name)) for name, wanted in spec.configs.items()),
    ]
    return [Drift(spec.name, setting, wanted, found) for setting, wanted, found in pairs if wanted != found]


def owner_of(topic: str) -> str:
    """The agency that alone writes this topic."""
    return topic.rpartition(".")[0]


def is_family(topic: str, family: Family) -> bool:
    """Whether this is an agency's topic of that family."""
    return topic.endswith(f".{family}")


@lru_cache(maxsize=1024)
def family_of(topic: str) -> Family:
    """What an agency keeps in this topic."""
    return Family(topic.rpartition(".")[2])

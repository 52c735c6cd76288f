"""
What a principal may try on a secured broker, by the library's own clients: what ours leave out, a thief tries.
"""

import re
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import uuid4

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    NewPartitions,
    NewTopic,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError
from kafka.protocol.consumer import FetchRequest
from kafka.structs import OffsetAndMetadata

from tests.doors import Doors

PATIENCE_MS = 60_000
"""For an answer: every attempt gets one, or is refused."""
ONE_POLL_MS = 500
# the library returns refusals as words and codes in its answers as often as it raises them
REFUSED = re.compile(r"AuthorizationFailed|needs ALTER permission|error_code'?[=:] ?(29|30|31)\b")


class NothingGiven(Exception):
    """Kafka hides what one may not see: no error, and nothing."""


def is_denied(doors: Doors, run: Callable[[Doors, str, str], Any], principal: str, on: str) -> bool:
    """Try it, and tell whether the broker refused; any other failure is a failure of the test."""
    try:
        answer = run(doors, principal, on)
    except NothingGiven:
        return True
    except KafkaError as error:
        if not REFUSED.search(repr(error)):
            raise
        return True
    return REFUSED.search(repr(answer)) is not None


def write(doors: Doors, principal: str, topic: str, **settings: Any) -> Any:
    """One record, acknowledged by all."""
    producer = KafkaProducer(**doors.settings(principal), acks="all", max_block_ms=PATIENCE_MS, **settings)
    try:
        return producer.send(topic, b"x", partition=0).get(60)  # type: ignore[no-untyped-call]  # their stub
    finally:
        producer._sender.force_close()  # type: ignore[attr-defined]  # private, there is no public way
        producer.close(timeout=2)


def write_plainly(doors: Doors, principal: str, topic: str) -> Any:
    """Without a producer id: only the right to the topic counts."""
    return write(doors, principal, topic, enable_idempotence=False)


def write_idempotently(doors: Doors, principal: str, topic: str) -> Any:
    """With a producer id, as the relay does; nobody has IdempotentWrite on the cluster."""
    return write(doors, principal, topic, enable_idempotence=True)


def read(doors: Doors, principal: str, topic: str) -> None:
    """The first records of the topic."""
    with closing(_consumer(doors, principal, None)) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        consumer.seek(TopicPartition(topic, 0), 0)
        deadline = time.monotonic() + PATIENCE_MS / 1_000
        while not consumer.poll(ONE_POLL_MS):  # it may be slow, or hidden: then the broker says so of the topic
            if not consumer.partitions_for_topic(topic) or time.monotonic() > deadline:
                raise NothingGiven


def describe_topic(doors: Doors, principal: str, topic: str) -> Any:
    return doors.admin(principal).describe_topics([topic])


def describe_configs(doors: Doors, principal: str, topic: str) -> None:
    found = doors.admin(principal).describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    if not found["topic"][topic]:
        raise NothingGiven


def alter_configs(doors: Doors, principal: str, topic: str) -> Any:
    """Retention of a millisecond is loss; here the broker only says whether it would."""
    return _alter_configs(doors, principal, ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": "1"}))


def alter_broker_configs(doors: Doors, principal: str, _: str) -> Any:
    return _alter_configs(doors, principal, ConfigResource(ConfigResourceType.BROKER, "1", {"log.retention.ms": "1"}))


def create_topic(doors: Doors, principal: str, topic: str) -> Any:
    """The broker only says whether it would."""
    return doors.admin(principal).create_topics([NewTopic(topic, 1, 1)], validate_only=True, raise_errors=False)


def delete_topic(doors: Doors, principal: str, topic: str) -> Any:
    return doors.admin(principal).delete_topics([topic])


def create_partitions(doors: Doors, principal: str, topic: str) -> Any:
    """A second partition: a journal would have no order; the broker only says whether it would."""
    return doors.admin(principal).create_partitions({topic: NewPartitions(2)}, validate_only=True)


def delete_records(doors: Doors, principal: str, topic: str) -> Any:
    return doors.admin(principal).delete_records({TopicPartition(topic, 0): 0}, partition_leader_id=1)


def read_group(doors: Doors, principal: str, group: str) -> Any:
    """Where the group stands."""
    return doors.admin(principal).list_group_offsets(group)  # type: ignore[no-untyped-call]  # their stub


def commit(doors: Doors, principal: str, group: str) -> Any:
    """A hint of one's own position; the topic is the principal's own, where it has one."""
    topic = f"{_owner(group)}.clues"
    with closing(_consumer(doors, principal, group)) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        return consumer.commit({TopicPartition(topic, 0): OffsetAndMetadata(0)}, timeout_ms=PATIENCE_MS)


def join_group(doors: Doors, principal: str, group: str) -> Any:
    with closing(_consumer(doors, principal, group)) as consumer:
        consumer.subscribe([f"{_owner(group)}.clues"])
        deadline = time.monotonic() + PATIENCE_MS / 1_000
        while not consumer.assignment() and time.monotonic() < deadline:
            consumer.poll(ONE_POLL_MS)
        return sorted(consumer.assignment())


def reset_group(doors: Doors, principal: str, group: str) -> Any:
    """Move the group's position, as an operator's tool does."""
    partition = TopicPartition(f"{_owner(group)}.clues", 0)
    return doors.admin(principal).alter_group_offsets(group, {partition: OffsetAndMetadata(0)}, group_coordinator_id=1)


def delete_group(doors: Doors, principal: str, group: str) -> Any:
    return doors.admin(principal).delete_groups([group], group_coordinator_id=1)


def grant_a_right(doors: Doors, principal: str, _: str) -> Any:
    """For a topic that does not exist, so that an administrator's success changes no other cell."""
    pattern = ResourcePattern(ResourceType.TOPIC, f"granted-{uuid4().hex[:8]}", ACLResourcePatternType.LITERAL)
    rule = ACL("User:nobody", "*", ACLOperation.WRITE, ACLPermissionType.ALLOW, pattern)
    answer = doors.admin(principal).create_acls([rule])
    doors.superuser().delete_acls([rule])
    return answer


def see_rules(doors: Doors, principal: str, _: str) -> Any:
    anything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    return doors.admin(principal).describe_acls(
        ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, anything)
    )


def set_password(doors: Doors, principal: str, _: str) -> Any:
    credential = UserScramCredentialUpsertion("nobody", "SCRAM_SHA_512", "a password that nobody has")
    return doors.admin(principal).alter_user_scram_credentials([credential])


def act_as_broker(doors: Doors, principal: str, topic: str) -> Any:
    """Fetch as a follower does, which sees what is not yet committed."""
    partition = FetchRequest.FetchTopic.FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=1_000)
    request = FetchRequest(
        replica_id=1,
        max_wait_ms=100,
        min_bytes=0,
        topics=[FetchRequest.FetchTopic(topic=topic, partitions=[partition])],
        max_version=11,
    )
    manager = doors.admin(principal)._manager  # type: ignore[attr-defined]  # no public client pretends to be a broker
    return repr(manager.run(manager.send, request, 1))


def _owner(group: str) -> str:
    return group.rpartition(".")[0]


def _consumer(doors: Doors, principal: str, group: str | None) -> KafkaConsumer:
    return KafkaConsumer(**doors.settings(principal), group_id=group, enable_auto_commit=False)


def _alter_configs(doors: Doors, principal: str, resource: ConfigResource) -> Any:
    return doors.admin(principal).alter_configs([resource], validate_only=True, raise_on_unknown=False)

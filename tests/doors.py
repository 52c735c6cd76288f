"""
A secured broker with principals of every kind, and what it wrote down about them.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from clue_exchange.clock import system_clock
from clue_exchange.doors.certificates import Authority
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.doors.local_security import SUPERUSER, LocalSecurity, grant_rights, local_security
from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.errors import DoorClosed
from clue_exchange.kafka_clients import JournalConsumer, JournalProducer, OutgoingRecord
from clue_exchange.kafka_records import TopicSpec
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics
from tests.looking_again import comes_true

FEDERATION, PROCURATORATE = "federation-110101", "procuratorate-110101"
STRANGER = "federation-110109"  # certified by the same authority; no agreement, no rights
NEIGHBOUR = "federation-1101011"  # no agency has such a name; its prefix is what a missing dot would let in
LOG_SECONDS = 30
PATIENCE_MS, AT_ONCE_SECONDS = 60_000, 30.0
"""Who is turned away at once does not wait for as long as who cannot connect."""
SHORT_PATIENCE_MS = 500
"""Of who comes without security: the library has to fail first."""


@dataclass
class Doors:
    """A running secured broker, with the rights of one county granted."""

    kafka: EmbeddedKafka
    local: LocalSecurity
    authority: Authority
    _admins: dict[str, KafkaAdminClient] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> "Iterator[Doors]":
        """Start everything in this folder; the rights are granted as `acl apply` does it."""
        local = local_security(folder / "certificates", [FEDERATION, PROCURATORATE])
        authority = Authority.open(local.broker.clients, system_clock)
        with EmbeddedKafka(folder / "kafka", security=local.broker) as kafka:
            doors = cls(kafka, local, authority)
            doors.grant_a_county()
            doors.begin()
            yield doors
            for admin in doors._admins.values():
                admin.close()

    @property
    def bootstrap(self) -> str:
        return self.kafka.bootstrap

    def grant_a_county(self) -> None:
        """Rights by the super user, topics by the administrator."""
        grant_rights(self.bootstrap, self.local)
        with TopicAdmin(self.bootstrap, security=self.local.administrator) as topics:
            ensure_topics(topics, self.local.agencies, replicas=1)
        with TopicAdmin(self.bootstrap, security=self.local.superuser) as topics:
            topics.create([TopicSpec(f"{NEIGHBOUR}.clues", 1, 1)])

    def begin(self) -> None:
        """One record in each journal, read and committed by the counterpart: our own clients, secured."""
        for agency, counterpart in ((FEDERATION, PROCURATORATE), (PROCURATORATE, FEDERATION)):
            topic = f"{agency}.clues"
            with JournalProducer(self.bootstrap, security=self.local.agencies[agency]) as producer:
                producer.send_all([OutgoingRecord(topic, b"key", b"first")], deadline_seconds=60)
            security, group_id = self.local.agencies[counterpart], f"{counterpart}.exchange"
            with JournalConsumer(self.bootstrap, {topic: 0}, group_id=group_id, security=security) as consumer:
                assert [record.value for record in consumer.poll(30_000)] == [b"first"]
                deadline = time.monotonic() + 60  # Kafka makes its topic of positions at the first commit
                while consumer.commit({topic: 1}) is not None:
                    assert time.monotonic() < deadline

    def security(self, principal: str) -> KafkaSecurity:
        """The client's side for a principal; certified when it is first asked for."""
        files = self.authority.issued(principal)
        if not files.certificate.exists():
            self.authority.issue_client(principal)
        return KafkaSecurity(ca=self.authority.certificate, certificate=files.certificate, key=files.key)

    def settings(self, principal: str) -> dict[str, Any]:
        """What one of the library's own clients needs to come as this principal."""
        own = {"bootstrap_servers": self.bootstrap, "bootstrap_timeout_ms": 60_000}
        return own | self.security(principal).client_settings()

    def admin(self, principal: str) -> KafkaAdminClient:
        """The library's own client for administration, one a principal."""
        if principal not in self._admins:
            self._admins[principal] = KafkaAdminClient(**self.settings(principal))
        return self._admins[principal]

    def superuser(self) -> KafkaAdminClient:
        return self.admin(SUPERUSER)

    @contextmanager
    def authorizer_log(self) -> "Iterator[Callable[[str], bool]]":
        """Answers whether a line like this was written meanwhile to the log of denials."""
        with _grown(self.kafka.nodes[0].authorizer_log) as was_written:
            yield was_written

    @contextmanager
    def handshakes_log(self) -> "Iterator[Callable[[str], bool]]":
        """The same for the log of handshakes."""
        with _grown(self.kafka.nodes[0].handshakes_log) as was_written:
            yield was_written


def as_options(security: KafkaSecurity) -> list[str]:
    """The same as options of the command line."""
    given = security.model_dump(mode="json", exclude_none=True)
    return [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))]


def with_password(doors: Doors, folder: Path, username: str, password: str) -> KafkaSecurity:
    """A client that has no certificate."""
    file = folder / f"{username}.password"
    file.write_text(password + "\n", encoding="utf-8")
    file.chmod(0o600)
    return KafkaSecurity(ca=doors.authority.certificate, username=username, password_file=file)


def refused(bootstrap: str, security: KafkaSecurity | None) -> DoorClosed:
    """How a client of ours is turned away: at once."""
    asked_at = time.monotonic()
    with pytest.raises(DoorClosed) as closed:
        TopicAdmin(bootstrap, security=security, patience_ms=PATIENCE_MS if security else SHORT_PATIENCE_MS)
    assert time.monotonic() - asked_at < AT_ONCE_SECONDS
    return closed.value


@contextmanager
def _grown(file: Path) -> Iterator[Callable[[str], bool]]:
    yield partial(_appears, file, file.stat().st_size)


def _appears(file: Path, start: int, pattern: str) -> bool:
    """The broker may answer before it writes."""

    def is_written() -> bool:
        with file.open("rb") as log:
            log.seek(start)
            return re.search(pattern, log.read().decode(errors="replace")) is not None

    return comes_true(is_written, LOG_SECONDS)

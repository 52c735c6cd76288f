"""Passwords as the second way, rights that change while clients are connected, and refusals that are told."""

from pathlib import Path

import pytest

from clue_exchange.doors.access_admin import AccessAdmin
from clue_exchange.doors.acls import Operation, Resource, acls_for
from clue_exchange.errors import BrokerRefused
from clue_exchange.kafka_clients import JournalProducer, OutgoingRecord
from tests.doors import FEDERATION, PROCURATORATE, Doors, refused, with_password

pytestmark = pytest.mark.broker

TOPIC = f"{FEDERATION}.clues"


def test_a_password_is_the_second_way(doors: Doors, tmp_path: Path) -> None:
    """The same name has the same rights, at a port of its own."""
    with AccessAdmin(doors.bootstrap, security=doors.local.superuser) as access:
        access.set_password(FEDERATION, "a long password of the federation")
    security = with_password(doors, tmp_path, FEDERATION, "a long password of the federation")

    with JournalProducer(doors.kafka.scram_bootstrap, security=security) as producer:
        sent = producer.send_all([OutgoingRecord(TOPIC, b"key", b"by password")], deadline_seconds=60)
        with pytest.raises(BrokerRefused, match="TopicAuthorizationFailed"):
            producer.send_all([OutgoingRecord(f"{PROCURATORATE}.clues", b"key", b"x")], deadline_seconds=60)

    assert [each.topic for each in sent] == [TOPIC]


@pytest.mark.parametrize("username", [FEDERATION, "nobody-knows"])
def test_a_wrong_password_is_told_as_such(doors: Doors, tmp_path: Path, username: str) -> None:
    """At once, and without saying which of the two is wrong."""
    with AccessAdmin(doors.bootstrap, security=doors.local.superuser) as access:
        access.set_password(FEDERATION, "a long password of the federation")

    closed = refused(doors.kafka.scram_bootstrap, with_password(doors, tmp_path, username, "wrong"))

    assert closed.cause == "wrong_password"
    assert "wrong" in str(closed)


def test_a_certificate_at_the_door_for_passwords_is_told_as_such(doors: Doors) -> None:
    """The library would only say that it could not connect."""
    assert refused(doors.kafka.scram_bootstrap, doors.local.agencies[FEDERATION]).cause == "no_password"


def test_revocation_acts_at_the_next_record(doors: Doors) -> None:
    """A client that is connected does not go on; a new grant lets a new producer in."""
    record = OutgoingRecord(TOPIC, b"key", b"x")
    (write,) = (
        acl for acl in acls_for(FEDERATION, []) if (acl.operation, acl.resource) == (Operation.WRITE, Resource.TOPIC)
    )
    with (
        AccessAdmin(doors.bootstrap, security=doors.local.administrator) as access,
        JournalProducer(doors.bootstrap, security=doors.local.agencies[FEDERATION]) as producer,
    ):
        producer.send_all([record], deadline_seconds=60)
        access.revoke([write])
        try:
            with doors.authorizer_log() as was_written:
                with pytest.raises(BrokerRefused, match="TopicAuthorizationFailed"):
                    producer.send_all([record], deadline_seconds=60)
                assert was_written(f"User:{FEDERATION} is Denied operation = WRITE .*{TOPIC} ")
        finally:
            access.grant([write])
        producer.send_all([record], deadline_seconds=60)

        assert write in access.acls()


def test_only_who_may_alter_rights_is_believed_to_have_altered_them(doors: Doors) -> None:
    """The library returns refusals in its results; they must not pass for success."""
    rights = acls_for(FEDERATION, [])
    with AccessAdmin(doors.bootstrap, security=doors.local.agencies[FEDERATION]) as access:
        for act in (access.grant, access.revoke):
            with pytest.raises(BrokerRefused, match="ClusterAuthorizationFailed"):
                act(rights)
        with pytest.raises(BrokerRefused, match="ClusterAuthorizationFailed"):
            access.acls()
        with pytest.raises(BrokerRefused, match=r"needs ALTER permission"):
            access.set_password("nobody", "whatever")


def test_an_open_broker_has_no_rights_to_show(bootstrap: str) -> None:
    """Rules on a broker without an authorizer would be believed and do nothing."""
    with AccessAdmin(bootstrap) as access, pytest.raises(BrokerRefused, match="SecurityDisabled"):
        access.acls()

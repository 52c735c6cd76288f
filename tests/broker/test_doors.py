"""The doors of a secured broker: who is let in, who is not, and what both sides say about it."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from clue_exchange.clock import system_clock
from clue_exchange.doors.certificates import Authority
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.embedded.ports import HOST
from clue_exchange.errors import BrokerRefused, BrokerUnavailable
from clue_exchange.kafka_clients import JournalProducer
from clue_exchange.topic_admin import TopicAdmin
from tests.doors import FEDERATION, SHORT_PATIENCE_MS, Doors, refused, with_password

pytestmark = pytest.mark.broker

TOPIC = f"{FEDERATION}.clues"


def certified(authority: Authority, name: str, doors: Doors, days: int = 1) -> KafkaSecurity:
    """A client with a certificate of this authority, that believes the broker."""
    files = authority.issue_client(name, days)
    return KafkaSecurity(ca=doors.authority.certificate, certificate=files.certificate, key=files.key)


def second_hand(doors: Doors, folder: Path) -> Authority:
    """The authority of the clients, in another folder, so that it replaces no certificate in use."""
    folder.mkdir()
    for name in ("ca.pem", "ca-key.pem"):
        (folder / name).write_bytes((doors.authority.folder / name).read_bytes())
    return Authority.open(folder, system_clock)


def test_a_stranger_without_a_certificate_is_refused(doors: Doors, tmp_path: Path) -> None:
    """Name and password do not help at the door for certificates."""
    with doors.handshakes_log() as was_written:
        closed = refused(doors.bootstrap, with_password(doors, tmp_path, FEDERATION, "whatever"))

        assert closed.cause == "no_certificate"
        assert was_written("SSLHandshakeException: .*Empty client certificate chain")


def test_a_certificate_of_another_authority_is_refused(doors: Doors, tmp_path: Path) -> None:
    """Anybody can write our agency's name into a certificate of his own."""
    foreign = Authority.open(tmp_path / "clients", system_clock)
    with doors.handshakes_log() as was_written:
        closed = refused(doors.bootstrap, certified(foreign, FEDERATION, doors))

        assert closed.cause == "own_unknown"
        assert was_written("SSLHandshakeException: .*PKIX path (validation|building) failed")


def test_an_expired_certificate_is_refused(doors: Doors, tmp_path: Path) -> None:
    """The message says since when; the broker's log says why."""
    authority = second_hand(doors, tmp_path / "clients")
    long_ago = Authority.open(authority.folder, lambda: system_clock() - timedelta(days=100))
    with doors.handshakes_log() as was_written:
        closed = refused(doors.bootstrap, certified(long_ago, FEDERATION, doors, days=90))

        assert closed.cause == "own_expired"
        assert "has expired: renew it (it was valid until " in str(closed)
        assert was_written("CertificateExpiredException: NotAfter")


def test_a_broker_of_another_authority_is_not_believed(doors: Doors, tmp_path: Path) -> None:
    """Nothing is sent to whoever took the broker's address."""
    foreign = Authority.open(tmp_path / "clients", system_clock)
    own = doors.local.agencies[FEDERATION]

    assert refused(doors.bootstrap, own.model_copy(update={"ca": foreign.certificate})).cause == "broker_unknown"


def test_a_broker_under_another_name_is_not_believed(doors: Doors) -> None:
    """Its certificate names where it may be met; `127.1` is the same address, and no such name."""
    port = doors.bootstrap.rpartition(":")[2]

    assert refused(f"127.1:{port}", doors.local.agencies[FEDERATION]).cause == "wrong_host"


@contextmanager
def late_broker(authority: Authority) -> Iterator[str]:
    """Something that shows a certificate which ended yesterday, once."""
    files = Authority.open(authority.folder, lambda: system_clock() - timedelta(days=2)).issue_broker("late", days=1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)

    def serve(listener: socket.socket) -> None:
        asking, _ = listener.accept()
        with asking, pytest.raises(ssl.SSLError), context.wrap_socket(asking, server_side=True):
            pass

    with socket.create_server((HOST, 0)) as listener:
        server = threading.Thread(target=serve, args=[listener])
        server.start()
        yield f"{HOST}:{listener.getsockname()[1]}"
        server.join()


def test_a_broker_whose_certificate_has_expired_is_not_believed(doors: Doors, tmp_path: Path) -> None:
    """The operator forgot; the message says whose certificate it is."""
    with late_broker(second_hand(doors, tmp_path / "clients")) as address:
        assert refused(address, doors.local.agencies[FEDERATION]).cause == "broker_expired"


def test_a_port_that_is_not_secured_is_named(doors: Doors, bootstrap: str) -> None:
    """A client with security never goes on without it."""
    assert refused(bootstrap, doors.local.agencies[FEDERATION]).cause == "no_tls"


def test_a_secured_port_is_named_to_who_comes_without_security(doors: Doors) -> None:
    """The library would only say that it could not connect."""
    assert refused(doors.bootstrap, None).cause == "wants_tls"


def test_a_broker_that_takes_the_connection_and_answers_nothing_is_away(doors: Doors) -> None:
    """Frozen, or behind a firewall: the library would wait for it for ever, also beside others that answer."""
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        silent = f"127.0.0.1:{frozen.getsockname()[1]}"
        with pytest.raises(BrokerUnavailable, match="nobody answers"):
            TopicAdmin(silent, security=doors.local.administrator, patience_ms=SHORT_PATIENCE_MS)
        with TopicAdmin(f"{silent},{doors.bootstrap}", security=doors.local.administrator) as topics:
            assert topics.list()


def test_a_broker_that_is_away_is_not_a_closed_door(doors: Doors) -> None:
    """A node waits for a broker; for a wrong certificate it must not."""
    with pytest.raises(BrokerUnavailable):
        TopicAdmin("127.0.0.1:9", security=doors.local.agencies[FEDERATION], patience_ms=300)


@pytest.mark.parametrize("door", ["internal", "controller"])
def test_an_agency_does_not_get_through_the_brokers_own_doors(doors: Doors, door: str) -> None:
    """Not even one that believes the brokers' authority: they do not believe the agencies'."""
    port = getattr(doors.kafka.nodes[0].known_ports, door)
    agency = doors.local.agencies[FEDERATION]
    believing = agency.model_copy(update={"ca": doors.local.broker.brokers / "ca.pem"})
    with doors.handshakes_log() as was_written:
        assert refused(f"{HOST}:{port}", agency).cause == "broker_unknown"
        assert refused(f"{HOST}:{port}", believing).cause == "own_unknown"
        assert was_written("SSLHandshakeException: .*PKIX path")


@pytest.mark.parametrize(
    ("unit", "name", "principal"),
    [
        ("brokers", FEDERATION, f"CN={FEDERATION},OU=brokers,O=ClueExchange"),
        ("clients", "broker-1", "broker-1"),
    ],
)
def test_a_name_counts_only_in_its_own_unit(doors: Doors, tmp_path: Path, unit: str, name: str, principal: str) -> None:
    """A broker's certificate is no agency, and a client that is called like a broker is no super user."""
    authority = second_hand(doors, tmp_path / "clients")
    files = authority.issue_broker(name) if unit == "brokers" else authority.issue_client(name)
    security = KafkaSecurity(ca=authority.certificate, certificate=files.certificate, key=files.key)
    with (
        doors.authorizer_log() as was_written,
        JournalProducer(doors.bootstrap, security=security) as producer,
    ):
        with pytest.raises(BrokerRefused, match="no right to see it"):
            producer.prepare([TOPIC])
        with TopicAdmin(doors.bootstrap, security=security) as admin:
            assert admin.describe([TOPIC]) == {}
        assert was_written(f"User:{principal} is Denied operation = DESCRIBE .*Topic:LITERAL:{TOPIC} ")

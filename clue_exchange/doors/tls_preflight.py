"""
Why a secure connection to Kafka does not come about: asked with the standard library, answered in milliseconds.

The client library ends every such case with "unable to bootstrap" after its time-out; docs/decisions/0009. No Kafka
import.
"""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from clue_exchange.clock import Clock, system_clock
from clue_exchange.doors.certificates import show
from clue_exchange.doors.kafka_security import KafkaSecurity, read_password
from clue_exchange.doors.sasl import NOT_FOR_PASSWORDS, is_proven, mechanism_error
from clue_exchange.errors import BrokerUnavailable, DoorClosed

ANSWER_SECONDS = 1.0
ASK_AGAIN_SECONDS = 0.1


class Cause(Enum):
    """Why a door stays closed, and what a person can do."""

    no_certificate = "the broker asks for a certificate and none was shown: this port is for certificate and key"
    no_password = "this port is for user name and password, not for certificates"  # noqa: S105  # a sentence
    own_expired = "our certificate has expired: renew it"
    own_unknown = "the broker does not accept our certificate: it does not know the authority that issued it"
    broker_unknown = "the broker's certificate is not of an authority that we trust (ca)"
    broker_expired = "the broker's certificate has expired"
    wrong_host = "the broker's certificate is not for this host name"
    no_tls = "this port does not speak TLS: it is not a secured listener"
    wants_tls = "this port speaks TLS only, and no security is configured"
    wrong_password = "user name or password is wrong"  # noqa: S105  # a sentence
    disagreed = "both sides have no TLS version or cipher suite in common"


# OpenSSL's numbers of X.509 verification errors, stable since 1.0.2
VERIFICATION = {10: Cause.broker_expired, 62: Cause.wrong_host, 64: Cause.wrong_host}
NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
NONE_SHOWN = {"TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_NO_CERTIFICATE"}
OURS_REFUSED = {
    "SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_EXPIRED", "SSLV3_ALERT_CERTIFICATE_REVOKED",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "TLSV1_ALERT_ACCESS_DENIED",
    "TLSV1_ALERT_UNKNOWN_CA",
}  # fmt: skip
NOTHING_SHARED = {
    "SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_PROTOCOL_VERSION", "TLSV1_ALERT_INSUFFICIENT_SECURITY",
    "UNSUPPORTED_PROTOCOL", "NO_SHARED_CIPHER",
}  # fmt: skip
MAY_BE_STOPPING = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError)


def preflight(bootstrap: str, security: KafkaSecurity | None, clock: Clock = system_clock) -> str | None:
    """
    The first of the addresses that lets us in; None where nobody can be reached: then it is not the door.

    Raises:
        DoorClosed: every broker that answered refused, or was refused; names the cause of the first.
    """
    closed: list[DoorClosed] = []
    for address in bootstrap.split(","):
        try:
            if _is_let_in(address, security, clock):
                return address
        except DoorClosed as error:
            closed.append(error)
    if closed:
        raise closed[0]
    return None


def open_door(bootstrap: str, security: KafkaSecurity, patience_ms: int) -> str:
    """
    The address of a broker that lets us in.

    The client library is given no other: it waits for ever for one that takes the connection and answers nothing.

    Raises:
        DoorClosed: as `preflight`.
        BrokerUnavailable: nobody lets us in for as long as that.
    """
    deadline = time.monotonic() + patience_ms / 1_000
    while (address := preflight(bootstrap, security)) is None:
        if time.monotonic() > deadline:
            raise BrokerUnavailable(f"nobody answers at {bootstrap}")
        time.sleep(ASK_AGAIN_SECONDS)
    return address


def door_closed(address: str, cause: Cause, more: str = "") -> DoorClosed:
    """Make the error for a cause."""
    return DoorClosed(address, cause.name, f"{cause.value}{more}")


def _is_let_in(address: str, security: KafkaSecurity | None, clock: Clock) -> bool:
    if security is None:
        return _is_let_in_without(address)
    try:
        with _connected(address, security.tls()) as door:
            return _is_believed(door, address, security)
    except ssl.SSLCertVerificationError as error:
        raise door_closed(address, VERIFICATION.get(error.verify_code, Cause.broker_unknown)) from error
    except MAY_BE_STOPPING as error:
        if _speaks_plainly(address):
            raise door_closed(address, Cause.no_tls) from error
        return False
    except ssl.SSLError as error:
        if closed := _of_alert(address, error.reason or "", security, clock):
            raise closed from error
        return False
    except OSError:
        return False


def _is_believed(door: socket.socket, address: str, security: KafkaSecurity) -> bool:
    error_code = mechanism_error(door)
    if security.username is None:
        if error_code not in (None, NOT_FOR_PASSWORDS):
            raise door_closed(address, Cause.no_password)
        return error_code is not None
    proven = is_proven(door, security.username, read_password(security.password_file)) if error_code == 0 else None
    if proven is False:
        raise door_closed(address, Cause.wrong_password)
    return proven is True


def _is_let_in_without(address: str) -> bool:
    if _speaks_plainly(address):
        return True
    try:
        with _connected(address, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)):
            return False
    except ssl.SSLCertVerificationError as error:  # whoever shows a certificate speaks TLS
        raise door_closed(address, Cause.wants_tls) from error
    except OSError:
        return False


def _speaks_plainly(address: str) -> bool:
    try:
        with _connected(address, None) as door:
            return mechanism_error(door) is not None
    except OSError:
        return False


@contextmanager
def _connected(address: str, context: ssl.SSLContext | None) -> Iterator[socket.socket]:
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), ANSWER_SECONDS) as plain:
        if context is None:
            yield plain
        else:
            with context.wrap_socket(plain, server_hostname=host) as secured:
                yield secured


def _of_alert(address: str, reason: str, security: KafkaSecurity, clock: Clock) -> DoorClosed | None:
    """A broker's alert does not say what it minds about a certificate; the certificate does."""
    if reason in NOT_TLS:
        return door_closed(address, Cause.no_tls)
    if reason in NOTHING_SHARED:
        return door_closed(address, Cause.disagreed)
    if reason not in NONE_SHOWN | OURS_REFUSED:
        return None
    if security.certificate is None:
        return door_closed(address, Cause.no_certificate)
    shown = show(security.certificate, clock())
    if shown.not_after < clock():
        return door_closed(address, Cause.own_expired, f" (it was valid until {shown.not_after:%Y-%m-%d %H:%M} UTC)")
    return door_closed(address, Cause.own_unknown, f" ({shown.issuer})")

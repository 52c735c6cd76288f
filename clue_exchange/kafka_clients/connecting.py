"""
Connecting to Kafka, and the library's errors as ours; what every client here stands on.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any, ClassVar, TypeVar

from kafka import KafkaAdminClient
from kafka import admin as kafka_admin
from kafka.errors import KafkaError, for_code
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket

from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.doors.tls_preflight import open_door, preflight
from clue_exchange.errors import BrokerRefused
from clue_exchange.kafka_fates import translate
from clue_exchange.kafka_settings import CONNECTION

__all__ = [  # with the library's own names, which go out by the package alone
    "KafkaAdminClient", "connect", "for_code", "kafka_admin", "require_topics", "translated",
]  # fmt: skip

Client = TypeVar("Client")


class _ClosingSocket(KafkaNetSocket):
    """A direct connection whose socket is closed when it fails; the library leaves that to the garbage collector."""

    SCHEMES: ClassVar = ("closing",)  # the definition registers it for `proxy_url`

    async def sock_connect(self, net: Any, sock: Any, sockaddr: Any, timeout_at: Any = None) -> Any:
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at)  # type: ignore[no-untyped-call]  # stub
        except BaseException:
            sock.close()
            raise


@contextmanager
def translated() -> Iterator[None]:
    """Let the library's errors out as ours."""
    try:
        yield
    except KafkaError as error:
        raise translate(error) from error


def connect(
    make: Callable[..., Client],
    bootstrap: str,
    patience_ms: int,
    security: KafkaSecurity | None = None,
    **settings: Any,
) -> Client:
    """Make a client; when it cannot connect, close what the library then leaves open (sockets, an IO thread)."""
    nets: list[KafkaNetClient] = []

    def kafka_client(**configs: Any) -> KafkaNetClient:
        nets.append(KafkaNetClient(**configs))
        return nets[0]

    settings = CONNECTION | settings | {"bootstrap_servers": bootstrap.split(","), "bootstrap_timeout_ms": patience_ms}
    if security is not None:
        settings |= security.client_settings() | {"bootstrap_servers": [open_door(bootstrap, security, patience_ms)]}
    try:
        return make(kafka_client=kafka_client, proxy_url="closing://", **settings)
    except KafkaError as error:
        for net in nets:
            net.close()
        preflight(bootstrap, security)
        raise translate(error) from error


def require_topics(topics: Iterable[str], bootstrap: str, patience_ms: int, security: KafkaSecurity | None) -> None:
    """Refuse what does not exist, with an own connection: the library waits for it as for a broker that is away."""
    with closing(connect(KafkaAdminClient, bootstrap, patience_ms, security)) as admin, translated():
        missing = set(topics) - set(admin.list_topics())
    if missing:  # Kafka hides what one may not see
        raise BrokerRefused(f"no such topic: {', '.join(sorted(missing))} (or no right to see it: acl check)")

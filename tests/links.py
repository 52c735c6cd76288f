"""
A network of our own between a node and a broker: it can be cut in each direction, slowed down and torn to pieces.

Nothing is lost or changed in it, as in TCP itself: what a cut holds back arrives when it is healed.
"""

import asyncio
import random
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

CHUNK_BYTES = 65_536
LOOK_AGAIN_SECONDS = 0.01
PIECES_ON_THE_WAY = 64


class Way(Enum):
    """The directions of a link, as the node sees them."""

    OUT = "out"
    IN = "in"


BOTH_WAYS = frozenset(Way)


@dataclass(frozen=True, slots=True)
class Quality:
    """
    What a link is like.

    Attributes:
        delay_seconds, jitter_seconds: each piece arrives after the delay, give or take the jitter; in order.
        bytes_per_second: of each connection and direction; 0 for as fast as it goes.
        piece_bytes: no piece that arrives is larger.
    """

    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0
    bytes_per_second: int = 0
    piece_bytes: int = CHUNK_BYTES


GOOD = Quality()


class Link:
    """
    Listens on `host`, and carries what comes to the target, both ways, until it is closed.

    A cut is silent, as an unplugged cable: connections stay, and new ones are taken and not answered.
    """

    def __init__(self, host: str = "127.0.0.1", seed: int = 0) -> None:
        self.target_port = 0
        self.quality = GOOD
        self.connections = 0
        self._cut: frozenset[Way] = frozenset()
        self._random = random.Random(seed)  # noqa: S311  # jitter
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="link")
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._carry, host, 0)).result()
        self.host, self.port = self._server.sockets[0].getsockname()[:2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def address(self) -> str:
        """Where a client finds it."""
        return f"{self.host}:{self.port}"

    def cut(self, ways: frozenset[Way] = BOTH_WAYS) -> None:
        """Let nothing through these ways."""
        self._cut = ways

    def heal(self) -> None:
        """Let everything through again, at full speed."""
        self._cut = frozenset()
        self.quality = GOOD

    def reset(self) -> None:
        """Break every connection that there is now."""
        self._do(self._cancel_all()).result()

    def close(self) -> None:
        """Break every connection, and listen no more."""
        self._server.close()
        self.reset()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _cancel_all(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        far: asyncio.StreamWriter | None = None
        with suppress(OSError, asyncio.CancelledError):
            far_reader, far = await asyncio.open_connection("127.0.0.1", self.target_port)
            pumps = [self._pump(Way.OUT, reader, far), self._pump(Way.IN, far_reader, writer)]
            running = [asyncio.ensure_future(pump) for pump in pumps]
            try:
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)  # either end closed: so does the other
            finally:
                for each in running:
                    each.cancel()
                await asyncio.gather(*running, return_exceptions=True)
        for side in (writer, far):
            if side is not None:
                side.transport.abort()

    async def _pump(self, way: Way, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        """Read as fast as it comes, and pass each piece on when it is due: late pieces travel at the same time."""
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(PIECES_ON_THE_WAY)
        passing = asyncio.ensure_future(self._pass_on(way, pieces, to))
        sent_at = arrives_at = 0.0
        try:
            with suppress(OSError):
                while piece := await source.read(self.quality.piece_bytes):
                    quality, now = self.quality, self._loop.time()
                    slow = len(piece) / quality.bytes_per_second if quality.bytes_per_second else 0.0
                    sent_at = max(now, sent_at) + slow
                    jitter = quality.jitter_seconds * self._random.uniform(-1, 1)
                    arrives_at = max(arrives_at, sent_at + quality.delay_seconds + jitter)
                    await pieces.put((arrives_at, piece))
        finally:
            passing.cancel()
            await asyncio.gather(passing, return_exceptions=True)

    async def _pass_on(self, way: Way, pieces: "asyncio.Queue[tuple[float, bytes]]", to: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while True:
                arrives_at, piece = await pieces.get()
                while way in self._cut or (self.quality is not GOOD and self._loop.time() < arrives_at):
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)  # a link that is slow or cut: the delay is what is made
                to.write(piece)
                await to.drain()


@contextmanager
def links(count: int, host: str = "127.0.0.1") -> Iterator[list[Link]]:
    """So many links, closed at the end."""
    made = [Link(host, seed) for seed in range(count)]
    try:
        yield made
    finally:
        for link in made:
            link.close()

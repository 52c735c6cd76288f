"""
A quarter of a county in seconds: 300 clues by script, the clock injected, everything else as it is in a node.

Each side is a process of its own with its own database, and a real Kafka lies between them. On a working day both act,
at the same time; at its end both have taken in all of it.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.errors import ExchangeError
from clue_exchange.keys.ceremony import hold_ceremony, write_ceremony
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.settings import Settings
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics
from console.demo.county import empty_folder
from console.demo.quarter_script import FIRST_DAY, Script, workdays
from console.demo.quarter_side import Act, Begin, End, Ended, Papers, TakeIn, play_side
from schemas.codes import Role

STOP_SECONDS = 10


class SideFailed(ExchangeError):
    """The process of one side has ended before the quarter; it said why on the terminal."""


class SideProcess:
    """One side, in a process of its own that asks nothing and answers what it is asked."""

    def __init__(self, role: Role, papers: Papers) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy threads' locks
        self._role = role
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=play_side, args=(theirs, papers), name=role, daemon=True)
        self._process.start()
        theirs.close()  # so that its end is noticed here

    def tell(self, what: object) -> None:
        """
        Ask for something.

        Raises:
            SideFailed: nobody is there.
        """
        try:
            self._pipe.send(what)
        except OSError:
            raise SideFailed(f"the {self._role} of the quarter has ended") from None

    def answer(self) -> Any:
        """
        Wait for the answer to what was asked.

        Raises:
            SideFailed: there will be none.
        """
        try:
            return self._pipe.recv()
        except (EOFError, OSError):
            raise SideFailed(f"the {self._role} of the quarter has ended") from None

    def close(self) -> None:
        """Let it end; killed when it does not."""
        self._pipe.close()
        self._process.join(STOP_SECONDS)
        self._process.kill()
        self._process.join()


@dataclass(slots=True)
class Quarter:
    """
    The two sides during, or after, their quarter.

    Attributes:
        issued: how many events both sides have issued.
    """

    sides: Mapping[Role, SideProcess]
    issued: int = 0
    opened: dict[int, UUID] = field(default_factory=dict)

    def play(self, on_day: Callable[[date], None]) -> None:
        """
        Play every working day of the quarter.

        Raises:
            SideFailed: one side has ended, for instance because a day did not reach it.
        """
        for number, day in enumerate(workdays()):
            acted = self._ask(Act(number))
            self.issued += sum(each.events for each in acted)
            opened = {index: clue for each in acted for index, clue in each.opened.items()}
            self._ask(TakeIn(self.issued, opened))
            on_day(day)

    def end(self) -> Mapping[Role, Ended]:
        """What each side sees on the day after the quarter."""
        return dict(zip(self.sides, self._ask(End()), strict=True))

    def _ask(self, what: object) -> list[Any]:
        """Ask both; both work at the same time."""
        for side in self.sides.values():
            side.tell(what)
        return [side.answer() for side in self.sides.values()]


@contextmanager
def quarter(
    folder: Path, region: str, script: Script, papers: Papers, tell: Callable[[str], None]
) -> Iterator[Quarter]:
    """Start broker and sides in an empty folder; stop them at the end."""
    empty_folder(folder, tell)
    names = {role: f"{role}-{region}" for role in Role}
    with ExitStack() as running:
        sides = {}
        for role in Role:  # while Kafka starts
            sides[role] = SideProcess(role, papers)
            running.callback(sides[role].close)
        keys = {role: PrivateKeys.generate() for role in Role}
        write_ceremony(folder, names, hold_ceremony(names, keys, FIRST_DAY.replace(day=1)))
        tell("starting Kafka 启动 Kafka")
        bootstrap = running.enter_context(EmbeddedKafka(folder / "kafka", progress=tell)).bootstrap
        with TopicAdmin(bootstrap) as admin:
            ensure_topics(admin, names.values(), replicas=1)
        for role, side in sides.items():
            side.tell(Begin(_configuration(folder.resolve(), names, role, bootstrap), script))
        yield Quarter(sides)


def _configuration(folder: Path, names: Mapping[Role, str], role: Role, bootstrap: str) -> Path:
    name = names[role]
    settings = Settings(
        agency=name,
        counterpart=names[role.other],
        database=f"sqlite:///{folder}/{name}.db",
        bootstrap=bootstrap,
        keys=folder / name,
        passphrase_file=folder / name / "passphrase",
        agreement=folder / "agreement.yaml",
    )
    file = folder / f"{name}.toml"
    file.write_text(settings.to_toml(), encoding="utf-8")
    return file

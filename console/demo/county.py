"""
One county for the demonstration: broker, topics, two agencies and their node processes.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from clue_exchange.clock import system_clock
from clue_exchange.doors.local_security import LocalSecurity, grant_rights, local_security
from clue_exchange.embedded_kafka import EmbeddedKafka
from clue_exchange.errors import CommandRefused
from clue_exchange.keys.ceremony import hold_ceremony, write_ceremony
from clue_exchange.keys.keystore import PrivateKeys
from clue_exchange.settings import Settings
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics, topic_name
from clue_exchange.workdays import china_date
from console.demo.onlooker import appoint
from console.demo.processes import NodeProcess, end_node, running_node
from console.wiring import Agency
from schemas.catalog import EVENT_FAMILIES
from schemas.codes import Role

MARK = ".made-by-clue-exchange-demo"


@dataclass(frozen=True, slots=True)
class County:
    """
    The two agencies of one region, running.

    Attributes:
        agencies: opened on the databases that the nodes work on: where officers sit.
        nodes: the node processes.
    """

    bootstrap: str
    folder: Path
    agencies: Mapping[Role, Agency]
    nodes: Mapping[Role, NodeProcess]


@contextmanager
def county(folder: Path, region: str, bootstrap: str | None, tell: Callable[[str], None]) -> Iterator[County]:
    """
    Start everything in an empty folder; stop it at the end, the nodes first.

    Raises:
        CommandRefused: the folder is somebody else's, or the topics of the given broker are in use.
    """
    empty_folder(folder, tell)
    names = {role: f"{role}-{region}" for role in Role}
    with ExitStack() as running:
        doors: LocalSecurity | None = None
        if bootstrap is None:
            tell("starting Kafka, secured 启动 Kafka(加密)")
            doors = local_security(folder / "certificates", names.values())
            kafka = EmbeddedKafka(folder / "kafka", security=doors.broker, progress=tell)
            bootstrap = running.enter_context(kafka).bootstrap
            grant_rights(bootstrap, doors)
        settings = _settings(folder.resolve(), names, bootstrap, doors)
        _hold_ceremony(folder, names)
        _make_topics(bootstrap, names, doors)
        agencies = {role: Agency.open(settings[role]) for role in Role}
        for agency in agencies.values():
            running.callback(agency.close)
            appoint(agency.people, folder / f"{agency.settings.agency}.passphrase")
        tell("starting the two nodes 启动两个节点")
        nodes = {role: running.enter_context(NodeProcess(settings[role], folder)) for role in Role}
        yield County(bootstrap, folder, agencies, nodes)
        tell("stopping 停止")


def empty_folder(folder: Path, tell: Callable[[str], None]) -> None:
    """Each demonstration begins anew; a folder that it did not make is not touched."""
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()):
        if not mark.exists():
            raise CommandRefused(f"{folder} is not empty and not of an earlier demonstration: name another --folder")
        stop_leftovers(folder, tell)
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()


def stop_leftovers(folder: Path, tell: Callable[[str], None]) -> None:
    """Stop what an earlier demonstration in this folder left running when it was killed: nodes first, then Kafka."""
    kafka = EmbeddedKafka(folder / "kafka")
    nodes = [file for file in sorted(folder.glob("*.pid")) if running_node(file) is not None]
    if nodes or kafka.pids:
        tell("stopping what an earlier demonstration left running 停止上次演示遗留的进程")
    for file in nodes:
        end_node(file)
    kafka.stop()


def _settings(
    folder: Path, names: Mapping[Role, str], bootstrap: str, doors: LocalSecurity | None
) -> dict[Role, Settings]:
    return {
        role: Settings(
            agency=name,
            counterpart=names[role.other],
            database=f"sqlite:///{folder}/{name}.db",
            bootstrap=bootstrap,
            keys=folder / name,
            passphrase_file=folder / name / "passphrase",
            agreement=folder / "agreement.yaml",
            security=doors.agencies[name] if doors else None,
        )
        for role, name in names.items()
    }


def _hold_ceremony(folder: Path, names: Mapping[Role, str]) -> None:
    """Fresh keys for both, and an agreement that holds from today."""
    keys = {role: PrivateKeys.generate() for role in Role}
    write_ceremony(folder, names, hold_ceremony(names, keys, china_date(system_clock())))


def _make_topics(bootstrap: str, names: Mapping[Role, str], doors: LocalSecurity | None) -> None:
    with TopicAdmin(bootstrap, security=doors.administrator if doors else None) as admin:
        replicas = min(3, admin.serving_brokers())
        made = ensure_topics(admin, names.values(), replicas)
    old = {topic_name(agency, family) for agency in names.values() for family in EVENT_FAMILIES} - set(made)
    if old:
        raise CommandRefused(
            f"the broker has these topics already: {', '.join(sorted(old))}. "
            "A demonstration begins with empty journals: name another --region"
        )

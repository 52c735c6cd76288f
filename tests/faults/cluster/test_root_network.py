"""Row 14 with real packets: the federation's node in a network of its own, and iptables that drop; as root."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.codes import Role
from tests.cluster_steps import Cluster, County, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.root]

CLUES = 20
HERE, THERE = "10.210.77.1", "10.210.77.2"


def run(*command: str) -> None:
    subprocess.run(command, check=True)


@dataclass(frozen=True, slots=True)
class Namespace:
    """A network of its own, joined to ours by one cable."""

    name: str

    @classmethod
    @contextmanager
    def made(cls) -> "Iterator[Namespace]":
        name = f"ce-{uuid4().hex[:8]}"
        inside = ("ip", "netns", "exec", name, "ip")
        run("ip", "netns", "add", name)
        try:
            run("ip", "link", "add", name, "type", "veth", "peer", "name", "cable", "netns", name)
            run("ip", "address", "add", f"{HERE}/30", "dev", name)
            run("ip", "link", "set", name, "up")
            run(*inside, "address", "add", f"{THERE}/30", "dev", "cable")
            for device in ("lo", "cable"):
                run(*inside, "link", "set", device, "up")
            yield cls(name)
        finally:
            run("ip", "netns", "delete", name)  # its end of the cable goes with it, and so does ours

    def drop(self, *chains: str) -> None:
        """Let no packet out (OUTPUT) or in (INPUT); no answer says so."""
        for chain in chains:
            run("ip", "netns", "exec", self.name, "iptables", "-A", chain, "-j", "DROP")

    def let_through(self) -> None:
        run("ip", "netns", "exec", self.name, "iptables", "-F")

    @contextmanager
    def node(self, config: Path, log: Path) -> Iterator[None]:
        """An agency's node in this network; stopped at the end as an operator does it."""
        command = ["ip", "netns", "exec", self.name, sys.executable, "-m", "console", "node", str(config)]
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            yield
        finally:
            process.terminate()
            code = process.wait(60)
        assert code == 0, log.read_text(encoding="utf-8")[-2_000:]


def complaints(log: Path) -> list[str]:
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return [line["error"] for line in lines if line["event"] == "relay.retried"]


@pytest.mark.parametrize("chains", [("OUTPUT",), ("INPUT",), ("INPUT", "OUTPUT")], ids="+".join)
def test_row_14_packets_are_dropped(chains: tuple[str, ...], tmp_path: Path) -> None:
    """The node notices, keeps all and says so; when packets come through again it goes on by itself."""
    log = tmp_path / "federation.log"
    with (
        Namespace.made() as namespace,
        Cluster.opened(tmp_path / "cluster", HERE) as cluster,
        County.founded(cluster, tmp_path, cluster.through_links) as county,
        county.running(Role.procuratorate),
        namespace.node(county.config(Role.federation), log),
    ):
        county.transfer(CLUES)
        county.drain()
        namespace.drop(*chains)
        county.transfer(CLUES)
        wait_for(lambda: bool(complaints(log)))
        namespace.let_through()
        county.drain()

        assert set(complaints(log)) == {"BrokerUnavailable"}
        county.require_nothing_lost_and_nothing_doubled(2 * CLUES)

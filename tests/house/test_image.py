"""The image of the nodes: nobody can build it where no base can be pulled, so what it is made of is looked at here."""

import re
from pathlib import Path

import yaml

PIN = re.compile(r"^[a-z0-9][^ =]*==[^ ]+", re.MULTILINE)
BROKERS = {"kafka-1", "kafka-2", "kafka-3"}


def test_the_nodes_lock_is_a_part_of_the_lock() -> None:
    """What the image installs is what the tests ran on."""
    lock, nodes = (
        set(PIN.findall(Path(name).read_text(encoding="utf-8")))
        for name in ("requirements.lock", "requirements-node.lock")
    )

    assert nodes
    assert nodes <= lock


def test_the_image_has_every_room() -> None:
    """The Dockerfile copies what the wheel is made of, and nothing keeps it out."""
    dockerfile, ignored = (Path(name).read_text(encoding="utf-8") for name in ("Dockerfile", ".dockerignore"))

    for room in ("schemas", "clue_exchange", "producers", "consumers", "console"):
        assert f"COPY {room} {room}\n" in dockerfile
        assert f"\n!{room}\n" in ignored


def test_the_compose_file_is_reached_from_this_machine_alone() -> None:
    """Every published port is on the loopback address, and every service on the network has an address that stays."""
    services = yaml.safe_load(Path("docker-compose.yml").read_text(encoding="utf-8"))["services"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    fixed = {
        name for name, service in services.items() if "ipv4_address" in service.get("networks", {}).get("default", {})
    }

    assert set(services) > BROKERS
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert set(services) - fixed == {"ceremony"}

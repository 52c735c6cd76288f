"""`clue-exchange broker`: the embedded Kafka, for a person's own machine."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from clue_exchange.doors.local_security import local_security
from clue_exchange.embedded_kafka import EmbeddedKafka, EmbeddedKafkaError

Command = Callable[..., Any]

folder_option: Callable[[Command], Command] = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/kafka"),
    show_default=True,
    help="Where the broker keeps its data, its log and its process id.",
)


@click.group()
def broker() -> None:
    """Start and stop a real Apache Kafka that needs nothing installed: one broker or a cluster, this machine only."""


@broker.command()
@folder_option
@click.option("--brokers", type=click.IntRange(1, 9), help="How many, the first time: 3 lose nothing with one of them.")
@click.option("--port", type=click.IntRange(1, 65_535), default=9092, show_default=True, help="Of the first broker.")
@click.option(
    "--certificates",
    type=click.Path(file_okay=False, path_type=Path),
    help="Secured, with the certificates of this folder, made where they are missing; otherwise open to this machine.",
)
def start(folder: Path, brokers: int | None, port: int, certificates: Path | None) -> None:
    """Start the broker, or the cluster, on the folder's data; it runs on until `broker stop`."""
    size = brokers or len(EmbeddedKafka(folder).nodes)
    security = local_security(certificates, [], brokers=size).broker if certificates else None
    try:
        kafka = EmbeddedKafka(folder, brokers=brokers, port=port, security=security, progress=_tell)
        kafka.start()
    except EmbeddedKafkaError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Kafka serves on {kafka.bootstrap} ({_processes(kafka.pids)}, data in {folder})")
    if security:
        click.echo(f"with certificates; with name and password on {kafka.scram_bootstrap}")


@broker.command()
@folder_option
def stop(folder: Path) -> None:
    """Stop the broker of this folder, whoever started it. Its data stays."""
    kafka = EmbeddedKafka(folder)
    was_running = bool(kafka.pids)
    kafka.stop()
    click.echo("stopped" if was_running else f"no broker of {folder} was running")


@broker.command()
@folder_option
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_context
def status(context: click.Context, folder: Path, as_json: bool) -> None:
    """Say whether every broker of this folder runs; exit 1 when one does not."""
    kafka = EmbeddedKafka(folder)
    pids = kafka.pids
    if as_json:
        found = {
            "running": len(pids) == len(kafka.nodes),
            "bootstrap": kafka.bootstrap,
            "pids": pids,
            "folder": str(kafka.folder),
        }
        click.echo(json.dumps(found))
    elif pids:
        click.echo(f"{len(pids)} of {len(kafka.nodes)} running on {kafka.bootstrap} ({_processes(pids)})")
    else:
        click.echo(f"not running: start it with: clue-exchange broker start --folder {folder}")
    context.exit(0 if len(pids) == len(kafka.nodes) else 1)


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _processes(pids: Sequence[int]) -> str:
    return f"process{'es' if len(pids) > 1 else ''} {', '.join(map(str, pids))}"

"""`clue-exchange broker`: the embedded Kafka, for a person's own machine."""

import json
from collections.abc import Callable
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
    """Start and stop a real Apache Kafka that needs nothing installed: one node, this machine only."""


@broker.command()
@folder_option
@click.option("--port", type=click.IntRange(1, 65_535), default=9092, show_default=True)
@click.option(
    "--certificates",
    type=click.Path(file_okay=False, path_type=Path),
    help="Secured, with the certificates of this folder, made where they are missing; otherwise open to this machine.",
)
def start(folder: Path, port: int, certificates: Path | None) -> None:
    """Start the broker on the folder's data; it runs on until `broker stop`."""
    security = local_security(certificates, []).broker if certificates else None
    kafka = EmbeddedKafka(folder, port=port, security=security, progress=lambda line: click.echo(line, err=True))
    try:
        kafka.start()
    except EmbeddedKafkaError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Kafka serves on {kafka.bootstrap} (process {kafka.pids[0]}, data in {folder})")
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
    """Say whether the broker of this folder runs; exit 1 when it does not."""
    kafka = EmbeddedKafka(folder)
    pids = kafka.pids
    if as_json:
        found = {"running": bool(pids), "bootstrap": kafka.bootstrap, "pids": pids, "folder": str(kafka.folder)}
        click.echo(json.dumps(found))
    elif pids:
        click.echo(f"running on {kafka.bootstrap} (process {pids[0]})")
    else:
        click.echo(f"not running: start it with: clue-exchange broker start --folder {folder}")
    context.exit(0 if pids else 1)

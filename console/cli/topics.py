"""`clue-exchange topics`: make an agency's topics, and see whether they are still what they should be."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.errors import ExchangeError
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import Drift, ensure_topics, find_drift
from console.cli.agencies import checked
from console.cli.security import security_options

Command = Callable[..., Any]


def broker_options(command: Command) -> Command:
    """Add the options that both commands take."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Machine-readable."),
        click.option("--replicas", type=click.IntRange(1), default=3, show_default=True, help="1 on a single broker."),
        click.option("--agency", "agencies", multiple=True, required=True, callback=checked, metavar="ROLE-REGION"),
        click.option("--bootstrap", default="127.0.0.1:9092", show_default=True, metavar="HOST:PORT[,...]"),
    ):
        command = option(command)
    return security_options(command)


@click.group()
def topics() -> None:
    """The topics of an agency: five, each with one writer and one partition."""


@topics.command()
@broker_options
def create(
    bootstrap: str, security: KafkaSecurity | None, agencies: Sequence[str], replicas: int, as_json: bool
) -> None:
    """Make the topics that are missing; those that exist are left as they are."""
    with _administering(bootstrap, security) as admin:
        made = ensure_topics(admin, agencies, replicas)
    if as_json:
        click.echo(json.dumps({"created": made}))
    else:
        click.echo("\n".join(f"created {name}" for name in made) or "all topics were there already")


@topics.command()
@broker_options
@click.pass_context
def check(
    context: click.Context,
    bootstrap: str,
    security: KafkaSecurity | None,
    agencies: Sequence[str],
    replicas: int,
    as_json: bool,
) -> None:
    """Compare the topics with what they should be; exit 1 when they differ."""
    with _administering(bootstrap, security) as admin:
        drift = find_drift(admin, agencies, replicas)
    if as_json:
        click.echo(json.dumps({"drift": [asdict(each) for each in drift]}))
    elif drift:
        Console().print(_table(drift))
    else:
        click.echo("all topics are what they should be")
    context.exit(1 if drift else 0)


@contextmanager
def _administering(bootstrap: str, security: KafkaSecurity | None) -> Iterator[TopicAdmin]:
    try:
        with TopicAdmin(bootstrap, security=security) as admin:
            yield admin
    except ExchangeError as error:
        raise click.ClickException(str(error)) from error


def _table(drift: Sequence[Drift]) -> Table:
    table = Table("topic", "setting", "wanted", "found")
    for each in drift:
        table.add_row(each.topic, each.setting, each.wanted, each.found or "nothing")
    return table

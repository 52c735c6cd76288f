"""`clue-exchange certificates`: an authority of one's own for a local cluster, and how long certificates last."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.clock import system_clock
from clue_exchange.doors.certificates import BROKERS, CLIENTS, LEAF_DAYS, SOON_DAYS, Authority, Issued, Shown, show
from clue_exchange.errors import ExchangeError
from clue_exchange.settings import Settings
from console.cli.security import FILE

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def certificates() -> None:
    """Certificates for a cluster of one's own. An agency that has a PKI uses that instead."""


@certificates.command()
@click.option("--folder", type=FOLDER, default=Path("build/certificates"), show_default=True)
@click.option("--client", "clients", multiple=True, metavar="NAME", help="An agency or a role; becomes its principal.")
@click.option("--broker", "brokers", multiple=True, metavar="NAME[=HOST,...]", help="And where it is met.")
@click.option("--days", type=click.IntRange(1), default=LEAF_DAYS, show_default=True)
def new(folder: Path, clients: Sequence[str], brokers: Sequence[str], days: int) -> None:
    """
    Issue certificates, or new ones in place of old ones; the authorities are made the first time.

    Clients and brokers among themselves have an authority each, so that no client gets through the brokers' own doors.
    """
    if not clients and not brokers:
        raise click.UsageError("name at least one --client or --broker")
    try:
        for_clients, for_brokers = (Authority.open(folder / name, system_clock) for name in (CLIENTS, BROKERS))
        for broker in brokers:
            name, _, hosts = broker.partition("=")
            for authority in (for_clients, for_brokers):
                click.echo(authority.issue_broker(name, filter(None, hosts.split(",")), days).keystore)
        for client in clients:
            click.echo(_table_of(for_clients, for_clients.issue_client(client, days)))
    except ExchangeError as error:
        raise click.ClickException(str(error)) from error


@certificates.command("show")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--config", type=FILE, help="An agency's configuration: the certificates that its node goes by.")
@click.option("--within", type=int, default=SOON_DAYS, show_default=True, metavar="DAYS", help="What counts as soon.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_context
def show_all(context: click.Context, /, paths: Sequence[Path], config: Path | None, within: int, as_json: bool) -> None:
    """
    Say whose certificates these are and how many days they last; exit 1 when one ends soon. 证书有效期

    Those of files and folders, or those that a node goes by.
    """
    now, wanted = system_clock(), [*paths, *_configured(config)]
    if not wanted:
        raise click.UsageError("name files or folders, or --config with a [security] table")
    try:
        found = {file: show(file, now) for path in wanted for file in _files(path)}
    except ExchangeError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        listed = [{"file": str(file), **asdict(each), "not_after": f"{each.not_after}"} for file, each in found.items()]
        click.echo(json.dumps(listed))
    else:
        Console().print(_table(found))
    context.exit(1 if any(each.days < within for each in found.values()) else 0)


def _configured(config: Path | None) -> Iterator[Path]:
    security = None if config is None else Settings.load(config).security
    if security is not None:
        yield from (file for file in (security.certificate, security.ca) if file is not None)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from sorted(file for file in path.rglob("*.pem") if not file.stem.endswith(("-key", "-keystore")))


def _table_of(authority: Authority, issued: Issued) -> str:
    files = {"ca": authority.certificate, "certificate": issued.certificate, "key": issued.key}
    return "\n".join(["[security]", *(f"{name} = {json.dumps(str(file))}" for name, file in files.items()), ""])


def _table(found: dict[Path, Shown]) -> Table:
    table = Table("file", "whose", "hosts", "until", "days")
    for file, each in found.items():
        table.add_row(str(file), each.subject, " ".join(each.hosts), f"{each.not_after:%Y-%m-%d}", str(each.days))
    return table

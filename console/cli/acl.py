"""`clue-exchange acl`: who may do what in Kafka, generated from the agencies' names, put there and compared."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.doors.access_admin import AccessAdmin
from clue_exchange.doors.acls import (
    Acl,
    AclDrift,
    Permission,
    acls_for,
    acls_of_administrator,
    acls_of_operator,
    acls_of_readers,
    concerns,
    drift,
)
from clue_exchange.doors.kafka_security import KafkaSecurity, read_password
from clue_exchange.doors.local_security import ADMINISTRATOR, OPERATOR
from clue_exchange.errors import ExchangeError
from console.cli.agencies import checked
from console.cli.security import FILE, security_options

Command = Callable[..., Any]

bootstrap_option = click.option("--bootstrap", default="127.0.0.1:9092", show_default=True, metavar="HOST:PORT[,...]")


@dataclass(frozen=True, slots=True)
class Cooperation:
    """
    Whose rights a command is about.

    Attributes:
        agency, counterparts: the agency, and with whom it has an agreement.
        operators, administrators: who watches, and who sets up, by the names in their certificates.
    """

    agency: str
    counterparts: Sequence[str]
    operators: Sequence[str]
    administrators: Sequence[str]

    def wanted(self) -> frozenset[Acl]:
        """What should be there."""
        wanted = acls_for(self.agency, self.counterparts) | acls_of_readers(self.agency, self.counterparts)
        for name in self.operators:
            wanted |= acls_of_operator(name)
        for name in self.administrators:
            wanted |= acls_of_administrator(name, [self.agency])
        return wanted

    def drift(self, found: frozenset[Acl]) -> list[AclDrift]:
        """What is missing, and what is there for this agency, its topics, the operators or the cluster unasked."""
        judged = {acl for acl in found if acl.principal in self.operators or concerns(acl, self.agency)}
        return drift(self.wanted(), judged)


def cooperation_options(command: Command) -> Command:
    """Add the options that say whose rights it is about."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Machine-readable."),
        click.option("--administrator", "administrators", multiple=True, default=(ADMINISTRATOR,), show_default=True),
        click.option("--operator", "operators", multiple=True, default=(OPERATOR,), show_default=True),
        click.option(
            "--counterpart", "counterparts", multiple=True, required=True, callback=checked, metavar="ROLE-REGION"
        ),
        click.option("--agency", required=True, callback=checked, metavar="ROLE-REGION"),
    ):
        command = option(command)
    return bootstrap_option(security_options(command))


@click.group()
def acl() -> None:
    """Who may do what in Kafka: rules that follow from the agencies' names."""


@acl.command()
@cooperation_options
@click.option("--remove-extra", is_flag=True, help="Remove the grants that nobody asked for; denials stay.")
def apply(bootstrap: str, security: KafkaSecurity | None, as_json: bool, remove_extra: bool, **whose: Any) -> None:
    """Add the rules that are missing for this agency; run it for each agency of the cluster."""
    cooperation = Cooperation(**whose)
    with _administering(bootstrap, security) as admin:
        found = cooperation.drift(admin.acls())
        missing = [each.acl for each in found if each.is_missing]
        extra = [each.acl for each in found if not each.is_missing]
        removed = [each for each in extra if remove_extra and each.permission is Permission.ALLOW]
        admin.grant(missing)
        admin.revoke(removed)
    left = [each for each in extra if each not in removed]
    if as_json:
        done = {"added": missing, "removed": removed, "extra": left}
        click.echo(json.dumps({what: list(map(str, acls)) for what, acls in done.items()}))
    else:
        lines = [f"added: {each}" for each in missing] + [f"removed: {each}" for each in removed]
        click.echo("\n".join(lines) or "all rules were there already")
        for each in left:
            click.echo(f"nobody asked for: {each}", err=True)


@acl.command()
@cooperation_options
@click.pass_context
def check(
    context: click.Context, /, bootstrap: str, security: KafkaSecurity | None, as_json: bool, **whose: Any
) -> None:
    """Compare the rules with what they should be; exit 1 when they differ."""
    with _administering(bootstrap, security) as admin:
        found = Cooperation(**whose).drift(admin.acls())
    if as_json:
        listed = {
            what: [str(each.acl) for each in found if each.is_missing is is_missing] for what, is_missing in KINDS
        }
        click.echo(json.dumps({"drift": listed}))
    elif found:
        Console().print(_table(found))
    else:
        click.echo("all rules are what they should be")
    context.exit(1 if found else 0)


@acl.command()
@click.argument("user")
@click.option("--new-password-file", type=FILE, required=True, help="The user's new password, in its first line.")
@bootstrap_option
@security_options
def password(user: str, new_password_file: Path, bootstrap: str, security: KafkaSecurity | None) -> None:
    """Let a user in by a password: the second way, where certificates cannot be had. Rules go by the same name."""
    with _administering(bootstrap, security) as admin:
        admin.set_password(user, read_password(new_password_file))
    click.echo(f"{user} has a new password")


KINDS = (("missing", True), ("extra", False))


@contextmanager
def _administering(bootstrap: str, security: KafkaSecurity | None) -> Iterator[AccessAdmin]:
    try:
        with AccessAdmin(bootstrap, security=security) as admin:
            yield admin
    except ExchangeError as error:
        raise click.ClickException(str(error)) from error


def _table(found: Sequence[AclDrift]) -> Table:
    table = Table("", "rule")
    for each in found:
        table.add_row("missing" if each.is_missing else "nobody asked for", str(each.acl))
    return table

"""`clue-exchange acl`: who may do what in Kafka, generated from signed agreements, put there and compared."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.agreement_file import read_agreement
from clue_exchange.agreements import SignedAgreement, counterparts
from clue_exchange.doors.access_admin import AccessAdmin
from clue_exchange.doors.acls import (
    Acl,
    AclDrift,
    Permission,
    acls_of_administrator,
    acls_of_agencies,
    acls_of_level,
    acls_of_operator,
    concerns,
    drift,
)
from clue_exchange.doors.kafka_security import KafkaSecurity, read_password
from clue_exchange.doors.local_security import ADMINISTRATOR, OPERATOR
from clue_exchange.errors import AgreementInvalid, ExchangeError
from console.cli.security import FILE, security_options

Command = Callable[..., Any]

bootstrap_option = click.option("--bootstrap", default="127.0.0.1:9092", show_default=True, metavar="HOST:PORT[,...]")


@dataclass(frozen=True, slots=True)
class Cooperation:
    """
    Whose rights a command is about.

    Attributes:
        counterparts: the agencies of the agreements, each with those that it has one with.
        operators, administrators, levels: who watches, who sets up, and who reads the figures of them all, by the
            names in their certificates.
    """

    counterparts: Mapping[str, Sequence[str]]
    operators: Sequence[str]
    administrators: Sequence[str]
    levels: Sequence[str]

    @classmethod
    def by(
        cls,
        agreements: Sequence[Path],
        operators: Sequence[str],
        administrators: Sequence[str],
        levels: Sequence[str],
    ) -> "Cooperation":
        """
        That of the parties of these agreement files.

        Raises:
            AgreementInvalid: names the file that is none, or is not signed by both.
        """
        return cls(counterparts([_signed(path) for path in agreements]), operators, administrators, levels)

    def wanted(self) -> frozenset[Acl]:
        """What should be there."""
        wanted = acls_of_agencies(self.counterparts)
        for name in self.operators:
            wanted |= acls_of_operator(name)
        for name in self.administrators:
            wanted |= acls_of_administrator(name, self.counterparts)
        for name in self.levels:
            wanted |= acls_of_level(name, self.counterparts)
        return wanted

    def drift(self, found: frozenset[Acl]) -> list[AclDrift]:
        """What is missing, and what is there for these agencies, their topics, the operators or the cluster unasked."""
        judged = {acl for acl in found if acl.principal in (*self.operators, *self.levels) or self._concerns(acl)}
        return drift(self.wanted(), judged)

    def _concerns(self, acl: Acl) -> bool:
        return any(concerns(acl, agency) for agency in self.counterparts)


def cooperation_options(command: Command) -> Command:
    """Add the options that say whose rights it is about."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Machine-readable."),
        click.option("--administrator", "administrators", multiple=True, default=(ADMINISTRATOR,), show_default=True),
        click.option("--level", "levels", multiple=True, help="A city or province that reads their figures."),
        click.option("--operator", "operators", multiple=True, default=(OPERATOR,), show_default=True),
        click.option(
            "--agreement",
            "agreements",
            multiple=True,
            required=True,
            type=FILE,
            help="A signed agreement; give every one that its two parties have.",
        ),
    ):
        command = option(command)
    return bootstrap_option(security_options(command))


@click.group()
def acl() -> None:
    """Who may do what in Kafka: rules that follow from the signed agreements. Kafka 访问权限"""


@acl.command()
@cooperation_options
@click.option("--remove-extra", is_flag=True, help="Remove the grants that nobody asked for; denials stay.")
def apply(bootstrap: str, security: KafkaSecurity | None, as_json: bool, remove_extra: bool, **whose: Any) -> None:
    """
    Add the rules that are missing for the parties of the agreements.

    An agreement that not both have signed gives no right. What nobody asked for is named.
    """
    cooperation = Cooperation.by(**whose)
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
    """Compare the rules with what they should be by the agreements; exit 1 when they differ."""
    cooperation = Cooperation.by(**whose)
    with _administering(bootstrap, security) as admin:
        found = cooperation.drift(admin.acls())
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


def _signed(path: Path) -> SignedAgreement:
    signed = read_agreement(path)
    if problems := signed.problems():
        raise AgreementInvalid(f"{path}: {'; '.join(problems)}: no right follows from it")
    return signed


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

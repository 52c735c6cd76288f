"""
The options by which a command gets through Kafka's doors.
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from clue_exchange.doors.kafka_security import KafkaSecurity

Command = Callable[..., Any]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OPTIONS = (
    click.option("--password-file", type=FILE, help="The user's password, in its first line."),
    click.option("--username", metavar="NAME", help="Who this is, where there is no certificate."),
    click.option("--key", type=FILE, help="The certificate's private key."),
    click.option("--certificate", type=FILE, help="Who this is: a client's certificate."),
    click.option("--ca", type=FILE, help="The authority of the brokers that are believed; without it no TLS."),
)


def security_options(command: Command) -> Command:
    """Add the options; the command gets them together as `security`, None where none is given."""

    @wraps(command)
    def secured(*args: Any, **options: Any) -> Any:
        names = ("ca", "certificate", "key", "username", "password_file")
        given = {name: value for name in names if (value := options.pop(name)) is not None}
        return command(*args, security=_security(given), **options)

    for option in OPTIONS:
        secured = option(secured)
    return secured


def _security(given: dict[str, Any]) -> KafkaSecurity | None:
    if not given:
        return None
    try:
        return KafkaSecurity.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))} {each['msg']}".strip() for each in error.errors())
        raise click.UsageError(f"security: {problems}") from None

"""
Agencies as options: names that are checked before anything is asked of a broker.
"""

import re

import click

from schemas.envelope import AGENCY_PATTERN


def checked(context: click.Context, parameter: click.Parameter, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Refuse what is no name of an agency."""
    for agency in (value,) if isinstance(value, str) else value:
        if not re.fullmatch(AGENCY_PATTERN, agency):
            raise click.BadParameter(
                f"{agency!r} is not <role>-<region> with six digits, such as federation-110101", context, parameter
            )
    return value

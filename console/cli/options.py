"""
What several commands take: the configuration of the agency, and JSON instead of a table.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from clue_exchange.settings import Settings
from console.wiring import Agency

Command = Callable[..., Any]

config_option: Callable[[Command], Command] = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The agency's configuration (TOML).",
)
json_option: Callable[[Command], Command] = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")


@contextmanager
def opened(config: Path) -> Iterator[Agency]:
    """The agency of a configuration file, closed at the end."""
    agency = Agency.open(Settings.load(config))
    try:
        yield agency
    finally:
        agency.close()

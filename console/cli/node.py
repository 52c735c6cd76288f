"""
`clue-exchange node CONFIG`: one agency's node, until SIGTERM or Ctrl-C.
"""

import signal
import sys
from contextlib import closing
from pathlib import Path

import click

from clue_exchange.logs import json_log
from clue_exchange.settings import Settings
from console.node import Node, settle_memory
from console.wiring import Agency


@click.command()
@click.argument("config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def node(config: Path) -> None:
    """
    Run the node of the agency that CONFIG (TOML) describes: relay and consumer.

    Its log goes to standard output, one JSON object a line. SIGTERM and Ctrl-C stop it cleanly; it exits with 1 when
    it had to stop, and its last lines say why.
    """
    settings = Settings.load(config)
    with closing(Agency.open(settings)) as agency:
        running = Node(agency, json_log(sys.stdout, agency=settings.agency))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: running.stop())
        settle_memory()
        running.run()

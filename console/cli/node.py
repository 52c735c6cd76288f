"""
`clue-exchange node CONFIG`: one agency's node, until SIGTERM or Ctrl-C.
"""

import signal
import sys
import time
from contextlib import closing
from pathlib import Path

import click

from clue_exchange.errors import StoreBusy
from clue_exchange.logs import Log, json_log
from clue_exchange.settings import Settings
from console.node import PROMPT_SECONDS, Node, settle_memory
from console.wiring import Agency

OPEN_SECONDS = 60
OPEN_AGAIN_SECONDS = 1


@click.command()
@click.argument("config", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def node(config: Path) -> None:
    """
    Run the node of the agency that CONFIG (TOML) describes: relay and consumer.

    Its log goes to standard output, one JSON object a line. SIGTERM and Ctrl-C stop it cleanly; it exits with 1 when
    it had to stop, and its last lines say why.
    """
    settings = Settings.load(config)
    log = json_log(sys.stdout, agency=settings.agency)
    with closing(_opened(settings, log)) as agency:
        running = Node(agency, log, PROMPT_SECONDS)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: running.stop())
        settle_memory()
        running.run()


def _opened(settings: Settings, log: Log) -> Agency:
    """
    Open the agency; a database that is locked or away is waited out, as it is later while the node runs.

    Raises:
        StoreBusy: it was for a whole minute.
    """
    deadline = time.monotonic() + OPEN_SECONDS
    while True:
        try:
            return Agency.open(settings)
        except StoreBusy as error:
            if time.monotonic() > deadline:
                raise
            log.warning("store.awaited", detail=str(error))
            time.sleep(OPEN_AGAIN_SECONDS)

"""
The command line: `clue-exchange`. Every command is one file of this folder; errors leave it as one clear line.
"""

from typing import Any

import click

from clue_exchange.errors import ExchangeError
from console.cli.access_log import access_log
from console.cli.acl import acl
from console.cli.acts import act_commands
from console.cli.broker import broker
from console.cli.certificates import certificates
from console.cli.demo import demo
from console.cli.intake import candidates, intake
from console.cli.node import node
from console.cli.officers import officers
from console.cli.operate import dead_letters, waiting
from console.cli.persons import candidate, erase, hand_over, particulars
from console.cli.schemas import schemas
from console.cli.topics import topics
from console.cli.views import clue, clues
from schemas.errors import ContractError


class OneLineErrors(click.Group):
    """Shows what this application raises on purpose as one line, and exits with 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ExchangeError, ContractError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clue-exchange")
def main() -> None:
    """
    Exchange clues for national judicial aid between a women's federation and a procuratorate.

    国家司法救助线索交换:妇联与检察机关之间移送线索、通报进展、反馈结果。
    """


COMMANDS = (
    *(demo, node, broker, topics, acl, certificates, schemas),
    *(intake, candidates, candidate, hand_over, clues, clue, particulars, erase),
    *(officers, access_log, dead_letters, waiting),
)
for command in COMMANDS:
    main.add_command(command)
for command in act_commands():
    main.add_command(command)

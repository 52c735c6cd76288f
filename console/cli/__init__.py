"""
The command line: `clue-exchange`. Every command is one file of this folder; errors leave it as one clear line.
"""

import errno
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

import click

from clue_exchange import crash_points
from clue_exchange.errors import ExchangeError
from console.cli.access_log import access_log
from console.cli.acl import acl
from console.cli.acts import act_commands
from console.cli.agreement import agreement
from console.cli.broker import broker
from console.cli.certificates import certificates
from console.cli.dead_letters import dead_letters
from console.cli.demo import demo
from console.cli.eligibility import eligibility
from console.cli.erasures import erasures
from console.cli.evidence import export, verify
from console.cli.figures import figures
from console.cli.forgeries import forgeries
from console.cli.go_on import go_on
from console.cli.intake import candidates, intake
from console.cli.keys import keys
from console.cli.lag import lag
from console.cli.mappings import mappings
from console.cli.monthly_pack import monthly_pack
from console.cli.node import node
from console.cli.officers import officers
from console.cli.operate import waiting
from console.cli.persons import candidate, erase, hand_over, particulars
from console.cli.quarter import quarter
from console.cli.rebuild import rebuild
from console.cli.receipts import receipts
from console.cli.reconcile import reconcile
from console.cli.schemas import schemas
from console.cli.screen import screen
from console.cli.statistics import statistics
from console.cli.topics import topics
from console.cli.verify_journal import verify_journal
from console.cli.views import clue, clues
from console.cli.worklist import workdays, worklist
from console.refusals import refusal
from producers.desk import Desk
from producers.federation import Federation
from producers.procuratorate import Procuratorate
from schemas.errors import ContractError

SECTIONS: Mapping[str, Sequence[click.Command]] = {
    "Looking 查看": (clues, clue, worklist, eligibility, workdays, candidates, candidate, particulars, export, verify),
    "Figures 统计": (statistics, monthly_pack, figures),
    "Acts of the federation 妇联办理": act_commands(Federation),
    "Acts of the procuratorate 检察院办理": act_commands(Procuratorate),
    "Acts of either side 双方办理": (screen, intake, mappings, hand_over, *act_commands(Desk), erase, erasures),
    "Operating 运行维护": (
        node,
        lag,
        receipts,
        waiting,
        dead_letters,
        go_on,
        forgeries,
        reconcile,
        verify_journal,
        rebuild,
        topics,
        schemas,
        broker,
    ),
    "Demonstration 演示": (demo, quarter),
    "Kafka's doors 接入安全": (acl, certificates),
    "People and keys 人员与密钥": (officers, access_log, keys, agreement),
}


class OneLineErrors(click.Group):
    """Shows what this application raises on purpose, and what the file system refuses, as one line; exits with 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ExchangeError as error:
            raise click.ClickException(str(error)) from error
        except ContractError as error:
            raise click.ClickException(refusal(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read our output has gone: click ends quietly then
                raise
            where = f"{os.fsdecode(error.filename)}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror or type(error).__name__}") from error


class Sectioned(OneLineErrors):
    """Lists its commands under the headings of SECTIONS."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, self.list_commands(ctx)))
        for heading, commands in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl([(str(command.name).ljust(widest), _in_short(command)) for command in commands])


def _in_short(command: click.Command) -> str:
    """The first sentence of what a command does, and its Chinese name."""
    if command.short_help:
        return command.short_help
    paragraph = " ".join((command.help or "").split("\n\n")[0].split())
    chinese = re.search(r"[\u4e00-\u9fff][^A-Za-z]*$", paragraph)
    sentence = re.split(r"[.;:](?: |$)", paragraph)[0]
    return f"{sentence}. {chinese[0]}" if chinese else f"{sentence}."


@click.group(cls=Sectioned, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clue-exchange")
def main() -> None:
    """
    Exchange clues for national judicial aid between a women's federation and a procuratorate.

    国家司法救助线索交换:妇联与检察机关之间移送线索、通报进展、反馈结果。
    """
    if point := os.environ.get(crash_points.VARIABLE):
        crash_points.arm(point)


for section in SECTIONS.values():
    for each in section:
        main.add_command(each)

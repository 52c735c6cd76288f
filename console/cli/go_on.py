"""
`clue-exchange go-on`: a person has looked, and a journal that was stopped is read on.
"""

from pathlib import Path
from typing import Any

import click

from clue_exchange import journal_stops
from clue_exchange.errors import CommandRefused
from clue_exchange.people.permissions import LocalAct
from clue_exchange.topics import topic_name
from console.cli.options import config_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from schemas.catalog import EVENT_FAMILIES, Family


@click.command("go-on")
@click.argument("journal", type=click.Choice([family.value for family in (*EVENT_FAMILIES, Family.KEYS)]))
@config_option
@proof_options
def go_on(journal: str, config: Path, **given: Any) -> None:
    """
    Read a journal of the counterpart on that was stopped; `lag` says why it was. 恢复读取

    A running node goes on within seconds. What is still wrong stops the journal again.
    """
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.go_on)
        topic = topic_name(agency.settings.counterpart, Family(journal))
        with agency.store.transaction() as transaction:
            if not journal_stops.let_go_on(transaction, topic):
                raise CommandRefused(f"{topic} is not stopped")
    click.echo(f"{topic} goes on 已恢复")

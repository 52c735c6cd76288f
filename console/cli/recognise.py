"""
`clue-exchange topics recognise`: a person has looked why a topic was made anew, and consents to begin it again.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from clue_exchange.errors import CommandRefused
from clue_exchange.kafka_records import TopicIdentity
from clue_exchange.people.permissions import LocalAct
from clue_exchange.recognition import recognise_again, send_all_again
from clue_exchange.topics import owner_of, topic_name
from console.cli.options import config_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.wiring import RECEIVED, Agency
from schemas.catalog import EVENT_FAMILIES, Family


@click.command()
@click.option("--topic", "names", multiple=True, required=True, help="The journal; several times for several.")
@config_option
@proof_options
def recognise(names: Sequence[str], config: Path, **given: Any) -> None:
    """
    Take a topic that was made anew, or another cluster's, for the journal that it replaces. 认可重建的主题

    One of our own journals is sent again from its first record; one of the counterpart's is read from the beginning of
    the topic. What the other side, or this one, holds already has no effect. Stop the node before, and start it after.
    """
    with opened(config) as agency:
        _require_journals(agency, names)
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.recognise_topic)
        with agency.topic_admin() as admin:
            found = admin.identities(names)
        for name in names:
            _begin_again(agency, name, found)


def _require_journals(agency: Agency, names: Sequence[str]) -> None:
    own = [topic_name(agency.settings.agency, family) for family in (*EVENT_FAMILIES, Family.KEYS)]
    theirs = [topic_name(agency.settings.counterpart, family) for family in RECEIVED]
    if strange := [name for name in names if name not in (*own, *theirs)]:
        raise CommandRefused(f"{', '.join(strange)}: not among {', '.join((*own, *theirs))}")


def _begin_again(agency: Agency, name: str, found: Mapping[str, TopicIdentity]) -> None:
    if name not in found:
        raise CommandRefused(f"{name} does not exist (or this agency may not see it): make it first (topics create)")
    with agency.store.transaction() as transaction:
        recognise_again(transaction, name, found[name], agency.clock())
        is_own = owner_of(name) == agency.settings.agency
        queued = send_all_again(transaction, name) if is_own else 0
    click.echo(
        f"{name}: {queued} records are sent again 重新发送" if is_own else f"{name}: read from its beginning 从头读取"
    )

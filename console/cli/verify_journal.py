"""
`clue-exchange verify-journal`: a journal as Kafka holds it, checked by public keys alone.
"""

import json
from pathlib import Path

import click

from clue_exchange.evidence.records import check_journal
from clue_exchange.journal_counters import last_numbers
from clue_exchange.journals import read_position
from clue_exchange.keys import public_keys
from clue_exchange.topics import topic_name
from console.cli.options import config_option, json_option, opened
from console.evidence_words import CHINESE_FAULTS
from consumers.journal_values import journal_values
from schemas.catalog import EVENT_FAMILIES, Family


@click.command("verify-journal")
@click.argument("journal", type=click.Choice([family.value for family in EVENT_FAMILIES]))
@click.option("--own", is_flag=True, help="Our own journal; without it the counterpart's.")
@config_option
@json_option
@click.pass_context
def verify_journal(context: click.Context, /, journal: str, own: bool, config: Path, as_json: bool) -> None:
    """
    Verify every record of a journal in Kafka: deleted, moved, altered and foreign ones are named. 核验日志

    By numbers and signatures, with public keys alone; nothing is opened and nothing is changed. Numbers that are known
    here and not in Kafka are missing, at the end too. Exit 1 when something is wrong.
    """
    with opened(config) as agency:
        owner = agency.settings.agency if own else agency.settings.counterpart
        topic = topic_name(owner, Family(journal))
        with agency.store.reading() as transaction:
            keys = public_keys.keys_of(transaction, topic)
            sent = last_numbers(transaction, [topic])[topic]
            last = sent if own else read_position(transaction, topic).next_number - 1
        findings = check_journal(topic, journal_values(agency.consumer, topic), keys, last)
    if as_json:
        told = [{"member": f.member, "fault": f.fault, "detail": f.detail} for f in findings]
        click.echo(json.dumps({"topic": topic, "last": last, "findings": told}))
    else:
        for finding in findings:
            click.echo(f"WRONG 异常: {finding} {CHINESE_FAULTS[finding.fault]}")
        click.echo(f"{topic}: numbers 1 to {last}: " + ("see above" if findings else "all there, all signed 核验通过"))
    context.exit(1 if findings else 0)

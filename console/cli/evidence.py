"""
`clue-exchange export | verify`: the evidence pack of a clue as one file; and what such a file proves, offline.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.agreement_file import read_agreement
from clue_exchange.evidence.chain import ChainLink
from clue_exchange.evidence.check import Verdict, verify_bytes, verify_pack
from clue_exchange.evidence.faults import Finding
from clue_exchange.evidence.format import Manifest
from clue_exchange.evidence.keys import Trust
from clue_exchange.evidence.pack import Exporter, export_pack
from clue_exchange.keys.key_list import fingerprint
from clue_exchange.keys.keystore import signing_key_id
from clue_exchange.people.access_entries import Entry, Subject
from clue_exchange.people.permissions import LocalAct, Purpose
from clue_exchange.workdays import china_time
from console.cli.options import (
    GivenId,
    clue_argument,
    config_option,
    json_option,
    opened,
    permitted_clue,
)
from console.cli.proving import Proof, proof_options, prove
from console.evidence_words import CHINESE_FAULTS
from schemas.catalog import BY_NAME

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@clue_argument
@config_option
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A new file (zip).")
@proof_options
@click.pass_context
def export(context: click.Context, /, clue_id: GivenId, config: Path, output: Path, **given: Any) -> None:
    """
    Write the evidence pack of a clue: events, agreements, keys; sealed, for anybody to verify. 导出证据包

    What is wrong with the chain itself is named, and is an exit code of 1; the file is written all the same.
    """
    with opened(config) as agency:
        officer, log = prove(Proof.taken_from(given), agency.people.officers), agency.people.log
        meant = permitted_clue(agency.people, clue_id, LocalAct.export_evidence, officer)
        log.note(Entry.of(officer, LocalAct.export_evidence, purpose=Purpose.audit, subject=Subject(meant)))
        by = Exporter(agency.settings.agency, agency.keys, agency.agreements)
        with agency.store.reading() as transaction:
            data = export_pack(output, transaction, meant, by)
    verdict = verify_bytes(data)
    click.echo(f"{len(verdict.links)} events, {len(data)} bytes written to {output} 已导出")
    _show_findings(verdict.findings)
    context.exit(0 if verdict.holds else 1)


@click.command()
@click.argument("file", type=FILE)
@click.option("--agreement", "agreements", type=FILE, multiple=True, help="An agreement file that you know is genuine.")
@click.option("--trust", "key_ids", multiple=True, metavar="KEY_ID", help="A signing key that you know is genuine.")
@json_option
@click.pass_context
def verify(
    context: click.Context, file: Path, agreements: Sequence[Path], key_ids: Sequence[str], as_json: bool
) -> None:
    """
    Verify an evidence pack, offline and with public keys alone; name what was changed, exit 1 then. 核验证据包

    Without --agreement or --trust the pack is compared with the keys inside it: whoever has made a whole pack anew
    can only be told by these. Compare the fingerprints that are shown, or give what you know to be genuine.
    """
    known = tuple(read_agreement(path) for path in agreements)
    for signed in known:
        signed.require_valid()
    verdict = verify_pack(file, Trust(known, frozenset(key_ids)))
    if as_json:
        click.echo(json.dumps(_as_json(verdict), ensure_ascii=False))
    else:
        _show(verdict)
    context.exit(0 if verdict.holds else 1)


def _as_json(verdict: Verdict) -> dict[str, Any]:
    manifest = verdict.manifest
    return {
        "holds": verdict.holds,
        "is_anchored": verdict.is_anchored,
        "clue": str(manifest.clue) if manifest else None,
        "exported_by": manifest.exported_by if manifest else None,
        "findings": [{"member": f.member, "fault": f.fault, "detail": f.detail} for f in verdict.findings],
        "keys": [
            {"agency": agency, "key_id": signing_key_id(public), "fingerprint": fingerprint(public)}
            for agency, public in verdict.roots
        ],
        "events": [_event_as_json(link) for link in verdict.links],
        "receipts": verdict.receipts,
    }


def _event_as_json(link: ChainLink) -> dict[str, Any]:
    event = link.event
    return {
        "event": event.envelope.event_type,
        "sender": event.envelope.sender,
        "occurred_at": link.occurred_at.isoformat(),
        "topic": event.topic,
        "number": event.number,
        "hash": event.hash.hex(),
        "is_concurrent": link.is_concurrent,
    }


def _show(verdict: Verdict) -> None:
    if verdict.manifest is not None:
        _show_content(verdict, verdict.manifest)
    _show_findings(verdict.findings)
    if verdict.holds and verdict.is_anchored:
        click.echo("The pack holds; it starts from keys that you trust. 核验通过,起点为您所信任的密钥")
    elif verdict.holds:
        click.echo("The pack is consistent with the keys inside it; compare these. 与包内密钥一致,请核对指纹:")
        for agency, public in verdict.roots:
            click.echo(f"  {agency}  {signing_key_id(public)}  {fingerprint(public)}")


def _show_content(verdict: Verdict, manifest: Manifest) -> None:
    click.echo(f"clue 线索 {manifest.clue}: {manifest.federation}, {manifest.procuratorate}")
    click.echo(f"exported by 导出方 {manifest.exported_by}")
    Console().print(_chain(verdict.links))
    click.echo(f"{verdict.receipts or 'no'} receipts in this pack 回执")
    click.echo("facts and particulars are sealed and were not opened 内容未解封")


def _show_findings(findings: Sequence[Finding]) -> None:
    for finding in findings:
        click.echo(f"WRONG 异常: {finding} {CHINESE_FAULTS[finding.fault]}")


def _chain(links: Sequence[ChainLink]) -> Table:
    table = Table("#", "event 事件", "by 发出方", "occurred 时间", "place 位置", "hash 哈希")
    for place, link in enumerate(links, start=1):
        event, row = link.event, BY_NAME.get(link.event.envelope.event_type)
        table.add_row(
            str(place) + (" ∥" if link.is_concurrent else ""),
            f"{event.envelope.event_type} {row.chinese if row else ''}",
            event.envelope.sender,
            china_time(link.occurred_at),
            f"{event.topic} {event.number}",
            event.hash.hex()[:12],
        )
    if any(link.is_concurrent for link in links):
        table.caption = "∥ had not seen the one before it: their order is not proven 与前一事件并发,先后未定"
    return table

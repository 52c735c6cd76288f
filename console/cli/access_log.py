"""
`clue-exchange access-log`: who opened what and why; and whether the log is as it was written.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.errors import CommandRefused
from clue_exchange.people import access_evidence
from clue_exchange.people.access_entries import Entry, Head, LoggedEntry, Subject
from clue_exchange.people.permissions import LocalAct, Officer, Purpose
from clue_exchange.workdays import china_time
from console.cli.options import GivenId, GivenIdParameter, config_option, json_option, permitted_id
from console.cli.proving import Proof, opened_people, proof_options, prove
from console.people import People


def _head(_: click.Context, parameter: click.Parameter, text: str | None) -> Head | None:
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text)
    if found is None:
        raise click.BadParameter("is not NUMBER:HASH, as verify prints it", param=parameter)
    return Head(int(found[1]), found[2])


@click.group("access-log")
def access_log() -> None:
    """Who opened what, and why; hash-linked. 访问日志"""


@access_log.command()
@click.option("--clue", "about", metavar="CLUE", type=GivenIdParameter(), help="What concerns one clue.")
@click.option("--alerts", is_flag=True, help="Only what a person for security should look at.")
@click.option("--last", type=click.IntRange(1), default=100, show_default=True, help="So many at most, the newest.")
@config_option
@proof_options
@json_option
def show(about: GivenId | None, alerts: bool, last: int, config: Path, as_json: bool, **given: Path) -> None:
    """Show entries, the newest last; that they were looked at is an entry too."""
    with opened_people(config) as people:
        officer = _reader(people, Proof.taken_from(given))
        clue_id = None if about is None else permitted_id(people, about, LocalAct.read_access_log, officer)
        with people.store.reading() as transaction:
            found = list(access_evidence.entries(transaction, clue_id))
        shown = [entry for entry in found if (entry.is_alert or not alerts) and entry.is_for(officer)][-last:]
        _note_reading(people, officer, clue_id, len(shown))
    if as_json:
        click.echo(json.dumps([{"number": e.number, **e.said, "is_alert": e.is_alert} for e in shown]))
    else:
        Console().print(_table(shown))


@access_log.command()
@click.option("--noted", "noted", callback=_head, metavar="NUMBER:HASH", help="A head written down before.")
@config_option
@json_option
@click.pass_context
def verify(context: click.Context, noted: Head | None, config: Path, as_json: bool) -> None:
    """
    Check every link of the log; exit 1 and name the first entry that was removed, altered or moved.

    Who can write to the database can write the whole log anew. So note the head that this prints elsewhere, now and
    then, and give it with --noted.
    """
    with opened_people(config) as people, people.store.reading() as transaction:
        finding = access_evidence.verify(transaction, noted)
    broken, end = finding.broken, f"{finding.end.number}:{finding.end.hash}"
    if as_json:
        bad = {"first_bad": None, "what": None} if broken is None else {"first_bad": broken.number, "what": broken.what}
        click.echo(json.dumps({**bad, "last_good": end}))
    elif broken is None:
        click.echo(f"{finding.end.number} entries, all as they were written; head {end}")
    else:
        click.echo(f"entry {broken.number} {broken.what}; the last good one is {end}")
    context.exit(0 if broken is None else 1)


@access_log.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@config_option
@proof_options
def export(file: Path, config: Path, **given: Path) -> None:
    """Write all entries to FILE as lines of JSON, each with the hash of the one before."""
    with opened_people(config) as people:
        officer = _reader(people, Proof.taken_from(given))
        with people.store.reading() as transaction:
            lines = list(access_evidence.export(transaction))
        _note_reading(people, officer, None, len(lines))
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise CommandRefused(f"{file} exists already: evidence is not written over other evidence") from None
    file.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    click.echo(f"{len(lines)} entries written to {file}")


def _reader(people: People, proof: Proof) -> Officer:
    officer = prove(proof, people.officers)
    people.log.permit(officer, LocalAct.read_access_log)
    return officer


def _note_reading(people: People, officer: Officer, clue_id: UUID | None, hits: int) -> None:
    """Commit that the log is looked at, before anything is shown."""
    about = {"purpose": Purpose.audit, "subject": Subject(clue_id), "hits": hits}
    people.log.note(Entry.of(officer, LocalAct.read_access_log, **about))


def _table(entries: Sequence[LoggedEntry]) -> Table:
    table = Table("#", "when 时间", "who 人员", "act 操作", "purpose 目的", "about 对象", "outcome 结果", "hits 命中")
    for entry in entries:
        said = entry.said
        about = " ".join(str(said[name]) for name in ("clue", "candidate", "person", "other") if said[name])
        outcome = "granted" if said["refused"] is None else f"refused: {said['refused']}"
        table.add_row(
            str(entry.number),
            china_time(datetime.fromisoformat(said["at"])),
            " ".join(str(said[name]) for name in ("officer", "role") if said[name]) or "nobody proven",
            said["act"],
            said["purpose"] or "",
            about,
            outcome + (" ALERT 警报" if entry.is_alert else ""),
            "" if said["hits"] is None else str(said["hits"]),
        )
    return table

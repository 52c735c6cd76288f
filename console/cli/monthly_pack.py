"""
`clue-exchange monthly-pack`: the papers of the joint meeting, made and signed by each side, and checked.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from clue_exchange.errors import CommandRefused
from clue_exchange.keys import public_keys
from clue_exchange.people.access_entries import Entry
from clue_exchange.people.permissions import LocalAct
from clue_exchange.store import Transaction
from clue_exchange.topics import topic_name
from clue_exchange.workdays import china_date
from console.cli.looking import looking
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.cli.statistics import MonthParameter
from console.pack.page import page
from console.pack.sheet import sheet
from console.wiring import Agency
from consumers.monthly_pack.content import Pack, make_pack
from consumers.monthly_pack.meeting import next_meeting
from consumers.monthly_pack.signatures import read_signatures, write_signatures
from consumers.statistics.courses import read_courses
from consumers.statistics.lines import terms_of
from consumers.statistics.periods import Month
from schemas.catalog import Family
from schemas.codes import Role

FOLDER = click.Path(file_okay=False, path_type=Path)
folder_argument = click.argument("folder", type=FOLDER)
month_option = click.option(
    "--month", type=MonthParameter(), metavar="YYYY-MM", required=True, help="A month that is over."
)


@click.group("monthly-pack")
def monthly_pack() -> None:
    """The papers of the joint monthly meeting: one page, one workbook, signed by both agencies. 会商月报"""


@monthly_pack.command()
@folder_argument
@month_option
@config_option
@proof_options
@json_option
def new(folder: Path, month: Month, config: Path, as_json: bool, **given: Any) -> None:
    """
    Write the papers of a month into FOLDER: page (HTML), workbook (XLSX), content (JSON). 生成会商材料

    The other side makes the same files, byte for byte, once both hold the same events.
    """
    with opened(config) as agency:
        officer = looking(agency.people, Proof.taken_from(given), LocalAct.statistics)
        made = pack_of(agency, month)
        if not all(officer.sees(UUID(case.clue)) for case in made.cases):
            raise CommandRefused("the papers are not for you to make: ask another supervisor, reviewer or auditor")
        agency.people.log.note(Entry.of(officer, LocalAct.statistics, hits=len(made.cases)))
    written = write_pack(folder, made)
    _tell({"month": str(month), "hash": made.hash, "files": [str(file) for file in written]}, as_json)


@monthly_pack.command()
@folder_argument
@month_option
@config_option
@proof_options
@json_option
def sign(folder: Path, month: Month, config: Path, as_json: bool, **given: Any) -> None:
    """
    Sign the papers in FOLDER in this agency's name, where they are what its own ledger says. 签署会商材料

    A supervisor's act. The signature joins the file `….signatures.json`, which the other side signs next.
    """
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.sign_agreement)
        made = pack_of(agency, month)
        if problems := differing(folder, made):
            raise CommandRefused("; ".join(problems))
        file = folder / f"{name_of(made)}.signatures.json"
        with agency.store.reading() as transaction:
            may_sign = _keys(transaction, agency.settings.agency)
        key = next((key for key in reversed(agency.keys.signing) if key.public in may_sign), None)
        if key is None:
            raise CommandRefused(f"no signing key of {agency.settings.agency} here is one that others believe")
        signed = read_signatures(file, made.hash).signed_by(agency.settings.agency, key)
        write_signatures(file, signed)
    _tell({"hash": made.hash, "signed": sorted(signed.by_agency), "file": str(file)}, as_json)


@monthly_pack.command()
@folder_argument
@month_option
@config_option
@json_option
@click.pass_context
def check(context: click.Context, folder: Path, month: Month, config: Path, as_json: bool) -> None:
    """
    Check that the papers in FOLDER are what this side's ledger says, and that both agencies signed them. 核验

    Exit 1 names every problem. Where one side has taken in later events of the month, its ledger says something else.
    """
    with opened(config) as agency:
        made = pack_of(agency, month)
        problems = differing(folder, made)
        try:
            signatures = read_signatures(folder / f"{name_of(made)}.signatures.json", made.hash)
        except CommandRefused as error:
            problems += (str(error),)
        else:
            with agency.store.reading() as transaction:
                parties = {name: _keys(transaction, name) for name in (made.federation, made.procuratorate)}
            problems += signatures.problems(parties)
    _tell({"hash": made.hash, "problems": problems}, as_json)
    context.exit(1 if problems else 0)


def pack_of(agency: Agency, month: Month) -> Pack:
    """
    The pack of a month as this agency's ledger has it.

    Raises:
        CommandRefused: the month is not over yet.
    """
    if month.last >= china_date(agency.clock()):
        raise CommandRefused(f"{month} is not over yet: its papers can be made from {month.next.first} on")
    named = {agency.settings.role: agency.settings.agency, agency.settings.role.other: agency.settings.counterpart}
    with agency.store.reading() as transaction:
        courses, terms = read_courses(transaction, agency.ledger), terms_of(transaction, agency.clock_reader)
        meeting = next_meeting(agency.agreements.versions(transaction).values(), terms.calendar, month)
    return make_pack((named[Role.federation], named[Role.procuratorate]), courses, month, terms, meeting)


def name_of(made: Pack) -> str:
    """The files' name on both sides."""
    return f"monthly-pack-{made.month}"


def rendered(made: Pack) -> Mapping[str, bytes]:
    """The papers, by the names of their files."""
    contents = {"html": page(made), "xlsx": sheet(made), "json": made.canonical()}
    return {f"{name_of(made)}.{suffix}": data for suffix, data in contents.items()}


def write_pack(folder: Path, made: Pack) -> list[Path]:
    """Write the papers; what stands there under these names is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in rendered(made).items():
        (folder / name).write_bytes(data)
    return [folder / name for name in rendered(made)]


def differing(folder: Path, made: Pack) -> tuple[str, ...]:
    """The papers that are missing here, or are not those that the ledger says."""
    found = []
    for name, data in rendered(made).items():
        file = folder / name
        if not file.exists():
            found.append(f"{file}: is missing")
        elif file.read_bytes() != data:
            found.append(f"{file}: is not what this side's ledger says")
    return tuple(found)


def _keys(transaction: Transaction, agency: str) -> Collection[bytes]:
    """The keys of an agency that are believed now."""
    return {key.public for key in public_keys.keys_of(transaction, topic_name(agency, Family.KEYS)) if key.last is None}


def _tell(told: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        if isinstance(value, str):
            click.echo(f"{name}: {value}")
        elif value:
            click.echo("\n".join(f"{name}: {each}" for each in value))
    if told.get("problems") == ():
        click.echo("the papers are what this side's ledger says, and both agencies signed them 核验通过")

"""
`clue-exchange agreement`: the cooperation agreement as a file that both agencies sign, and the versions gone by here.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from clue_exchange.agreement_check import problems_at, problems_on, revoked_keys, strange_key
from clue_exchange.agreement_file import read_agreement, write_agreement
from clue_exchange.agreements import SignedAgreement
from clue_exchange.clock import system_clock
from clue_exchange.errors import AgreementInvalid
from clue_exchange.keys.keystore import KeyFile
from clue_exchange.keys.public_key_file import read_public_keys
from clue_exchange.people.permissions import LocalAct
from clue_exchange.settings import Settings
from clue_exchange.store import Store
from clue_exchange.workdays import china_date
from console.agreement_words import agreement_in_words, words_of_codes
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.people import People
from schemas.agreement import Agreement
from schemas.agreement_terms import level_of
from schemas.envelope import role_of

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def agreement() -> None:
    """The cooperation agreement: what both agencies sign and both nodes enforce. 合作协议"""


@agreement.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="agreement.yaml")
@click.option("--federation", type=FILE, required=True, help="Its file of public keys: see `keys new`.")
@click.option("--procuratorate", type=FILE, required=True, help="Its file of public keys.")
@click.option("--valid-from", type=DAY, required=True, metavar="DATE", help="First day on which a clue may be opened.")
@click.option("--valid-until", type=DAY, required=True, metavar="DATE", help="The last such day.")
@click.option("--version", type=click.IntRange(1), default=1, show_default=True, help="A new text needs a new number.")
@click.option(
    "--keep-years", type=click.IntRange(3, 100), default=10, show_default=True, help="Records are kept so long."
)
@json_option
def new(
    file: Path,
    federation: Path,
    procuratorate: Path,
    valid_from: datetime,
    valid_until: datetime,
    as_json: bool,
    **rest: int,
) -> None:
    """
    Write an unsigned agreement between two agencies, from their files of public keys.

    The file holds all that can be agreed, with proposals and comments: change what does not fit before anybody signs.
    """
    if file.exists():
        raise AgreementInvalid(f"{file}: is there already; nothing was written")
    parties = {"federation": read_public_keys(federation), "procuratorate": read_public_keys(procuratorate)}
    days = {"valid_from": valid_from.date(), "valid_until": valid_until.date()}
    region = parties["federation"].agency.partition("-")[2]
    where = {"region": region, "level": level_of(region)}
    made = SignedAgreement(Agreement.read({**where, **parties, **days, **rest}), {})
    write_agreement(file, made, words_of_codes())
    _tell(made, as_json, file=str(file))
    if not as_json:
        click.echo(
            f"written to {file} 已写入: change in it what does not fit, then each agency signs it 修改后双方签署"
        )


@agreement.command()
@click.argument("file", type=FILE)
@config_option
@proof_options
@json_option
def sign(file: Path, config: Path, as_json: bool, **given: Any) -> None:
    """Add this agency's signature to the file, and show what was signed in plain words. A supervisor's act."""
    settings = Settings.load(config)
    with People.opened(settings) as people:
        permit_and_note(people, Proof.taken_from(given), LocalAct.sign_agreement)
    keys = KeyFile(settings.keys, settings.passphrase_file).read()
    unsigned = read_agreement(file)
    if problems := problems_at(unsigned.agreement, settings.agency, settings.counterpart, keys):
        raise AgreementInvalid("; ".join(problems))
    party = unsigned.agreement.party(settings.role)
    key = next(key for key in keys.signing if key.public == party.signing_key_bytes)
    signed = unsigned.signed_by(party, key)
    write_agreement(file, signed, words_of_codes())
    _tell(signed, as_json, signed_by=settings.agency)
    if not as_json:
        click.echo(f"signed by {settings.agency} 已签署")


@agreement.command()
@click.argument("file", type=FILE)
@click.option("--config", type=FILE, help="This agency's configuration: compares parties and keys too.")
@json_option
@click.pass_context
def check(context: click.Context, file: Path, config: Path | None, as_json: bool) -> None:
    """Check signatures and days, and with --config parties and keys; names every problem, exit 1 when there is one."""
    signed = read_agreement(file)
    problems = problems_on(signed, china_date(system_clock()))
    if config is not None:
        problems += _problems_here(signed.agreement, Settings.load(config))
    _tell(signed, as_json, problems=problems)
    if not as_json:
        click.echo("\n".join(f"problem 问题: {each}" for each in problems) or "both signed it, and it is in force 有效")
    context.exit(1 if problems else 0)


@agreement.command()
@click.argument("file", type=FILE)
@config_option
@click.option("--compared", is_flag=True, help="You compared the counterpart's new key with it, by telephone.")
@proof_options
@json_option
def adopt(file: Path, config: Path, compared: bool, as_json: bool, **given: Any) -> None:
    """
    Go by this version too: a supervisor's act.

    Running cases go on; new clues are opened under the newest version that has begun.
    """
    signed = read_agreement(file)
    signed.require_valid()
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.sign_agreement)
        settings = agency.settings
        problems = problems_at(signed.agreement, settings.agency, settings.counterpart, agency.keys)
        with agency.store.reading() as transaction:
            problems += revoked_keys(transaction, signed.agreement)
            strange = strange_key(transaction, signed.agreement.party(settings.role.other))
        if strange and not compared:
            problems += (f"{strange[0]}; compare it by telephone and say --compared",)
        if problems:
            raise AgreementInvalid("; ".join(problems))
        agency.adopt(signed)
    _tell(signed, as_json, adopted_by=settings.agency)
    if not as_json:
        click.echo(f"{settings.agency} goes by version {signed.agreement.version} 已采用")


def _problems_here(agreed: Agreement, settings: Settings) -> tuple[str, ...]:
    keys = KeyFile(settings.keys, settings.passphrase_file).read()
    problems = problems_at(agreed, settings.agency, settings.counterpart, keys)
    store = Store.open(settings.database)
    try:
        with store.reading() as transaction:
            theirs = agreed.party(role_of(settings.counterpart))
            return problems + revoked_keys(transaction, agreed) + strange_key(transaction, theirs)
    finally:
        store.close()


def _tell(signed: SignedAgreement, as_json: bool, **more: Any) -> None:
    if as_json:
        content = signed.agreement.model_dump(mode="json")
        told = {**content, "hash": signed.agreement.hash.hex(), "signed": sorted(signed.signatures), **more}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo("\n".join(agreement_in_words(signed.agreement)))

"""
`clue-exchange officers`: the accounts of an agency's officers.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clue_exchange.people.officers import Account, NewOfficer
from clue_exchange.people.permissions import LocalAct, OfficerRole
from clue_exchange.workdays import china_time
from console.cli.options import GivenId, clue_argument, config_option, json_option, permitted_id
from console.cli.proving import (
    Proof,
    chosen_passphrase,
    new_passphrase_option,
    opened_people,
    optional_proof_options,
    proof_options,
    prove,
)

CHINESE_ROLES = {
    OfficerRole.officer: "经办人",
    OfficerRole.reviewer: "审核人",
    OfficerRole.supervisor: "负责人",
    OfficerRole.operator: "运维",
    OfficerRole.auditor: "审计",
}


@click.group()
def officers() -> None:
    """The accounts of this agency's officers: who they are, what they may do. 经办人员账户"""


@officers.command()
@click.argument("login")
@click.option("--role", required=True, type=click.Choice([role.value for role in OfficerRole]))
@click.option("--name", required=True, help="As colleagues know the officer; it stays in this agency.")
@new_passphrase_option
@config_option
@optional_proof_options
@json_option
def add(
    login: str, role: str, name: str, new_passphrase_file: Path | None, config: Path, as_json: bool, **given: Path
) -> None:
    """
    Make an account. The first of an agency is a supervisor's and needs no proof; further ones need a supervisor.

    The officer chooses and types the passphrase, so that nobody else knows it.
    """
    with opened_people(config) as people:
        by = Proof.taken_from(given).officer(people.officers)
        if by is not None:
            people.log.permit(by, LocalAct.add_officer)
        new = NewOfficer(login, name, OfficerRole(role), chosen_passphrase(new_passphrase_file))
        with people.store.transaction() as transaction:
            officer_id = people.officers.add(transaction, new, by)
    if as_json:
        click.echo(json.dumps({"officer_id": officer_id, "login": login, "role": role}))
    else:
        click.echo(f"{login} is {officer_id}: this id is what the other side and the logs see")


@officers.command("list")
@config_option
@optional_proof_options
@json_option
def list_officers(config: Path, as_json: bool, **given: Path) -> None:
    """List the accounts. Without --as: ids and roles alone; logins and names are for who keeps the accounts."""
    with opened_people(config) as people:
        by = Proof.taken_from(given).officer(people.officers)
        if by is not None:
            people.log.permit(by, LocalAct.list_officers)
        with people.store.reading() as transaction:
            rows = people.officers.listed(transaction)
    if as_json:
        hidden = () if by else ("login", "name")
        told = [{key: value for key, value in asdict(row).items() if key not in hidden} for row in rows]
        click.echo(json.dumps(told, default=str, ensure_ascii=False))
    else:
        Console().print(_table(rows) if by else _table_of_ids(rows))


@officers.command()
@click.argument("login")
@config_option
@proof_options
def deactivate(login: str, config: Path, **given: Path) -> None:
    """End an account; it is kept, for facts and logs name its id."""
    with opened_people(config) as people:
        by = prove(Proof.taken_from(given), people.officers)
        people.log.permit(by, LocalAct.deactivate_officer)
        with people.store.transaction() as transaction:
            people.officers.deactivate(transaction, login, by)
    click.echo(f"{login} cannot act any more")


@officers.command()
@click.argument("login")
@clue_argument
@config_option
@proof_options
def conflict(login: str, clue_id: GivenId, config: Path, **given: Path) -> None:
    """
    Note that an officer must neither see nor route a clue: kin, neighbour, once a party to it. 回避

    By its whole id also before it has arrived here.
    """
    with opened_people(config) as people:
        by = prove(Proof.taken_from(given), people.officers)
        people.log.permit(by, LocalAct.note_conflict)
        meant = permitted_id(people, clue_id, LocalAct.note_conflict, by)
        with people.store.transaction() as transaction:
            people.officers.note_conflict(transaction, login, meant, by)
    click.echo(f"for {login} there is no clue {meant} any more")


@officers.command()
@new_passphrase_option
@config_option
@proof_options
def passphrase(new_passphrase_file: Path | None, config: Path, **given: Path) -> None:
    """Choose another passphrase for one's own account."""
    with opened_people(config) as people:
        officer = prove(Proof.taken_from(given), people.officers)
        people.log.permit(officer, LocalAct.change_passphrase)
        chosen = chosen_passphrase(new_passphrase_file)
        with people.store.transaction() as transaction:
            people.officers.change_passphrase(transaction, officer, chosen)
    click.echo("the passphrase is changed")


def _table(rows: Sequence[Account]) -> Table:
    table = Table("login 账户", "name 姓名", "officer id 编号", "role 角色", "active 启用", "locked until 锁定至")
    for row in rows:
        locked = "" if row.locked_until is None else china_time(row.locked_until)
        role = f"{row.role} {CHINESE_ROLES[row.role]}"
        table.add_row(row.login, escape(row.name), row.officer_id, role, "yes" if row.is_active else "no", locked)
    return table


def _table_of_ids(rows: Sequence[Account]) -> Table:
    table = Table("officer id 编号", "role 角色", "active 启用")
    for row in rows:
        table.add_row(row.officer_id, f"{row.role} {CHINESE_ROLES[row.role]}", "yes" if row.is_active else "no")
    return table

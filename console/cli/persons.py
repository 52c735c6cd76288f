"""
`clue-exchange candidate | hand-over | particulars | erase`: what concerns one person, by proven officers.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.errors import CommandRefused
from clue_exchange.keys.blind_index import Occurrence
from clue_exchange.people.access_entries import Subject
from clue_exchange.people.permissions import LocalAct, Officer, Purpose
from console.cli.findings import show_findings
from console.cli.looking import looking
from console.cli.options import (
    Command,
    GivenId,
    candidate_argument,
    clue_argument,
    config_option,
    conflicts_unsaid,
    find_candidate,
    find_clue_for,
    opened,
    permitted_clue,
)
from console.cli.proving import PROOF_OPTIONS, SECOND_OPTIONS, Proof, prove
from console.cli.worklist import DAY
from console.words import Meaning
from consumers.particulars import open_particulars
from producers.candidate import Facts
from producers.intake.person import Why
from producers.opening import Reviewed, opening_facts
from schemas.clue_events import ErasureConfirmed, ErasureRequested
from schemas.codes import Category, LegalBasis, Role
from schemas.event import PersonKey
from schemas.particulars import Particulars
from schemas.reasons import ErasureGround

WHY_SAME: Mapping[Why, Meaning] = {
    Why.number: Meaning("证件号相同", "the same number"),
    Why.number_but_check: Meaning("证件号除校验码外相同", "the same number but for its check digit"),
    Why.phone_and_name: Meaning("电话和姓名相同", "the same telephone and name"),
    Why.birth_and_name: Meaning("出生日期和姓名相同", "the same birth date and name"),
    Why.phone_and_text: Meaning("电话相同、所述相近", "the same telephone, and much the same is told"),
    Why.name_and_text: Meaning("姓名相同、所述相近", "the same name, and much the same is told"),
}
"""Why two rows of a register may be of the same person."""


class PersonParameter(click.ParamType[PersonKey]):
    """A person of a clue: `federation:1`."""

    name = "person"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> PersonKey:
        added_by, _, number = str(value).partition(":")
        if added_by not in tuple(Role) or not number.isdecimal():
            self.fail("is not a person of a clue, such as federation:1", param, ctx)
        return Role(added_by), int(number)


def proven(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Add several options to a command, in their order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


purpose_option: Callable[[Command], Command] = click.option(
    "--purpose", type=click.Choice([p.value for p in Purpose]), required=True
)


@click.command()
@candidate_argument
@proven(config_option, purpose_option, *PROOF_OPTIONS)
def candidate(candidate_id: GivenId, config: Path, purpose: str, **given: Any) -> None:
    """Show what was registered of a candidate, passages marked; logged before it is shown. 查看候选线索"""
    with opened(config) as agency:
        people, kept = agency.people, agency.candidates()
        officer = looking(people, Proof.taken_from(given), LocalAct.open_particulars)
        meant = find_candidate(people, kept, candidate_id, LocalAct.open_particulars, officer)
        with people.log.opening(officer, Subject(candidate_id=meant), Purpose(purpose)) as permit:
            told, facts = kept.particulars(meant, permit), kept.get(meant).facts
            _show(told)
            show_findings(told.narrative or "", facts, Console())
        _show_linked(facts)
        with agency.store.reading() as transaction:
            _show_same(agency.index.same_persons(transaction, meant), officer)


@click.command("hand-over")
@candidate_argument
@click.option("--legal-basis", type=click.Choice([b.value for b in LegalBasis]), required=True)
@click.option("--categories", type=click.Choice([c.value for c in Category]), multiple=True, help="Corrects screening.")
@click.option("--found-on", type=DAY, metavar="YYYY-MM-DD", help="Corrects the register's day, or says it.")
@proven(config_option, *PROOF_OPTIONS)
def hand_over(
    candidate_id: GivenId,
    config: Path,
    legal_basis: str,
    categories: tuple[str, ...],
    found_on: datetime | None,
    **given: Any,
) -> None:
    """
    Open a clue from a candidate, in the reviewer's name. 移送候选线索

    It was found on the day of its registration, from which the days for handing it over are counted.
    """
    with opened(config) as agency:
        officer = prove(Proof.taken_from(given), agency.people.officers)
        verb = "transfer" if agency.settings.role is Role.federation else "share"
        agency.people.log.permit(officer, verb)
        meant = find_candidate(agency.people, agency.candidates(), candidate_id, verb, officer)
        found = agency.candidates().get(meant).facts
        day = found_on.date() if found_on is not None else None
        reviewed = Reviewed(officer.officer_id, legal_basis, categories, day)
        facts = opening_facts(found, agency.settings.role, reviewed)
        signed = agency.desk().hand_over(found.candidate_id, facts)
    click.echo(f"{facts.event_type}: clue {signed.envelope.clue_id}, number {signed.number} in {signed.topic}")


@click.command()
@clue_argument
@click.option("--person", type=PersonParameter(), required=True, metavar="AGENCY:NUMBER")
@proven(config_option, purpose_option, *PROOF_OPTIONS)
def particulars(clue_id: GivenId, person: PersonKey, config: Path, purpose: str, **given: Any) -> None:
    """Show what was told of a person of a clue; logged before it is shown. 查看当事人信息"""
    with opened(config) as agency:
        officer = prove(Proof.taken_from(given), agency.people.officers)
        meant = find_clue_for(agency.people, clue_id, LocalAct.open_particulars, officer)
        with (
            conflicts_unsaid(clue_id),
            agency.people.log.opening(officer, Subject(clue_id=meant, person=person), Purpose(purpose)) as permit,
            agency.store.reading() as transaction,
        ):
            _show(open_particulars(transaction, agency.ledger, agency.keyring, meant, person, permit))
            _show_same(agency.index.same_persons(transaction, meant), officer)


@click.command()
@clue_argument
@click.option(
    "--person", "persons", type=PersonParameter(), multiple=True, metavar="AGENCY:NUMBER", help="Default: all."
)
@click.option("--ground", type=click.Choice([g.value for g in ErasureGround]), required=True)
@proven(config_option, *PROOF_OPTIONS, *SECOND_OPTIONS)
def erase(clue_id: GivenId, persons: tuple[PersonKey, ...], ground: str, config: Path, **given: Any) -> None:
    """
    Destroy the data of persons on both sides; or confirm it, where the other side asked. Two officers. 删除当事人信息

    Chain, receipts and figures stay and verify. What is destroyed cannot be brought back.
    """
    with opened(config) as agency:
        proof, people = Proof.taken_from(given), agency.people
        officer, second = prove(proof, people.officers), proof.second(people.officers)
        meant = permitted_clue(people, clue_id, LocalAct.erase, officer, second)
        with agency.store.reading() as transaction:
            view = agency.ledger.fold(transaction, meant).view
        chosen = persons or tuple(sorted(view.persons))
        refs = [{"added_by": added_by, "number": number} for added_by, number in chosen]
        asked = {(person, agency.settings.role.other) for person in chosen} <= view.erasure_asked
        if not chosen or second is None:
            raise CommandRefused(f"clue {meant} has no persons here yet: its first event waits")
        if asked:
            confirmed = ErasureConfirmed.read({"officer": officer.officer_id, "persons": refs})
            agency.desk().confirm_erasure(meant, confirmed)
        else:
            fields = {"officer": officer.officer_id, "second": second.officer_id, "persons": refs, "ground": ground}
            agency.desk().request_erasure(meant, ErasureRequested.read(fields))
    done = "confirmed 已确认" if asked else "destroyed here, asked of the other side 本方已删除,已请求对方"
    click.echo(f"{len(chosen)} person(s) of clue {meant}: {done}")


def _show(told: Particulars) -> None:
    table = Table(show_header=False)
    for name, value in told.model_dump(mode="json").items():
        if value is not None:
            table.add_row(name, str(value))
    Console().print(table)


def _show_linked(facts: Facts) -> None:
    for other, why in zip(facts.same_person_as, facts.same_person_why, strict=True):
        meaning = WHY_SAME[Why(why)]
        click.echo(f"may be of the same person as {other}: {meaning.en} 疑似同一人:{meaning.zh}")


def _show_same(elsewhere: Sequence[Occurrence], officer: Officer) -> None:
    found = sum(each.clue_id is None or officer.sees(each.clue_id) for each in elsewhere)
    if found:
        click.echo(f"the same number occurs in {found} other place(s) here: compare 同一证件号另有 {found} 处,请核对")

"""
`clue-exchange candidates correct` and `clue-exchange screen evaluate`: what reviewers say of screening.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from clue_exchange.people.access_entries import Entry, Subject
from clue_exchange.people.permissions import LocalAct
from console.cli.looking import looking
from console.cli.options import GivenId, candidate_argument, config_option, find_candidate, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.cli.tables import Shown, show_list
from producers.corrections import Change, Score, scores
from producers.corrections import correct as correct_screening
from producers.screening import Label

_LABEL = click.Choice([str(label) for label in Label])


@click.command()
@candidate_argument
@click.option("--label", "labels", type=_LABEL, multiple=True, help="The text has it; may be given several times.")
@click.option("--not-label", "not_labels", type=_LABEL, multiple=True, help="The text does not have it.")
@click.option("--urgent/--not-urgent", default=None, help="The text tells of danger or of need that cannot wait.")
@config_option
@proof_options
def correct(
    candidate_id: GivenId,
    labels: tuple[str, ...],
    not_labels: tuple[str, ...],
    urgent: bool | None,
    config: Path,
    **given: Any,
) -> None:
    """
    Correct what screening said of a candidate, or confirm it by changing nothing. 更正筛查结果

    Logged and kept, without any text; `screen evaluate` is computed from it.
    """
    with opened(config) as agency:
        people, kept = agency.people, agency.candidates()
        officer = looking(people, Proof.taken_from(given), LocalAct.correct_candidate)
        meant = find_candidate(people, kept, candidate_id, LocalAct.correct_candidate, officer)
        change = Change(frozenset(map(Label, labels)), frozenset(map(Label, not_labels)), urgent)
        with agency.store.transaction() as transaction:
            corrected = correct_screening(transaction, kept, meant, change, officer.officer_id, agency.clock())
        people.log.note(Entry.of(officer, LocalAct.correct_candidate, subject=Subject(candidate_id=meant)))
    told = ", ".join(corrected.labels) or "no label 无标签"
    click.echo(f"{meant}: {told}{' · urgent 紧急' if corrected.urgent else ''}")


@click.command()
@config_option
@proof_options
@json_option
def evaluate(config: Path, as_json: bool, **given: Any) -> None:
    """
    Show how right screening has been, by label and by source, from reviewers' corrections. 筛查质量

    Only texts that a reviewer corrected or confirmed count; what nobody has read says nothing.
    """
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.statistics)
        with agency.store.reading() as transaction:
            found = scores(transaction)
    if as_json:
        rows = [{**asdict(score), "recall": score.recall, "precision": score.precision} for score in found]
        click.echo(json.dumps(rows))
    else:
        show_list(Console(), _columns([score for score in found if score.right + score.extra + score.missed]))


def _columns(found: list[Score]) -> list[Shown]:
    return [
        Shown("source\n来源", [score.source for score in found]),
        Shown("label 标签", [score.measured for score in found], is_id=True),
        Shown("recall\n查全", [_share(score.recall) for score in found]),
        Shown("precision\n查准", [_share(score.precision) for score in found]),
        Shown("right\n正确", [str(score.right) for score in found], rank=1),
        Shown("extra\n误报", [str(score.extra) for score in found], rank=2),
        Shown("missed\n漏报", [str(score.missed) for score in found], rank=2),
    ]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"  # a dash: there is nothing to divide by

"""
`clue-exchange eligibility`: the checklist of a clue, which explains itself and decides nothing.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from clue_exchange.people.permissions import LocalAct
from console.cli.looking import look_at_clue, looking
from console.cli.options import GivenId, clue_argument, config_option, json_option, opened
from console.cli.proving import Proof, proof_options
from console.cli.tables import Shown, show_list
from console.words import MEANINGS, in_words
from schemas.clock import steps_of
from schemas.codes import Paper
from schemas.criteria import Criterion, Finding
from schemas.eligibility import Eligibility, Row
from schemas.eligibility import eligibility as checklist_of


@click.command()
@clue_argument
@config_option
@proof_options
@json_option
def eligibility(clue_id: GivenId, config: Path, as_json: bool, **given: Any) -> None:
    """Show what speaks for and against aid, as both sides found it; a person decides; logged. 救助条件清单"""
    with opened(config) as agency:
        officer = looking(agency.people, Proof.taken_from(given), LocalAct.see_clues)
        meant = look_at_clue(agency.people, officer, clue_id)
        with agency.store.reading() as transaction:
            found = checklist_of(steps_of(agency.ledger.fold(transaction, meant).placed))
    if as_json:
        click.echo(json.dumps(_as_json(found), default=str))
        return
    show_list(Console(), _columns(found.rows))
    click.echo("\n".join(_explained(found)))


def _columns(rows: Sequence[Row]) -> Sequence[Shown]:
    return (
        Shown("code 代码", [row.criterion for row in rows]),
        Shown("condition 条件", [str(MEANINGS[Criterion][row.criterion]) for row in rows]),
        Shown("federation 妇联", [_said(row.by_federation) for row in rows], rank=2),
        Shown("procuratorate 检察院", [_said(row.by_procuratorate) for row in rows], rank=1),
        Shown("stands 现状", [in_words(row.standing) for row in rows]),
        Shown("usually 通常", [row.usually for row in rows]),
    )


def _said(finding: tuple[Finding, date] | None) -> str:
    return "" if finding is None else f"{finding[0]} {finding[1]}"


def _explained(found: Eligibility) -> Iterator[str]:
    """What the list comes to, line by line; the last line is that it decides nothing."""
    missing = [row.criterion for row in found.rows if row.criterion[0] == "N" and row.standing is not Finding.given]
    frame = "not given 未具备: " + ", ".join(missing) if missing else "all given 均具备"
    yield f"frame conditions N 基本条件: {frame}"
    yield f"situation E 情形(one suffices 具备其一): {'given 具备' if found.situation_is_given else 'none given 尚无'}"
    yield f"exclusions X 一般不予救助: {', '.join(found.exclusions) or 'none found 未发现'}"
    for each in found.beneficiaries:
        decided = "decided 已决定" if each.is_decided else "no decision yet 尚未决定"
        yield f"beneficiary 救助对象 {each.person[0]}:{each.person[1]}: {decided}"
    yield f"papers told of 已有材料: {', '.join(sorted(found.papers)) or 'none 无'}"
    if found.papers_are_due:
        yield "papers after aid in advance are missing 先行救助后申请材料尚未补交"
    yield "This list decides nothing: a person does. 本清单不作决定,由办案人员决定。"


def _as_json(found: Eligibility) -> dict[str, Any]:
    return {
        "conditions": [
            {
                "criterion": row.criterion,
                "federation": row.by_federation and row.by_federation[0],
                "procuratorate": row.by_procuratorate and row.by_procuratorate[0],
                "standing": row.standing,
                "usually": row.usually,
            }
            for row in found.rows
        ],
        "frame_is_given": found.frame_is_given,
        "situation_is_given": found.situation_is_given,
        "exclusions": found.exclusions,
        "beneficiaries": {f"{each.person[0]}:{each.person[1]}": each.is_decided for each in found.beneficiaries},
        "papers": sorted(found.papers),
        "papers_not_told_of": sorted(set(Paper) - found.papers),
        "papers_are_due": found.papers_are_due,
        "decides": "a person",
    }

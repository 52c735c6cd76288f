"""`clue-exchange schemas`: what the contract holds, and whether it still keeps what was released."""

import json
from dataclasses import asdict

import click

from schemas.catalog import CATALOG, EventType
from schemas.codec import newest
from schemas.compatibility import Contract, avro_static_checker, check

NO_STATIC_CHECKER = "Apache avro is not installed, so its static checker was not asked: pip install 'avro>=1.12.2'"


@click.group()
def schemas() -> None:
    """The contract's event types, and the gate that keeps their schemas readable for ever."""


@schemas.command("list")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def list_types(as_json: bool) -> None:
    """List every event type with its versions, fingerprint, journal and verb."""
    if as_json:
        click.echo(json.dumps([_told(row) for row in CATALOG], indent=1))
        return
    for row in CATALOG:
        versions = ",".join(map(str, row.versions))
        click.echo(f"{row.name:<22}{versions:<8}{newest(row.name).fingerprint.hex():<18}{row.family:<15}{row.verb}")


def _told(row: EventType) -> dict[str, object]:
    return {
        "type": row.name,
        "versions": row.versions,
        "fingerprint": newest(row.name).fingerprint.hex(),
        "journal": row.family.value,
        "verb": row.verb,
    }


@schemas.command("check")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_context
def check_schemas(context: click.Context, as_json: bool) -> None:
    """Prove that every released version is readable, both ways, and that models agree; exit 1 on a problem."""
    contract = Contract.of_this_installation()
    static_checker = avro_static_checker()
    problems = check(contract, static_checker)
    if as_json:
        told = [asdict(problem) for problem in problems]
        click.echo(json.dumps({"problems": told, "static_checker": static_checker is not None}, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(f"{problem.schema} v{problem.version} [{problem.rule}] {problem.sentence}")
        if static_checker is None:
            click.echo(NO_STATIC_CHECKER, err=True)
        click.echo(
            f"{len(contract.texts)} schemas, {len(contract.released)} of them released: {len(problems)} problems"
        )
    context.exit(1 if problems else 0)

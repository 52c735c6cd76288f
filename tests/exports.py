"""
What a side exports of its events for the recount, and the product's figures under the recount's names.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import yaml

from consumers.statistics.lines import Figure
from tests.recount import only_numbers
from tests.recount_duties import Lines, Terms
from tests.recount_reading import Row

COLUMNS = "clue_id, place, sender, event_type, occurred_at, event_id, agreement_version, facts"
APPLIED = f"SELECT {COLUMNS} FROM event WHERE outcome = 'applied' ORDER BY clue_id, place"  # a constant


def exported(rows: Iterable[Sequence[Any]]) -> Iterator[Row]:
    """The rows of the event table that `APPLIED` asks for, whatever the database's driver makes of them."""
    for clue_id, place, sender, event_type, occurred_at, event_id, version, facts in rows:
        decoded = json.loads(facts) if isinstance(facts, str) else facts
        named = str(UUID(str(event_id)))
        yield Row(str(clue_id), int(place), sender, event_type, str(occurred_at), named, int(version), decoded)


def lines_of(found: Sequence[Figure]) -> Lines:
    """The product's lines."""
    return only_numbers({_name(f.formula.key, line.of): dict(line.values) for f in found for line in f.lines})


def lines_of_papers(content: Mapping[str, Any]) -> Lines:
    """The lines of a monthly pack, from its content as JSON."""
    lines = {_name(f["key"], line.pop("of")): line for f in content["figures"] for line in f["lines"]}
    return only_numbers(lines)


def _name(key: str, of: Sequence[str]) -> str:
    return " ".join((key, *filter(None, of)))


def terms_in(agreement: str) -> Terms:
    """The deadlines of an agreement's file, by its version."""
    text = yaml.safe_load(agreement)
    return {text["version"]: text["deadlines"]}

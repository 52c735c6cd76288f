"""
The gate: proves that what was released can be read for ever, and that schemas and models say the same.

Run it with `clue-exchange schemas check`. Nothing here asks for the network, git or another version of this code: all
released versions are in avro/, and a released file is known by its hash in avro/released.json.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import TypeAlias

from fastavro.schema import SchemaParseException, UnknownType

from schemas.catalog import CATALOG
from schemas.codec import Schema
from schemas.conformity import differences
from schemas.envelope import Envelope, Record
from schemas.event import Coded
from schemas.evolution import Rule, damage_both_ways, damage_to_meaning, model_refuses
from schemas.figures_record import FiguresPublished
from schemas.key_record import KeyRecord
from schemas.particulars import Particulars
from schemas.receipt import Receipt
from schemas.reconciliation import ClueHoldings, DayDigests
from schemas.shape import Shape, Unsound, shape_of

Version: TypeAlias = tuple[Schema, Shape]
StaticChecker: TypeAlias = Callable[[str, str], tuple[str, ...]]
"""Takes the reader's and the writer's .avsc, and gives a reason for each thing that the reader cannot read."""

LAYERS: Mapping[str, type[Coded] | None] = {
    "Envelope": Envelope,
    "Record": Record,
    "Particulars": Particulars,
    "KeyRecord": KeyRecord,
    "FiguresPublished": FiguresPublished,
    "Receipt": Receipt,
    "DayDigests": DayDigests,
    "ClueHoldings": ClueHoldings,
    "DeadLetterNote": None,  # its model belongs to the dead letters, in a room above this one
}
"""The schemas that are no event type, each with its model."""

NOT_AVRO = (SchemaParseException, UnknownType, json.JSONDecodeError, KeyError, TypeError)
RELEASED = "released.json"
HOW_TO_ADD = "leave the released files as they are, and add the next version beside them (schemas/catalog.py says how)"
ADVICE: Mapping[Rule, str] = {
    Rule.old_unreadable: "today's version must read it: give a new field a default, and take nothing away",
    Rule.new_unreadable: "the previous version must read it: what it does not know needs a new event type",
    Rule.value_changed: "a value must mean the same to every version: use a new field",
    Rule.static_checker: "Apache avro would refuse it: give new fields defaults, and change no type",
    Rule.name_changed: "names are for ever: use a new event type",
    Rule.logical_type_changed: "readers would see another type: use a new field",
    Rule.default_changed: "a default is for ever, for it stands in for what old records lack: use a new field",
    Rule.model_refuses: "the model must read every released version: make the field optional there",
    Rule.model_differs: "bring the model and the .avsc together",
    Rule.not_in_catalog: "give it a row, or a version, in schemas/catalog.py, or take the file away",
    Rule.file_missing: "add the file, or take the version out of schemas/catalog.py",
    Rule.unsound: "flatten it: no type inside itself, no items that take no bytes, names defined before use",
    Rule.released_edited: f"restore the file, {HOW_TO_ADD}",
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """
    One thing that would break an agreement with the other side, or with old records.

    Attributes:
        schema, version: of the file that must change.
        sentence: what is wrong, where, and what to do.
    """

    schema: str
    version: int
    rule: Rule
    sentence: str


@dataclass(frozen=True, slots=True)
class Contract:
    """
    Everything that the gate looks at.

    Attributes:
        texts: every .avsc by name and version, as it stands in its file.
        models: the model of each schema; None where it lives in a room above.
        versions: those that each schema must have.
        released: SHA-256 of each released file, in hex, by file name.
    """

    texts: Mapping[tuple[str, int], str]
    models: Mapping[str, type[Coded] | None]
    versions: Mapping[str, tuple[int, ...]]
    released: Mapping[str, str]

    @classmethod
    def of_this_installation(cls) -> "Contract":
        """The files of schemas/avro and the models of the catalog."""
        folder = files("schemas").joinpath("avro")
        texts = {
            _name_and_version(entry.name): entry.read_text(encoding="utf-8")
            for entry in folder.iterdir()
            if entry.name.endswith(".avsc")
        }
        models: dict[str, type[Coded] | None] = {**{row.name: row.model for row in CATALOG}, **LAYERS}
        versions = {row.name: row.versions for row in CATALOG}
        versions |= {name: tuple(sorted(v for each, v in texts if each == name)) for name in LAYERS}
        return cls(texts, models, versions, json.loads(folder.joinpath(RELEASED).read_text(encoding="utf-8")))


def check(contract: Contract, static_checker: StaticChecker | None = None) -> tuple[Problem, ...]:
    """
    Every problem of the contract; none means that every released version is readable, both ways, and models agree.

    Apache avro's static checker has its say where it is given; `avro_static_checker` finds it.
    """
    problems = [*_wrong_files(contract), *_edited(contract)]
    chains: dict[str, list[Version]] = {name: [] for name in contract.models}
    for (name, version), text in sorted(contract.texts.items()):
        try:
            shape = shape_of(json.loads(text))
            chains.setdefault(name, []).append((Schema.of(name, version, text), shape))
        except (Unsound, *NOT_AVRO) as error:
            problems.append(_problem(name, version, Rule.unsound, f"{type(error).__name__}: {error}"))
        else:
            problems += [_problem(name, version, Rule.unsound, what) for what in _endless_arrays(shape)]
    for chain in chains.values():
        problems += _chain_problems(contract, chain, static_checker)
    return tuple(sorted(set(problems)))


def avro_static_checker() -> StaticChecker | None:
    """Apache avro's checker, or None where the `avro` package is not installed: nothing else here needs it."""
    try:
        from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
        from avro.schema import parse
    except ImportError:
        return None

    def unreadable(reader: str, writer: str) -> tuple[str, ...]:
        checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]  # avro annotates all but this
        found = checker.get_compatibility(parse(reader), parse(writer))
        return () if found.compatibility is SchemaCompatibilityType.compatible else tuple(sorted(found.messages))

    return unreadable


def _problem(name: str, version: int, rule: Rule, what: str) -> Problem:
    return Problem(name, version, rule, f"{what}; {ADVICE[rule]}")


def _name_and_version(file_name: str) -> tuple[str, int]:
    name, version, _ = file_name.split(".")
    return name, int(version.removeprefix("v"))


def _wrong_files(contract: Contract) -> Iterator[Problem]:
    wanted = {(name, version) for name, versions in contract.versions.items() for version in versions}
    for key in contract.texts.keys() - wanted:
        yield _problem(*key, Rule.not_in_catalog, "the catalog does not know this file")
    for key in wanted - contract.texts.keys():
        yield _problem(*key, Rule.file_missing, "the file is missing")


def _edited(contract: Contract) -> Iterator[Problem]:
    for file_name, released in contract.released.items():
        key = _name_and_version(file_name)
        text = contract.texts.get(key)
        if text is None:
            yield _problem(*key, Rule.released_edited, "it was released, and is not here any more")
        elif hashlib.sha256(text.encode()).hexdigest() != released:
            yield _problem(*key, Rule.released_edited, "it was released, and is not what was released")


def _endless_arrays(shape: Shape) -> Iterator[str]:
    for path, node in shape.nodes():
        if node.kind in ("array", "map") and node.parts[0][1].is_empty:
            yield f"{path}: items without bytes, so a hostile count costs nothing to send and all to read"


def _chain_problems(
    contract: Contract, chain: list[Version], static_checker: StaticChecker | None
) -> Iterator[Problem]:
    """The problems of one schema's versions, oldest first."""
    if not chain:
        return
    newest, newest_shape = chain[-1]
    model = contract.models.get(newest.name)
    for old, new in [*pairwise(chain), *((each, chain[-1]) for each in chain[:-2])]:
        for rule, what in (*damage_both_ways(*old, *new), *damage_to_meaning(old[1], new[1])):
            yield _problem(new[0].name, new[0].version, rule, f"against version {old[0].version}: {what}")
        yield from _static_problems(contract, old[0], new[0], static_checker)
    if model is not None:
        for what in differences(model, newest_shape):
            yield _problem(newest.name, newest.version, Rule.model_differs, what)
        for schema, shape in chain:
            for what in model_refuses(model, schema, shape, newest):
                yield _problem(newest.name, schema.version, Rule.model_refuses, what)


def _static_problems(
    contract: Contract, old: Schema, new: Schema, static_checker: StaticChecker | None
) -> Iterator[Problem]:
    if static_checker is None:
        return
    for reader, writer in ((new, old), (old, new)):
        texts = (contract.texts[each.name, each.version] for each in (reader, writer))
        for what in static_checker(*texts):
            told = f"version {reader.version} cannot read version {writer.version}: {what}"
            yield _problem(new.name, new.version, Rule.static_checker, told)

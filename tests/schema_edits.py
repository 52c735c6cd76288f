"""
Edits of an .avsc, each by its name: those that break, those that are unsound, those that drift from the model.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from schemas.compatibility import Contract
from schemas.evolution import Rule

Definition: TypeAlias = dict[str, Any]
Edit: TypeAlias = Callable[[Definition], object]
OLD, NEW, VALUE, STATIC = Rule.old_unreadable, Rule.new_unreadable, Rule.value_changed, Rule.static_checker
NAME, LOGICAL, DEFAULT = Rule.name_changed, Rule.logical_type_changed, Rule.default_changed


def field(definition: Definition, name: str) -> Definition:
    found: Definition = next(each for each in definition["fields"] if each["name"] == name)
    return found


def add(**new_field: Any) -> Edit:
    return lambda d: d["fields"].append(new_field)


def remove(name: str) -> Edit:
    return lambda d: d["fields"].remove(field(d, name))


def change(name: str, /, **changes: Any) -> Edit:
    return lambda d: field(d, name).update(changes)


def change_type(name: str, /, **changes: Any) -> Edit:
    """Of a field whose type is written out: an enum, a fixed, an array, a logical type."""
    return lambda d: field(d, name)["type"].update(changes)


def change_branch(name: str, /, **changes: Any) -> Edit:
    """Of a nullable field whose other branch is written out."""
    return lambda d: field(d, name)["type"][1].update(changes)


def lose_default(name: str) -> Edit:
    return lambda d: field(d, name).pop("default")


def lose_symbol_default(name: str) -> Edit:
    return lambda d: field(d, name)["type"].pop("default")


def nothing(definition: Definition) -> None:
    """The version before is as it is."""


DATE = {"type": "int", "logicalType": "date"}
NO_BYTES = {"type": "fixed", "name": "NoBytes", "size": 0}
OUTCOMES = ["aid_paid", "aid_refused", "handled_elsewhere", "ended_early"]
default_outcome = change_type("outcome", default="aid_paid")

# name: schema, edit of version 1, edit of its copy version 2, rules that must speak
BREAKING: dict[str, tuple[str, Edit, Edit, set[Rule]]] = {
    "field added without default": ("CaseClosed", nothing, add(name="note", type="string"), {OLD, STATIC}),
    "field without default removed": ("CaseClosed", nothing, remove("outcome"), {NEW, STATIC}),
    "field renamed": ("CaseClosed", nothing, change("outcome", name="result"), {OLD, NEW, STATIC}),
    "type changed": ("ClueAccepted", nothing, change("handler", type="int"), {OLD, NEW, STATIC}),
    "string to bytes": ("ClueAccepted", nothing, change("handler", type="bytes"), {VALUE}),
    "enum symbol removed": ("CaseClosed", nothing, change_type("outcome", symbols=OUTCOMES[:3]), {OLD, STATIC}),
    "enum symbol renamed": ("CaseClosed", nothing, change_type("outcome", symbols=["paid", *OUTCOMES[1:]]), {OLD, NEW}),
    "enum symbol added": ("CaseClosed", nothing, change_type("outcome", symbols=[*OUTCOMES, "new"]), {NEW, STATIC}),
    "enum symbol added where the old version has a default": (
        "CaseClosed",
        default_outcome,
        change_type("outcome", symbols=[*OUTCOMES, "new"]),
        {VALUE},
    ),
    "enum default changed": ("CaseClosed", default_outcome, change_type("outcome", default="aid_refused"), {DEFAULT}),
    "enum default lost": (
        "CaseClosed",
        default_outcome,
        lambda d: field(d, "outcome")["type"].pop("default"),
        {DEFAULT},
    ),
    "enum renamed": ("CaseClosed", nothing, change_type("outcome", name="Result"), {NAME, STATIC}),
    "enum in a union renamed": ("CaseClosed", nothing, change_branch("ending", name="End"), {NAME}),
    "union branch removed": ("Particulars", nothing, change("phone", type=["null"]), {OLD, STATIC}),
    "union branch added": ("Particulars", nothing, change("phone", type=["null", "string", "long"]), {NEW, STATIC}),
    "required made nullable": ("ClueAccepted", nothing, change("handler", type=["null", "string"]), {NEW, STATIC}),
    "nullable made required": ("Particulars", nothing, change("phone", type="string", default=""), {OLD, STATIC}),
    "record renamed": ("CaseClosed", nothing, lambda d: d.update(name="CaseEnded"), {NAME, STATIC}),
    "nested record renamed": (
        "ClueTransferred",
        nothing,
        lambda d: field(d, "persons")["type"]["items"].update(name="Human"),
        {NAME, STATIC},
    ),
    "namespace changed": ("CaseClosed", nothing, lambda d: d.update(namespace="clues"), {NAME}),
    "date to none": ("FollowUpPlanned", nothing, change("planned_for", type="int"), {LOGICAL}),
    "none to date": (
        "FundsPaid",
        nothing,
        change_type("awards", items=DATE),
        {LOGICAL},
    ),
    "uuid to none": ("AidAnswered", nothing, change("branch", type="string"), {LOGICAL}),
    "uuid in a union to none": ("ClueWithdrawn", nothing, change("linked_clue", type=["null", "string"]), {LOGICAL}),
    "timestamp-millis to -micros": (
        "Envelope",
        nothing,
        change_type("occurred_at", logicalType="timestamp-micros"),
        {LOGICAL},
    ),
    "fixed size changed": ("Envelope", nothing, change_type("facts_schema", size=16), {OLD, NEW, STATIC}),
    "array item changed": ("FundsPaid", nothing, change_type("awards", items="string"), {OLD, NEW, STATIC}),
    "array to map": ("FundsPaid", nothing, change("awards", type={"type": "map", "values": "int"}), {OLD, NEW, STATIC}),
    "array to one": ("FundsPaid", nothing, change("awards", type="int"), {OLD, NEW, STATIC}),
    "long to int": ("Record", nothing, change("number", type="int"), {OLD, STATIC}),
    "int to long": ("Envelope", nothing, change("agreement_version", type="long"), {NEW, STATIC}),
    "long to double": ("Record", nothing, change("number", type="double"), {NEW, VALUE, STATIC}),
    "field default changed": ("AidDecided", nothing, change("in_advance", default=True), {DEFAULT}),
    "field default lost": ("AidDecided", nothing, lose_default("in_advance"), {DEFAULT}),
}

NULLS = {"type": "array", "items": "null"}
EMPTY_RECORD = {"type": "record", "name": "Nothing", "fields": [{"name": "none", "type": "null"}]}
UNSOUND: dict[str, Edit] = {
    "recursion": add(name="next", type=["null", "CaseClosed"], default=None),
    "recursion by the full name": add(name="next", type={"type": "array", "items": "clue_exchange.CaseClosed"}),
    "array of null": add(name="nulls", type=NULLS, default=[]),
    "array of empty records": add(name="empty", type={"type": "array", "items": EMPTY_RECORD}, default=[]),
    "map in an array of null": add(name="deep", type={"type": "map", "values": NULLS}, default={}),
    "array of fixed of size 0": add(name="z", type={"type": "array", "items": NO_BYTES}),
    "unknown name": add(name="who", type="Nobody"),
    "no type": lambda d: d.pop("type"),
    "default not of its type": change("ending", type=["null", "string"], default=5),
}

DRIFTED: dict[str, tuple[str, Edit]] = {
    "symbols in another order": ("CaseClosed", change_type("outcome", symbols=OUTCOMES[::-1])),
    "field that the model lacks": ("CaseClosed", add(name="note", type="string", default="")),
    "field that the schema lacks": ("CaseClosed", remove("ending")),
    "nullable in the schema only": ("CaseClosed", change("outcome", type=["null", "string"])),
    "nullable in the model only": ("CaseClosed", change("ending", type="string", default="")),
    "null in the second place": ("Particulars", change("phone", type=["string", "null"], default="")),
    "another default": ("AidDecided", change("in_advance", default=True)),
    "no default": ("ClueReturned", lose_default("missing_papers")),
    "a default that the model lacks": ("CaseClosed", change("outcome", default="aid_paid")),
    "another logical type": ("FollowUpPlanned", change_type("planned_for", logicalType="time-millis")),
    "one for a list": ("FundsPaid", change("awards", type="int")),
    "nested field gone": ("AidDecided", lambda d: field(d, "decisions")["type"]["items"]["fields"].pop()),
    "fixed of another size": ("Envelope", change_type("facts_schema", size=16)),
    "int for a number of 53 bits": ("Record", change("number", type="int")),
}


def edited(contract: Contract, name: str, edit: Edit, version: int = 1) -> Contract:
    """The contract with this edit of version 1, in its place or as version 2."""
    definition = json.loads(contract.texts[name, 1])
    edit(definition)
    texts = {**contract.texts, (name, version): json.dumps(definition)}
    return replace(contract, texts=texts, versions={**contract.versions, name: tuple(range(1, version + 1))})

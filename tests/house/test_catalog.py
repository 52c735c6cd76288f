"""A new event type is complete or the house does not stand: row, schema, model, lifecycle, words."""

from enum import StrEnum
from typing import get_args

import pytest

from schemas.catalog import BY_NAME, BY_VERB, CATALOG, Carries, EventType
from schemas.codec import newest, released
from schemas.compatibility import LAYERS
from schemas.event import Event
from schemas.lifecycle import RULES, TABLE
from tests.builders import DEFAULTS, an_event

PAST_PARTICIPLES = ("ed", "Withdrawn", "Paid")
rows = pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.name)


def leaf_classes(model: type[Event]) -> set[type[Event]]:
    """Every event class of schemas/ that inherits from this one and is not inherited from itself."""
    below = [each for each in model.__subclasses__() if each.__module__.startswith("schemas.")]
    return set[type[Event]]().union(*map(leaf_classes, below)) if below else {model}


@rows
def test_every_row_has_its_schemas(row: EventType) -> None:
    """Each version of the row is an .avsc of its name, numbered from 1 without gaps, and no other version exists."""
    assert row.versions == tuple(range(1, len(row.versions) + 1))
    assert {version for name, version in released() if name == row.name} == set(row.versions)
    assert newest(row.name).definition["name"] == row.name


@rows
def test_every_row_has_a_documented_model(row: EventType) -> None:
    """The model says in a docstring of its own what the event means, and the .avsc says it too."""
    assert row.model.__dict__.get("__doc__")
    assert newest(row.name).definition.get("doc")


@rows
def test_every_row_has_its_place_in_the_lifecycle(row: EventType) -> None:
    """Somebody may issue the event in some state, or it could never happen."""
    states = {state for event, state in RULES if event is row.model}
    parties = {party for rule in TABLE if rule.event is row.model for party in rule.by}

    assert states
    assert parties


@rows
def test_every_row_is_named_by_a_past_participle_and_a_verb(row: EventType) -> None:
    """An event is something that happened; the verb is what a person says who makes it happen."""
    assert row.name.endswith(PAST_PARTICIPLES)
    assert row.verb.replace("-", "").isalpha()
    assert row.verb == row.verb.lower()
    assert row.chinese


def test_names_and_verbs_are_unique() -> None:
    """A name or a verb means one event type."""
    assert len(BY_NAME) == len(BY_VERB) == len({row.chinese for row in CATALOG}) == len(CATALOG)


@rows
def test_every_row_has_a_builder(row: EventType) -> None:
    """The tests can make a valid event of the type, so that every walk over the types includes it."""
    assert row.model in DEFAULTS
    assert an_event(row.model).event_type == row.name


@rows
def test_explanations_are_wanted_only_where_particulars_can_give_them(row: EventType) -> None:
    """A field that may want words exists and is a code list with `other`; a type without particulars wants none."""
    for field in row.model.needs_explanation:
        assert "other" in _symbols(row.model.model_fields[field].annotation)
    if row.particulars is Carries.nothing:
        assert row.model.needs_explanation == ()
        assert row.model.wants_explanation is Event.wants_explanation


@rows
def test_every_code_other_wants_an_explanation(row: EventType) -> None:
    """`other` without words says nothing: each code list of the event that has it is named in the model."""
    if row.model.wants_explanation is Event.wants_explanation:
        with_other = {name for name, f in row.model.model_fields.items() if "other" in _symbols(f.annotation)}
        assert with_other == set(row.model.needs_explanation)


def _symbols(annotation: object) -> set[str]:
    """The symbols of the code lists anywhere in an annotation."""
    found = set[str]()
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, StrEnum):
            found |= set(each)
        elif each is not annotation:
            found |= _symbols(each)
    return found


def test_every_event_model_has_a_row() -> None:
    """A model without a row would be an event that nobody can send."""
    assert leaf_classes(Event) == {row.model for row in CATALOG}


def test_every_schema_is_a_row_or_a_layer() -> None:
    """No .avsc stands for nothing."""
    assert {name for name, _ in released()} == {row.name for row in CATALOG} | LAYERS.keys()

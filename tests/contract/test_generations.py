"""
Row 26: three generations of a schema, each read by each; what is newer than its reader waits for the upgrade.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from consumers.taken import Taken
from schemas import codec
from schemas.clue_events import ClueTransferred
from schemas.codec import Schema, encode
from tests.builders import an_event
from tests.forge import Forge, Judged
from tests.two_sides import TwoSides

GENERATIONS = (1, 2, 3)
NAME = ClueTransferred.__name__


def third_version() -> Schema:
    """As a later release may spell it: the same fields in another order have another fingerprint."""
    definition = dict(codec.released()[NAME, 2].definition)
    definition["fields"] = definition["fields"][::-1]
    return Schema.of(NAME, 3, json.dumps(definition))


VERSIONS = {1: codec.released()[NAME, 1], 2: codec.released()[NAME, 2], 3: third_version()}


@contextmanager
def program_of(generation: int) -> Iterator[None]:
    """Within the block this program knows the versions up to this one, and no later ones."""
    others = {key: schema for key, schema in codec.released().items() if key[0] != NAME}
    known = {(NAME, number): schema for number, schema in VERSIONS.items() if number <= generation}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "released", lambda: {**others, **known})
        _forget()
        yield
    _forget()


def _forget() -> None:
    codec.newest.cache_clear()
    codec._by_fingerprint.cache_clear()


def facts_of(generation: int) -> bytes:
    """The same facts, as a program of this generation writes them."""
    schema, said = VERSIONS[generation], an_event(ClueTransferred).model_dump()
    return encode(schema, {field["name"]: said[field["name"]] for field in schema.definition["fields"]})


def upgraded(sides: TwoSides) -> Taken:
    """The procuratorate's program begins as the newest generation."""
    with program_of(max(GENERATIONS)), sides.procuratorate.store.transaction() as transaction:
        return sides.procuratorate.batches().reopen(transaction)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # what is read does not depend on the store
@pytest.mark.parametrize("reader", GENERATIONS)
def test_each_generation_reads_the_older_and_waits_for_the_newer(sides: TwoSides, reader: int) -> None:
    """Nothing is lost between any two: what waited is applied by the upgrade."""
    forge = Forge(sides)
    records = {
        writer: forge.record(
            forge.envelope(facts=facts_of(writer), facts_schema=VERSIONS[writer].fingerprint),
        )
        for writer in GENERATIONS
    }
    forge.deliver_keys()
    with program_of(reader):
        judged = {writer: forge.judged(record) for writer, record in records.items()}
    placed = upgraded(sides).placements

    assert judged == {writer: Judged("applied" if writer <= reader else "waiting") for writer in GENERATIONS}
    assert [(each.event_type, each.outcome) for each in placed] == [(NAME, "applied")] * (len(GENERATIONS) - reader)
    with sides.procuratorate.store.reading() as transaction:
        assert sides.procuratorate.dead_letters.count(transaction) == 0

"""
The same person and matter in two registers, months apart: offered with the reason, on SQLite and on PostgreSQL, while
nothing of her stands in clear.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from clue_exchange.register_tables import PERSON_LIKENESS
from clue_exchange.sealing import Unreadable
from clue_exchange.store import Store
from clue_exchange.tables import CANDIDATE
from producers.candidate import Facts
from producers.candidates import Candidates
from producers.intake import bundled_mappings, take_in
from producers.screening import Screening
from tests.registers import a_csv, a_row, candidates_of

FEDERATION = "federation-110101"
ONE = "来电人称婚后被丈夫打过七八次，最近一次是跨年那晚，被推到灶台角上，眉骨缝了五针，当时没敢报警。"
RETOLD = "来访人带着眉骨上的疤来的，说婚后被丈夫打过七八回，跨年那晚被推到灶台角上，缝了五针，问怎么离婚。"
OTHER = "村里修路占了她家的菜地，补偿款比隔壁少五百块，要求重新丈量。"
NUMBER, PHONE, NAME = "11010519491231002X", "19900000001", "张三妹"
UNSTATED = {"姓名": "", "身份证号": "", "联系电话": ""}


class FindsNothing:
    """Screening has tests of its own."""

    def screen(self, narrative: str) -> Screening:
        return Screening((), bool(narrative), (), (), ())


@pytest.fixture
def candidates(store: Store, tmp_path: Path) -> Iterator[Candidates]:
    """The federation's candidates."""
    with candidates_of(FEDERATION, store, tmp_path) as kept:
        yield kept


def taken_in(store: Store, candidates: Candidates, path: Path, *rows: dict[str, str]) -> list[Facts]:
    """Take in a register of these rows; the facts of all candidates of that file."""
    made = [a_row(None, **{"序号": str(at), **UNSTATED, "诉求内容": ONE, **row}) for at, row in enumerate(rows)]
    now = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    take_in(a_csv(path, *made), bundled_mappings(), candidates, store, FindsNothing(), lambda: now)
    return [row.facts for row in candidates.list(None) if row.facts.register == path.name]


def offered(facts: Facts) -> list[tuple[UUID, str]]:
    return list(zip(facts.same_person_as, facts.same_person_why, strict=True))


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({"身份证号": NUMBER}, {"身份证号": "110105491231002", "诉求内容": OTHER}, "number"),
        ({"身份证号": NUMBER}, {"身份证号": "110105194912310021"}, "number_but_check"),
        ({"姓名": NAME, "联系电话": PHONE}, {"姓名": NAME, "联系电话": "199-0000-0001"}, "phone_and_name"),
        ({"姓名": NAME, "身份证号": NUMBER}, {"姓名": NAME, "身份证号": "110106194912310047"}, "birth_and_name"),
        ({"姓名": NAME, "联系电话": PHONE}, {"联系电话": PHONE, "诉求内容": RETOLD}, "phone_and_text"),
        ({"姓名": NAME, "身份证号": NUMBER}, {"姓名": NAME, "诉求内容": RETOLD}, "name_and_text"),
    ],
)
def test_a_row_of_a_later_register_is_offered_with_the_earlier_one(
    store: Store, candidates: Candidates, tmp_path: Path, first: dict[str, str], second: dict[str, str], why: str
) -> None:
    """Both know of each other, with the strongest reason; both stay candidates of their own."""
    (earlier,) = taken_in(store, candidates, tmp_path / "january.csv", first)
    (later,) = taken_in(store, candidates, tmp_path / "june.csv", second)

    assert offered(later) == [(earlier.candidate_id, why)]
    assert offered(candidates.get(earlier.candidate_id).facts) == [(later.candidate_id, why)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"姓名": NAME}, {"姓名": NAME, "诉求内容": OTHER}),
        ({"联系电话": PHONE}, {"联系电话": PHONE, "诉求内容": OTHER}),
        ({"姓名": "张某某"}, {"姓名": "张某某", "诉求内容": RETOLD}),
    ],
    ids=["a common name", "a clerk's telephone", "a name that is none"],
)
def test_a_later_row_without_a_reason_is_not_offered(
    store: Store, candidates: Candidates, tmp_path: Path, first: dict[str, str], second: dict[str, str]
) -> None:
    """What suffices within a file suffices across files, and nothing less."""
    taken_in(store, candidates, tmp_path / "january.csv", first)
    (later,) = taken_in(store, candidates, tmp_path / "june.csv", second)

    assert later.same_person_as == ()


def test_nothing_that_is_kept_for_it_tells_of_her(store: Store, candidates: Candidates, tmp_path: Path) -> None:
    """The same row at two agencies leaves nothing in common, and no telephone, name or piece of the text in clear."""
    whole = {"姓名": NAME, "身份证号": NUMBER, "联系电话": PHONE}
    taken_in(store, candidates, tmp_path / "january.csv", whole)
    with store.transaction() as transaction:
        tokens = set(transaction.scalars(select(PERSON_LIKENESS.c.token)).all())
        sketch = transaction.scalars(select(CANDIDATE.c.sketch)).one()
    (tmp_path / "other").mkdir()
    with candidates_of("federation-110102", store, tmp_path / "other") as others:
        taken_in(store, others, tmp_path / "neighbour.csv", whole)
    with store.reading() as transaction:
        theirs = set(transaction.scalars(select(PERSON_LIKENESS.c.token)).all()) - tokens
        sketches = transaction.scalars(select(CANDIDATE.c.sketch)).all()

    assert len(tokens) == len(theirs) == len(whole) + 3
    assert sketches.count(sketch) == 1
    assert not any(value.encode() in stored for value in whole.values() for stored in (*tokens, *theirs, *sketches))


def test_a_sketch_that_was_moved_to_another_candidate_is_noticed(
    store: Store, candidates: Candidates, tmp_path: Path
) -> None:
    """It is bound to its candidate, as what is sealed of her is."""
    taken_in(store, candidates, tmp_path / "january.csv", {"联系电话": PHONE}, {"联系电话": "19900000002"})
    with store.transaction() as transaction:
        one = transaction.scalars(select(CANDIDATE.c.sketch).order_by(CANDIDATE.c.row_number)).first()
        transaction.execute(update(CANDIDATE).values(sketch=one))

    with pytest.raises(Unreadable):
        taken_in(store, candidates, tmp_path / "june.csv", {"联系电话": "19900000002"})


def test_whoever_is_erased_is_offered_no_more(store: Store, candidates: Candidates, tmp_path: Path) -> None:
    """By which she was found goes with the rest of her."""
    (earlier,) = taken_in(store, candidates, tmp_path / "january.csv", {"姓名": NAME, "联系电话": PHONE})
    clue_id = uuid4()
    with store.transaction() as transaction:
        candidates.mark_transferred(transaction, earlier.candidate_id, clue_id, "officer-1")
        candidates.forget(transaction, clue_id)

    again = {"姓名": NAME, "联系电话": PHONE, "诉求内容": RETOLD}
    (later,) = taken_in(store, candidates, tmp_path / "june.csv", again)

    with store.reading() as transaction:
        left = transaction.scalars(select(PERSON_LIKENESS.c.candidate_id)).all()
    assert later.same_person_as == ()
    assert set(left) == {later.candidate_id}

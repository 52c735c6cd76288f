"""
The publication filter against a reader who adds and subtracts (threats row 18, H093).

The attacks here know nothing of the filter: one tries every possible filling, the other is the algebra of all sums.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from consumers.statistics.publication import ALONE, NAMES, SUMS
from consumers.statistics.suppression import Sum, conclude, publish
from schemas.figures_record import SMALLEST_PUBLISHED

TREE = (Sum("all", ("ours", "theirs")), Sum("ours", ("a", "b")), Sum("theirs", ("c", "d")), Sum("all", ("x", "y", "z")))


def a_tree(a: int, b: int, c: int, d: int, x: int, y: int) -> dict[str, int]:
    """Counts that add up, of a whole that is split in two ways."""
    whole = a + b + c + d
    x = min(x, whole)
    y = min(y, whole - x)
    parts = {"a": a, "b": b, "c": c, "d": d, "x": x, "y": y, "z": whole - x - y}
    return {"all": whole, "ours": a + b, "theirs": c + d, **parts}


small = st.integers(0, 9)
trees = st.builds(a_tree, small, small, small, small, st.integers(0, 36), st.integers(0, 36))


def fillings(published: Mapping[str, int | None], highest: int) -> Iterator[dict[str, int]]:
    """Every way to fill in what is withheld so that all sums hold, by trying the leaves."""
    leaves = ("a", "b", "c", "d")
    ranges = [range(highest + 1) if (told := published[leaf]) is None else (told,) for leaf in leaves]
    for a, b, c, d in product(*ranges):
        full = {"a": a, "b": b, "c": c, "d": d, "ours": a + b, "theirs": c + d, "all": a + b + c + d}
        if all(published[name] in (None, count) for name, count in full.items()):
            yield full


@given(trees)
def test_no_count_under_five_is_published(counts: dict[str, int]) -> None:
    """What is published is true, and nothing in it is small."""
    published = publish(counts, TREE)

    assert all(told is None or told == counts[name] for name, told in published.items())
    assert min((told for told in published.values() if told is not None), default=5) >= SMALLEST_PUBLISHED


@given(trees)
def test_whoever_tries_every_filling_cannot_tell_a_small_count(counts: dict[str, int]) -> None:
    """Of each small leaf there are several possible values, and one of them is not small."""
    published = publish(counts, TREE)

    possible: dict[str, set[int]] = {leaf: set() for leaf in "abcd"}
    for full in fillings(published, highest=14):
        for leaf in possible:
            possible[leaf].add(full[leaf])
    for leaf, values in possible.items():
        if counts[leaf] < SMALLEST_PUBLISHED:
            assert len(values) > SMALLEST_PUBLISHED
            assert max(values) >= SMALLEST_PUBLISHED


def determined(published: Mapping[str, int | None], sums: tuple[Sum, ...]) -> dict[str, Fraction]:
    """What linear algebra finds of the withheld counts: those that every solution of all the sums has in common."""
    unknown = [name for name, told in published.items() if told is None]
    rows = []
    for each in sums:
        coefficients = dict.fromkeys(unknown, Fraction(0))
        known = Fraction(0)
        for name, factor in ((each.whole, 1), *((part, -1) for part in each.parts)):
            told = published[name]
            if told is None:
                coefficients[name] += factor
            else:
                known -= factor * told
        rows.append([*coefficients.values(), known])
    return {
        unknown[next(i for i, value in enumerate(row[:-1]) if value)]: row[-1]
        for row in reduced(rows)
        if sum(value != 0 for value in row[:-1]) == 1
    }


def reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Gauss and Jordan: the reduced rows, so that a count that is determined stands alone in one."""
    done = 0
    for column in range(len(rows[0]) - 1):
        pivot = next((i for i in range(done, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [value / rows[done][column] for value in rows[done]]
        for i, row in enumerate(rows):
            if i != done and row[column]:
                rows[i] = [value - row[column] * top for value, top in zip(row, rows[done], strict=True)]
        done += 1
    return rows


def leaves_of(name: str) -> list[tuple[str, ...]]:
    """The ways in which a count of a month is a sum of others; empty for a leaf."""
    return [each.parts for each in SUMS if each.whole == name]


def a_month(leaves: Mapping[str, int]) -> dict[str, int]:
    """Counts of a month that add up; of a whole that is split in two ways, the second split gets what is left."""

    def value(name: str) -> int:
        ways = leaves_of(name)
        return sum(value(part) for part in ways[0]) if ways else leaves[name]

    counts = {name: value(name) for name in NAMES}
    for whole in ("clues", "persons"):
        *first, last = next(parts for parts in leaves_of(whole) if "category" in parts[0])
        left = counts[whole]
        for part in first:
            counts[part] = min(counts[part], left)
            left -= counts[part]
        counts[last] = left
    return counts


months = st.fixed_dictionaries({name: st.sampled_from((0, 0, 1, 3, 4, 5, 8, 20, 60)) for name in NAMES}).map(a_month)


@given(months)
def test_no_algebra_finds_a_count_that_a_county_withheld(counts: dict[str, int]) -> None:
    """Solving all the sums of a month at once determines no count under five, whatever the county's counts are."""
    published = publish(counts, SUMS)

    found = determined(published, SUMS)
    assert [name for name in found if counts[name] < SMALLEST_PUBLISHED] == []


@given(months)
def test_what_can_be_concluded_is_true(counts: dict[str, int]) -> None:
    """The bounds of a reader hold the count itself; those of a small one reach five."""
    published = publish(counts, SUMS)

    for name, bounds in conclude(published, SUMS).items():
        assert bounds.low <= counts[name]
        assert bounds.high is None or counts[name] <= bounds.high
        if counts[name] < SMALLEST_PUBLISHED:
            assert bounds.high is None or bounds.high >= SMALLEST_PUBLISHED


def test_a_filter_that_only_hides_small_counts_is_broken_by_the_attack() -> None:
    """The attack is one: without the second step the small count is found."""
    counts = a_tree(a=20, b=3, c=6, d=7, x=10, y=10)
    naive = {name: None if count < SMALLEST_PUBLISHED else count for name, count in counts.items()}

    assert determined(naive, TREE)["b"] == 3
    assert "b" not in determined(publish(counts, TREE), TREE)


def test_the_sums_of_a_month_form_no_circle() -> None:
    """Only then the bounds of the filter are all that a reader can conclude: docs/decisions/0028-figures.md."""
    edges = [(f"sum {index}", name) for index, each in enumerate(SUMS) for name in each.members]
    groups = {node: {node} for edge in edges for node in edge}
    for left, right in edges:
        assert groups[left] is not groups[right]
        groups[left] |= groups[right]
        for node in groups[right]:
            groups[node] = groups[left]
    assert not set(ALONE) & groups.keys()

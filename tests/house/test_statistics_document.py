"""docs/statistics.md says what the code counts: every formula, in both languages, and none that is not there."""

import re
from pathlib import Path

import pytest

from consumers.statistics.formulas import FORMULAS
from consumers.statistics.lines import Formula

DOCUMENT = Path("docs/statistics.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.key)
def test_every_formula_is_published(formula: Formula) -> None:
    """Its heading, its words in both languages, its unit, version, columns and share, word for word."""
    section = DOCUMENT.partition(f"### {formula.key} {formula.zh} {formula.en}\n")[2].partition("\n#")[0]
    share = f"; share 比例: {formula.ratio[0]} ÷ {formula.ratio[1]}" if formula.ratio else ""
    columns = ", ".join(formula.columns)

    assert section.strip().splitlines() == [
        f"* {formula.formula_zh}",
        f"* {formula.formula_en}",
        f"* unit 单位: {formula.unit}; version 版本: {formula.version}; columns 列: {columns}{share}",
    ]


def test_no_formula_is_published_that_is_not_counted() -> None:
    """In the order of the table."""
    assert re.findall(r"^### (\w+)", DOCUMENT, re.MULTILINE) == [formula.key for formula in FORMULAS]

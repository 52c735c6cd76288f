"""Column mappings as data."""

from pathlib import Path

import pytest

from producers.intake import (
    FileRefused,
    MappingInvalid,
    Reason,
    RegisterMapping,
    Taken,
    bundled_mappings,
    load_mapping,
    read_register,
)
from producers.intake.mapping import BUNDLED_MAPPINGS
from producers.intake.reasons import SENTENCES
from schemas.codes import FEDERATION_SOURCES, PROCURATORATE_SOURCES, Role
from tests.registers import COMPLAINTS, TODAY

GOOD = """
name = "ours"
role = "federation"
[[tables]]
name = "ours"
source = "S1"
[tables.columns]
received_on = ["日期"]
narrative = ["内容"]
"""


def a_mapping(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ours.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_small_mapping_is_enough(tmp_path: Path) -> None:
    """A date and a narrative; the source of the whole table."""
    register = tmp_path / "r.csv"
    register.write_text("日期,内容\n2022-03-05,丈夫打人\n", "utf-8")
    mapping = load_mapping(a_mapping(tmp_path, GOOD))

    assert len(list(read_register(register, [mapping], TODAY))) == 2


@pytest.mark.parametrize(
    "change",
    [
        ('role = "federation"', 'role = "court"'),
        ('source = "S1"', ""),
        ('source = "S1"', 'source = "S77"'),
        ('narrative = ["内容"]', ""),
        ('narrative = ["内容"]', 'narrative = ["日 期"]'),
        ('narrative = ["内容"]', 'narrative = ["内容"]\nsex = ["性别"]'),
        ("[[tables]]", "[[tables"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(tmp_path: Path, change: tuple[str, str]) -> None:
    """A wrong code, a missing field, one header for two things, an unknown field, no TOML."""
    with pytest.raises(MappingInvalid, match=r"ours\.toml"):
        load_mapping(a_mapping(tmp_path, GOOD.replace(*change)))


def test_a_missing_mapping_says_so(tmp_path: Path) -> None:
    """One clear line, no stack trace."""
    with pytest.raises(MappingInvalid):
        load_mapping(tmp_path / "none.toml")


def test_two_mappings_that_fit_are_a_question(tmp_path: Path) -> None:
    """Nothing is guessed: a person names one."""
    twice = [load_mapping(BUNDLED_MAPPINGS / "federation-2022.toml")] * 2

    with pytest.raises(FileRefused, match="mapping_ambiguous"):
        list(read_register(COMPLAINTS, twice, TODAY))


def test_the_sources_of_a_mapping_are_its_agencys() -> None:
    """S1 to S4 are a federation's, S5 to S10 a procuratorate's."""
    allowed = {Role.federation: FEDERATION_SOURCES, Role.procuratorate: PROCURATORATE_SOURCES}
    for mapping in bundled_mappings():
        for table in mapping.tables:
            sources = {*table.sources.values(), *filter(None, [table.source])}

            assert sources <= allowed[mapping.role]


def test_every_reason_has_its_sentences() -> None:
    """In Chinese and in English."""
    assert SENTENCES.keys() == set(Reason)
    assert all(sentence.zh and sentence.en for sentence in SENTENCES.values())


@pytest.mark.parametrize(
    ("source", "model", "is_right"),
    [("S10", "m-1.2", True), ("S10", None, False), ("S8", "m-1.2", False), ("S8", None, True)],
)
def test_a_data_model_is_named_with_its_version(tmp_path: Path, source: str, model: str | None, is_right: bool) -> None:
    """Source S10, and only S10, says which model found the row; every row taken carries it into the clue."""
    lines = [
        'name = "ours"', 'role = "procuratorate"', "[[tables]]", 'name = "模型"', f'source = "{source}"',
        *([f'model = "{model}"'] if model else []),
        "[tables.columns]", 'received_on = ["日期"]', 'narrative = ["内容"]',
    ]  # fmt: skip
    (tmp_path / "ours.toml").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "r.csv").write_text("日期,内容\n2022-03-05,丈夫打人。\n", encoding="utf-8")

    if not is_right:
        with pytest.raises(MappingInvalid, match="S10"):
            load_mapping(tmp_path / "ours.toml")
        return
    (row,) = read_taken(tmp_path / "r.csv", load_mapping(tmp_path / "ours.toml"))
    assert row.model == model


def read_taken(path: Path, mapping: RegisterMapping) -> list[Taken]:
    """The rows taken of a register."""
    return [row for row in read_register(path, [mapping], TODAY) if isinstance(row, Taken)]

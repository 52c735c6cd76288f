"""Text of cells: what comes out always satisfies the model of particulars."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from producers.intake import text
from producers.intake.errors import RowRefused
from producers.intake.id_number import NO_NUMBER
from producers.intake.mapping import Column
from producers.intake.person import name_flags, person_keys
from producers.intake.phone import examine
from producers.intake.row_fields import LIMITS
from schemas.errors import InvalidEvent
from schemas.particulars import Particulars

ANY_TEXT = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n\t \u3000\u2028\x85\v\xa0\U0002ebf0１Ａ"),
    max_size=40,
)


@given(raw=ANY_TEXT)
@example(raw="A\u00b4")
def test_what_is_let_through_satisfies_the_model(raw: str) -> None:
    """Intake never meets the model's refusal with a text that it normalised itself."""
    try:
        text.refuse_forbidden(raw, "name")
    except RowRefused:
        return
    fields = {
        "name": text.line(raw)[:60].strip() or None,
        "id_number": text.identifier(raw)[:40] or None,
        "narrative": text.paragraphs(raw) or None,
    }
    if any(fields.values()):
        assert Particulars.read(fields).narrative == fields["narrative"]


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\ufeff", "\0", "\x07", "\ue000"])
def test_an_invisible_character_is_refused_with_its_place(character: str) -> None:
    """H024: bidi, zero-width, NUL, control and private characters, shown escaped."""
    with pytest.raises(RowRefused) as refusal:
        text.refuse_forbidden(f"ab{character}c", "name")

    assert refusal.value.detail == f"character 3: U+{ord(character):04X}"


@pytest.mark.parametrize("name", ["𠮷野家", "史冬㛃", "黄彩𬱖", "阿依古丽·买买提", "李", "玛温（音）", "李\U0002ebf0"])
def test_rare_names_are_let_through(name: str) -> None:
    """H023: a false refusal harms a woman."""
    text.refuse_forbidden(name, "name")

    assert text.line(name) == name


def test_line_breaks_become_one_kind_and_tabs_blanks() -> None:
    """What a spreadsheet and a web form write differently is the same text."""
    assert text.paragraphs(" 一\r\n二\r三\t四\n ") == "一\n二\n三 四"
    assert text.line("一\r\n二") == "一 二"


@pytest.mark.parametrize("column", [*LIMITS])
def test_the_limits_are_those_of_the_model(column: Column) -> None:
    """Over them the model refuses, at them it does not; the channel word is kept as an explanation."""
    field = "explanation" if column is Column.source else column.value
    Particulars.read({field: "a" * LIMITS[column]})

    if column is not Column.source:
        with pytest.raises(InvalidEvent):
            Particulars.read({field: "a" * (LIMITS[column] + 1)})


@pytest.mark.parametrize(
    ("written", "kept", "key", "flags"),
    [
        ("１９９０００００８５９", "19900000859", "19900000859", ()),
        ("199-0000-0142", "19900000142", "19900000142", ()),
        ("199 0000 0130", "19900000130", "19900000130", ()),
        ("+86 19900000001", "19900000001", "19900000001", ()),
        ("0855-1234567", "08551234567", "08551234567", ()),
        ("12338", "12338", "12338", ()),
        ("19900002010（座机转）", "19900002010(座机转)", "19900002010", ("phone_with_note",)),
        ("199000", "199000", None, ("phone_malformed",)),
        ("19900000001/19900000002", "19900000001/19900000002", None, ("phone_malformed",)),
    ],
)
def test_a_telephone_is_normalised_or_flagged(written: str, kept: str, key: str | None, flags: tuple[str, ...]) -> None:
    """H028: a malformed one is kept and marked."""
    phone = examine(text.identifier(written))

    assert (phone.stated, phone.key, phone.flags) == (kept, key, flags)


@pytest.mark.parametrize(
    ("name", "flags"),
    [(None, ("name_missing",)), ("熊某某", ("name_incomplete",)), ("何女士", ("name_incomplete",)), ("周海燕", ())],
)
def test_a_name_that_is_none_is_flagged(name: str | None, flags: tuple[str, ...]) -> None:
    """A missing name is no reason to lose a row."""
    assert name_flags(name) == flags


def test_look_alike_dots_are_folded_for_matching_only() -> None:
    """H023: the same person under two spellings of the dot."""
    assert person_keys(NO_NUMBER, "199", "阿依·古丽") == person_keys(NO_NUMBER, "199", "阿依•古丽")
    assert person_keys(NO_NUMBER, None, "某某") == ()

"""The same person and matter registered twice: offered with the reason, and not offered without one."""

from pathlib import Path
from uuid import UUID

import pytest

from producers.intake import Taken
from producers.intake.repeats import SamePersons
from tests.registers import a_csv, a_row, taken

ONE = "来电人称婚后被丈夫打过七八次，最近一次是跨年那晚，被推到灶台角上，眉骨缝了五针，当时没敢报警。"
RETOLD = "来访人带着眉骨上的疤来的，说婚后被丈夫打过七八回，跨年那晚被推到灶台角上，缝了五针，问怎么离婚。"
NUMBER, PHONE = "11010519491231002X", "19900000001"
NAMED = {"姓名": "张三妹"}
OTHER = "村里修路占了她家的菜地，补偿款比隔壁少五百块，要求重新丈量。"


def rows(tmp_path: Path, *changes: dict[str, str]) -> list[Taken]:
    plain = {"身份证号": "", "联系电话": "", "姓名": "", "诉求内容": ONE}
    made = [a_row(None, **{"序号": str(at), **plain, **change}) for at, change in enumerate(changes)]
    return taken(a_csv(tmp_path / "r.csv", *made))


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({"身份证号": NUMBER}, {"身份证号": "110105491231002", "诉求内容": OTHER}, "number"),
        ({"身份证号": NUMBER}, {"身份证号": "110105194912310021"}, "number_but_check"),
        ({"身份证号": "110105194912310023"}, {"身份证号": "110105194912310021"}, "number_but_check"),
        ({**NAMED, "联系电话": PHONE}, {**NAMED, "联系电话": "199-0000-0001"}, "phone_and_name"),
        ({**NAMED, "身份证号": NUMBER}, {**NAMED, "身份证号": "110106194912310047"}, "birth_and_name"),
        ({**NAMED, "联系电话": PHONE}, {"联系电话": PHONE, "诉求内容": RETOLD}, "phone_and_text"),
        ({**NAMED, "身份证号": NUMBER}, {**NAMED, "诉求内容": RETOLD}, "name_and_text"),
    ],
)  # fmt: skip
def test_two_rows_are_offered_with_the_strongest_reason(
    tmp_path: Path, first: dict[str, str], second: dict[str, str], why: str
) -> None:
    """Other channel, other words, another length, a wrong check digit, no number."""
    one, two = rows(tmp_path, first, second)
    seen = SamePersons()
    seen.note(one, UUID(int=1))

    assert [(found.candidate_id, found.why) for found in seen.earlier(two)] == [(UUID(int=1), why)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({**NAMED}, {**NAMED, "诉求内容": OTHER}),
        ({"联系电话": PHONE}, {"联系电话": PHONE, "诉求内容": OTHER}),
        ({"姓名": "张某某"}, {"姓名": "张某某", "诉求内容": RETOLD}),
        ({}, {}),
        ({"身份证号": NUMBER}, {"身份证号": "440524188001010014"}),
    ],
    ids=["a common name", "a clerk's telephone", "a name that is none", "nothing stated", "other numbers"],
)
def test_without_a_reason_nobody_is_offered(tmp_path: Path, first: dict[str, str], second: dict[str, str]) -> None:
    """A weak key needs that both tell much the same."""
    one, two = rows(tmp_path, first, second)
    seen = SamePersons()
    seen.note(one, UUID(int=1))

    assert seen.earlier(two) == ()

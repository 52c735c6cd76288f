"""The agreement's file says everything, in words that an officer reads; nothing is filled in behind a signature."""

from pathlib import Path

import pytest
import yaml

from clue_exchange.agreement_file import read_agreement, write_agreement
from clue_exchange.errors import AgreementInvalid
from console.agreement_words import agreement_in_words, words_of_codes
from schemas.agreement_rules import not_agreed, only_shared
from schemas.case_events import AidRequested
from schemas.clue_events import ClueTransferred
from schemas.codes import AidKind, Category, Role
from schemas.duty import Duty
from schemas.particulars import Particulars
from tests.builders import an_event
from tests.two_sides import a_ceremony
from tests.versions import signed_version

SAMPLE = Path("examples/agreement.yaml")
CEREMONY = a_ceremony()
AGREED = CEREMONY.signed.agreement


def test_the_sample_is_what_the_program_writes_and_nobody_has_signed(tmp_path: Path) -> None:
    """It is complete and commented, and can be read back; its keys are nobody's."""
    read = read_agreement(SAMPLE)
    write_agreement(tmp_path / "again.yaml", read, words_of_codes())

    assert (tmp_path / "again.yaml").read_text(encoding="utf-8") == SAMPLE.read_text(encoding="utf-8")
    assert [each.partition(" has ")[2] for each in read.problems()] == ["not signed", "not signed"]


def test_each_duty_category_and_kind_of_aid_stands_in_the_file_with_its_words() -> None:
    """An officer reads Chinese beside each code."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    words = words_of_codes()
    said = {code for code in words for line in lines if line.endswith(f"# {words[code]}") and code in line}

    assert said == {*Category, *AidKind, *Duty} - {Duty.follow_up}


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        (("keep_years",), "keep_years"),
        (("deadlines",), "deadlines"),
        (("deadlines", "pay"), "deadlines.pay"),
        (("sharing", "procuratorate"), "sharing.procuratorate"),
        (("aid",), "aid"),
        (("limits", "gap_alarm_minutes"), "limits.gap_alarm_minutes"),
        (("liaison", "federation"), "liaison.federation"),
    ],
)
def test_what_is_left_out_is_named_and_never_filled_in(tmp_path: Path, path: tuple[str, ...], left_out: str) -> None:
    """Or both would sign a text and go by another."""
    content = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    part = content
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    (tmp_path / "agreement.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")

    with pytest.raises(AgreementInvalid, match=left_out):
        read_agreement(tmp_path / "agreement.yaml")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("working_days: 7", "working_days: 7\n    months: 1", "either in working days or in months"),
        ("working_days: 7", "days: 7", "deadlines.take_up"),
        ("working_days: 7", "working_days: -1", "deadlines.take_up"),
        ("months: 3", "working_days: 3", "by the month"),
        ("- W7", "- W8", "categories"),
        ("level: county", "level: city", "level"),
        ("region: '110101'", "region: '110100'", "level"),
        ("answered_by: either", "answered_by: nobody", "answered_by"),
        ("keep_years: 10", "keep_years: 2", "keep_years"),
        ("day: 10", "day: 31", "meeting.day"),
        ("keep_years: 10", "keep_years: 10\nkeep_years: 11", "not an agreement file"),
        ("keep_years: 10", "keep_years: 10\nfine: 1", "fine"),
    ],
)
def test_what_is_no_agreement_is_refused_by_the_name_of_the_field(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    """Strictly: no key twice, no field that is not known, no value out of its range."""
    text = SAMPLE.read_text(encoding="utf-8").replace(old, new, 1)
    (tmp_path / "agreement.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(AgreementInvalid, match=named):
        read_agreement(tmp_path / "agreement.yaml")


def test_all_that_is_agreed_is_shown_before_somebody_signs() -> None:
    """In Chinese and English: deadlines, fields, aid, contacts, the keys to compare."""
    shown = "\n".join(agreement_in_words(AGREED))

    for part in ("受理 take_up 7 个工作日", "first_progress 3 个月", "id_number", "A09 procuratorate", "12338", "hash"):
        assert part in shown


def test_what_is_not_agreed_is_refused_with_what_to_do() -> None:
    """Categories, kinds of aid and fields; what is agreed passes."""
    told = [Particulars(name="甲某", phone="13800000000")]
    fields = AGREED.sharing.model_dump()
    narrow = signed_version(
        CEREMONY,
        categories=["W1", "W4"],
        sharing={**fields, "federation": ["name", "narrative"]},
        aid={kind: terms for kind, terms in AGREED.model_dump()["aid"].items() if kind != "A03"},
    ).agreement
    transfer = an_event(ClueTransferred)
    ask = {kind: an_event(AidRequested, kind=kind) for kind in ("A03", "A04", "A09")}

    assert not_agreed(AGREED, Role.federation, transfer, told) is None
    assert "W1, W4" in str(not_agreed(narrow, Role.federation, transfer, ()))
    assert "phone: leave it out" in str(not_agreed(narrow, Role.federation, an_event(AidRequested, kind="A01"), told))
    assert only_shared(narrow, Role.federation, told[0]) == Particulars(name="甲某")
    assert "another kind" in str(not_agreed(narrow, Role.federation, ask["A03"], ()))
    assert "federation answers for" in str(not_agreed(AGREED, Role.federation, ask["A04"], ()))
    assert not_agreed(AGREED, Role.procuratorate, ask["A04"], ()) is None
    assert "procuratorate answers for" in str(not_agreed(AGREED, Role.procuratorate, ask["A09"], ()))

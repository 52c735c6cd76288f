"""What holds for every narrative, and what speaks against a sign."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.screening import Label, ObjectionKind, Screener, Screening
from producers.screening.words import spelled_out

SCREENER = Screener.load()
SIGNS = "丈夫 打我 没有 从来没 如果 电视剧里 拐卖 强奸 监测户 八十三岁 没人管 癌 被捅死 怀孕 辞退 起诉离婚"
PIECES = [*spelled_out(SIGNS), "，", "。", "\n\u3000", "１５", "囗", "\ud800", "😀", "a"]


def holds(narrative: str, screening: Screening) -> None:
    """Assert what is promised for every answer."""
    assert {found.label for found in screening.evidence} == set(screening.labels)
    assert bool(screening.urgent_evidence) == screening.urgent
    spans = [(found.start, found.end, found.text) for found in screening.evidence]
    spans += [(found.start, found.end, found.text) for found in screening.urgent_evidence]
    spans += [(objection.start, objection.end, objection.text) for objection in screening.objections]
    for start, end, text in spans:
        assert text
        assert narrative[start:end] == text
    assert SCREENER.screen(narrative) == screening


@given(narrative=st.text(max_size=80))
def test_any_string_is_answered(narrative: str) -> None:
    """No string raises; evidence lies in the text; the answer is always the same."""
    holds(narrative, SCREENER.screen(narrative))


@given(pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30))
def test_any_mixture_of_signs_is_answered(pieces: list[str]) -> None:
    """The same for texts full of signs and cues, blanks and broken characters."""
    narrative = "".join(pieces)
    holds(narrative, SCREENER.screen(narrative))


def test_evidence_refers_to_the_original_text() -> None:
    """Line breaks inside words, full-width digits and slips of the pen do not move the evidence."""
    narrative = "来访人：\n我丈夫天天打\n我，户囗本也藏了。"

    screening = SCREENER.screen(narrative)

    assert screening.labels == (Label.DOMESTIC_VIOLENCE,)
    assert any("打\n我" in found.text for found in screening.evidence)


def test_divorce_because_of_violence_carries_both_labels() -> None:
    """The suit is found only where the violence is."""
    both = SCREENER.screen("丈夫多年打我，我已经起诉离婚。").labels
    peaceful = SCREENER.screen("我已经起诉离婚，只因两人没话说，感情淡了。").labels

    assert both == (Label.DOMESTIC_VIOLENCE, Label.CIVIL_INFRINGEMENT)
    assert peaceful == ()


@pytest.mark.parametrize(
    ("narrative", "kind"),
    [
        ("他脾气好，从来没打过我，就是不爱说话，想问怎么和他沟通。", ObjectionKind.NEGATION),
        ("如果丈夫打我，可以录音吗？先了解一下。", ObjectionKind.HYPOTHETICAL),
        ("听隔壁婶子讲镇上有个女的被男人打断了手，不知道真假。", ObjectionKind.HEARSAY),
        ("电视剧里丈夫天天打老婆，看得我睡不着。", ObjectionKind.MEDIA),
        ("我在写论文，想要近三年拐卖妇女的公开数据，不需要个案。", ObjectionKind.INQUIRY),
        ("我丈夫肺癌晚期，想问陪护床怎么租。", ObjectionKind.OTHER_PERSON),
        ("我打了老婆，她回娘家了，我知道错了，想请你们劝她回来。", ObjectionKind.OFFENDER),
        ("三轮车被偷，第二天就追回来了，发还给我，谢谢。", ObjectionKind.SETTLED),
        ("儿子都不管？哪里，三个儿子抢着接，婆婆八十了身体好。", ObjectionKind.AMICABLE),
    ],
)
def test_what_speaks_against_a_sign_is_told(narrative: str, kind: ObjectionKind) -> None:
    """The label is not proposed, and the reviewer sees why."""
    screening = SCREENER.screen(narrative)

    assert screening.labels == ()
    assert kind in {objection.kind for objection in screening.objections}


@pytest.mark.parametrize(
    "narrative",
    [
        "他拿菜刀在门外砸门，我和孩子锁在屋里！",
        "我不想活了，药已经吃下去了。",
        "透析费交不上，医院说明天停药。",
    ],
)
def test_danger_and_need_that_cannot_wait_are_urgent(narrative: str) -> None:
    """Danger now, self-harm and treatment that cannot wait are urgent, with or without a label."""
    assert SCREENER.screen(narrative).urgent

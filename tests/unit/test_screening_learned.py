"""The learned weights: the same texts teach the same, and the packed sum is the plain sum."""

from math import isclose, sqrt
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from producers.screening import Label
from producers.screening.learned import SOUNDS, Learned, grams
from producers.screening.learning import LabelledText, learn, write
from producers.screening.rulefiles import BUNDLED_RULES

ORDINARY = ("请问几点上班，怎么报名", "楼上漏水，物业不管", "建议多办面点班", "小区停车收费太贵")
TEXTS = [
    *[LabelledText(f"丈夫天天打我，想离婚{end}", frozenset({Label.DOMESTIC_VIOLENCE}), urgent=False) for end in "。！"],
    *[LabelledText(f"{text}{end}", frozenset(), urgent=False) for text in ORDINARY for end in "。！"],
]
LEARNED = Learned.load(BUNDLED_RULES)


def pairs(text: str) -> list[str]:
    """Each character with the one after it."""
    return [text[at : at + 2] for at in range(len(text) - 1)]


def test_the_same_texts_teach_the_same(tmp_path: Path) -> None:
    """Learning twice gives the same file, and the file gives the same weights."""
    once, again = learn(TEXTS), learn(TEXTS)
    write(once, tmp_path, "test")

    assert once == again == Learned.load(tmp_path)


def test_what_was_taught_is_heard() -> None:
    """A new text sounds like those that it resembles, and the clause that says so is found."""
    learned = learn(TEXTS)
    text = "请问，丈夫打我怎么办"

    assert (
        learned.sound(text, pairs(text))[Label.DOMESTIC_VIOLENCE] > learned.sound("几点上班", pairs("几点上班"))["ANY"]
    )
    assert learned.strongest(text, Label.DOMESTIC_VIOLENCE) == (3, 10)
    assert learned.strongest("", Label.DOMESTIC_VIOLENCE) is None


@given(text=st.text(st.sampled_from("丈夫打我没钱看病，。离婚孩子村里") | st.characters(), max_size=60))
def test_the_packed_sum_is_the_plain_sum(text: str) -> None:
    """Summing eleven weights in one number is only a faster way to the same answer."""
    known = [gram for gram in grams(text) if gram in LEARNED.weights]

    for at, name in enumerate(SOUNDS):
        plain = sum(LEARNED.weights[gram][at] for gram in known) / (1000 * sqrt(len(known) + 1))
        heard = LEARNED.sound(text, pairs(text))[name]
        assert isclose(heard, LEARNED.start[at] / 1000 + plain, abs_tol=1e-9)

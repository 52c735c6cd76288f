"""The learned weights: the same texts teach the same, and the packed sum is the plain sum."""

from dataclasses import replace
from math import isclose
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from producers.screening import Label, Screener
from producers.screening.learned import POINTS, RULE_MET, SOUNDS, WEIGHTS_FILE, Learned, Signs, gram_weight, grams
from producers.screening.learning import LabelledText, examples, learn, write
from producers.screening.reading import read
from producers.screening.rulebook import Rulebook
from producers.screening.rulefiles import BUNDLED_RULES
from producers.screening.weighing import signs_of

ORDINARY = ("请问几点上班，怎么报名", "楼上漏水，物业不管", "建议多办面点班", "小区停车收费太贵")
TEXTS = [
    *[LabelledText(f"丈夫天天打我，想离婚{end}", frozenset({Label.DOMESTIC_VIOLENCE}), urgent=False) for end in "。！"],
    *[LabelledText(f"{text}{end}", frozenset(), urgent=False) for text in ORDINARY for end in "。！"],
]
BOOK = Rulebook.load(BUNDLED_RULES)
LEARNED = BOOK.learned
NEW_RULE = """
[lexicon.new]
note = "新词 / a new word"
words = "凭空消失的田契"
[[rule]]
name = "田契没了"
label = "CIVIL_INFRINGEMENT"
sequence = ["new"]
"""


def signs(text: str, book: Rulebook = BOOK) -> Signs:
    """What a text shows by the rules alone."""
    return signs_of(read(text, book), book)


def test_the_same_texts_teach_the_same(tmp_path: Path) -> None:
    """Learning twice gives the same file, and the file gives the same weights."""
    once, again = learn(examples(TEXTS, BOOK)), learn(examples(TEXTS, BOOK))
    write(once, tmp_path, "test")

    assert once == again == Learned.load(tmp_path)


def test_what_was_taught_is_heard() -> None:
    """A new text sounds like those that it resembles, and the clause that says so is found."""
    learned = learn(examples(TEXTS, BOOK))
    text = "请问，丈夫打我怎么办"

    book = replace(BOOK, learned=learned)

    assert book.ear.sound(signs(text, book))[Label.DOMESTIC_VIOLENCE] > book.ear.sound(signs("几点上班", book))["ANY"]
    assert learned.strongest(text, Label.DOMESTIC_VIOLENCE) == (3, 10)
    assert learned.strongest("", Label.DOMESTIC_VIOLENCE) is None


@given(text=st.text(st.sampled_from("丈夫打我没钱看病，。离婚孩子村里") | st.characters(), max_size=60))
def test_the_packed_sum_is_the_plain_sum(text: str) -> None:
    """Summing eleven weights in one number is only a faster way to the same answer."""
    shown = signs(text)
    heard = [gram for gram in grams(shown.text) if gram in LEARNED.weights]
    met = [sign for sign in {*shown.met, *BOOK.signs_of_lists(shown.lists)} if sign in LEARNED.weights]

    for at, name in enumerate(SOUNDS):
        plain = LEARNED.start[at] + 0.0 + sum(LEARNED.weights[sign][at] for sign in met)
        plain += gram_weight(len(heard)) * sum(LEARNED.weights[gram][at] for gram in heard)
        plain += sum(
            LEARNED.weights[POINTS + target][at] * points
            for target, points in shown.points.items()
            if POINTS + target in LEARNED.weights
        )
        assert isclose(BOOK.ear.sound(shown)[name], plain / 1000, abs_tol=1e-9)


def test_a_rule_that_no_labelled_text_has_met_speaks_for_itself(tmp_path: Path) -> None:
    """An officer's new rule works at once, before anybody has learned what it is worth."""
    for path in BUNDLED_RULES.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = "请问凭空消失的田契怎么补办"
    before = Screener.load(tmp_path).screen(text)
    (tmp_path / "99-own.toml").write_text(NEW_RULE, encoding="utf-8")

    screening = Screener.load(tmp_path).screen(text)

    assert before.labels == ()
    assert screening.labels == (Label.CIVIL_INFRINGEMENT,)
    assert [found.rule for found in screening.evidence] == ["田契没了"]


def test_every_rule_of_the_weights_exists() -> None:
    """A rule that was renamed or removed leaves no weight behind: learn anew after such a change."""
    rules = {ready.rule.name for _, readies in BOOK.rules_in_order for ready in readies}
    weighed = {sign.removeprefix(RULE_MET) for sign in LEARNED.weights if sign.startswith(RULE_MET)}

    assert weighed <= rules
    assert (BUNDLED_RULES / WEIGHTS_FILE).exists()

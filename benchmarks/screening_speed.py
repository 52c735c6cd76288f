"""
How many narratives a second screening reads on one core, beside a plain keyword search and jieba.

    python -m benchmarks.screening_speed
"""

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from time import process_time

from benchmarks.labelled_texts import by_author
from benchmarks.screening_quality import Counts, judged_by_others
from producers.screening import Screener
from producers.screening.learning import LabelledText
from producers.screening.rulebook import Rulebook
from producers.screening.rulefiles import BUNDLED_RULES
from producers.screening.words import spelled_out

AVERAGE, ROUNDS = 150, 5
MEASURED = ("labelled", "later")
KEYWORDS = spelled_out(
    """
    家暴 打我 挨打 殴打 打骂 强奸 猥亵 性侵 拐卖 人贩子 被卖 买来 被骗 诈骗 抢劫 打伤 砍伤 撞伤 打死 捅死 撞死
    肇事 癌 白血病 尿毒症 残疾 瘫痪 重病 无儿无女 赡养 没人管 独居 监测户 边缘户 返贫 脱贫不稳定
    怀孕 辞退 性骚扰 性别歧视 起诉离婚 宅基地
    """
)

HasLabel = Callable[[str], bool]


def narratives(texts: Iterable[LabelledText]) -> list[str]:
    """Join neighbours until the average length is that of the issue's measure."""
    joined: list[str] = []
    pending = ""
    for text in texts:
        pending += text.narrative
        if len(pending) >= AVERAGE - 38:
            joined.append(pending)
            pending = ""
    return joined


def a_second(texts: list[str], screen: Callable[[str], object]) -> int:
    """Best of several rounds, by the time of the processor: other programs do not count."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = process_time()
        for text in texts:
            screen(text)
        best = min(best, process_time() - started)
    return round(len(texts) / best)


def any_label(texts: list[LabelledText], answers: Iterable[bool]) -> Counts:
    """How well "has any label" is answered."""
    pairs = [(bool(text.labels), answer) for text, answer in zip(texts, answers, strict=True)]
    return Counts(pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))


def with_jieba() -> HasLabel | None:
    """Keywords among jieba's words; None where jieba is not installed (it is no dependency of this project)."""
    if find_spec("jieba") is None:
        return None
    jieba = import_module("jieba")
    jieba.setLogLevel("ERROR")
    for word in KEYWORDS:
        jieba.add_word(word)
    return lambda narrative: not keywords.isdisjoint(jieba.lcut(narrative))


keywords = frozenset(KEYWORDS)


def main() -> None:
    """Print one row a method."""
    search = re.compile("|".join(KEYWORDS)).search
    screener = Screener.load()
    methods: dict[str, HasLabel | None] = {
        "plain keyword search": lambda narrative: search(narrative) is not None,
        "jieba words": with_jieba(),
        "screening": lambda narrative: bool(screener.screen(narrative).labels),
    }
    texts = by_author()
    everything = [text for name in ("labelled", "later", "registers", "own") for text in texts[name]]
    single, joined = [text.narrative for text in everything], narratives(everything)
    for given in (single, joined):
        print(f"{len(given)} narratives, {sum(map(len, given)) / len(given):.0f} characters on average, one core")
    by_others = dict(judged_by_others(Rulebook.load(BUNDLED_RULES), MEASURED))
    for name, has_label in methods.items():
        if has_label is None:
            print(f"{name:<22}jieba is not installed: pip install jieba to compare")
            continue
        print(f"{name:<22}{a_second(single, has_label):>9}/s  joined {a_second(joined, has_label):>9}/s", end="")
        for author in MEASURED:
            # The weights have learned from these texts: their figures are those of weights that have not.
            answers = (
                [bool(answer.labels) for answer in by_others[author]]
                if name == "screening"
                else [has_label(text.narrative) for text in texts[author]]
            )
            found = any_label(texts[author], answers)
            print(f"  {author} R {found.recall:.3f} P {found.precision:.3f}", end="")
        print()


if __name__ == "__main__":
    main()

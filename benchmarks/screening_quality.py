"""
How well screening does on labelled texts: each author is judged by weights learned from all others.

    python -m benchmarks.screening_quality           figures
    python -m benchmarks.screening_quality --learn   learn producers/screening/rules/learned.tsv anew, from all texts

That is what a new author may expect of the weights. The rules were written by people who had read some of the texts,
and lessons after errors had been read: docs/screening.md says who saw what, and when.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.labelled_texts import INDEPENDENT, by_author, lessons, newest_lessons, unseen
from producers.screening import Label, Screener, Screening
from producers.screening.learned import Learned
from producers.screening.learning import Example, LabelledText, examples, learn, write
from producers.screening.rulebook import Rulebook
from producers.screening.rulefiles import BUNDLED_RULES


@dataclass(frozen=True, slots=True)
class Counts:
    """Right, too many, missed."""

    right: int
    extra: int
    missed: int

    @property
    def recall(self) -> float:
        """Share of what is there that was found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def precision(self) -> float:
        """Share of what was found that is there."""
        return self.right / (self.right + self.extra) if self.right + self.extra else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        total = 2 * self.right + self.extra + self.missed
        return 2 * self.right / total if total else 1.0


@dataclass(frozen=True)
class Quality:
    """The four figures of issue 7, and each label's."""

    any_label: Counts
    urgent: Counts
    by_label: dict[Label, Counts]

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the nine labels."""
        return sum(counts.f1 for counts in self.by_label.values()) / len(self.by_label)

    def line(self, name: str, texts: int) -> str:
        """One row of the table in docs/screening.md."""
        found, urgent = self.any_label, self.urgent
        return (
            f"{name:<34}{texts:>5}  any R {found.recall:.3f} P {found.precision:.3f}"
            f"  macro F1 {self.macro_f1:.3f}  urgent R {urgent.recall:.3f} P {urgent.precision:.3f}"
        )


def measure(texts: Sequence[LabelledText], answers: Sequence[Screening]) -> Quality:
    """Compare what persons said with what screening says."""
    pairs = list(zip(texts, answers, strict=True))
    return Quality(
        _count([(bool(text.labels), bool(answer.labels)) for text, answer in pairs]),
        _count([(text.urgent, answer.urgent) for text, answer in pairs]),
        {label: _count([(label in text.labels, label in answer.labels) for text, answer in pairs]) for label in Label},
    )


def _count(pairs: Sequence[tuple[bool, bool]]) -> Counts:
    return Counts(pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))


def judged_by_others(book: Rulebook, authors: Iterable[str]) -> Iterator[tuple[str, list[Screening]]]:
    """
    Screen each author's texts with weights that were learned from all other authors, and from lessons.

    The newest lessons, written after errors on the independent authors, are left out where one of these is judged.
    """
    texts = by_author()
    taught = {name: examples(part, book) for name, part in texts.items()}
    always, newest = examples(lessons(), book), examples(newest_lessons(), book)
    for author in authors:
        others = _but(author, taught) + always + ([] if author in INDEPENDENT else newest)
        screener = Screener(replace(book, learned=learn(others)))
        yield author, [screener.screen(text.narrative) for text in texts[author]]


def _but(author: str, taught: dict[str, list[Example]]) -> list[Example]:
    return [example for name, part in taught.items() if name != author for example in part]


def main() -> None:
    """Print the table, or learn anew."""
    book, texts = Rulebook.load(BUNDLED_RULES), by_author()
    if "--learn" in sys.argv:
        everything = [text for part in texts.values() for text in part]
        remark = f"learned from {len(everything)} texts and the lessons: python -m benchmarks.screening_quality --learn"
        write(learn(examples([*everything, *lessons(), *newest_lessons()], book)), BUNDLED_RULES, remark)
        return
    rules_alone = Screener(replace(book, learned=Learned.nothing()))
    independent: tuple[list[LabelledText], list[Screening]] = ([], [])
    strangers = unseen()
    answers = [Screener(book).screen(text.narrative) for text in strangers]
    print(measure(strangers, answers).line("N and Q, never learned from", len(strangers)))
    for author, answers in judged_by_others(book, texts):
        part = texts[author]
        print(measure(part, answers).line(f"{author}, by the others", len(part)))
        print(measure(part, [rules_alone.screen(text.narrative) for text in part]).line(f"{author}, rules", len(part)))
        if author in INDEPENDENT:
            independent[0].extend(part)
            independent[1].extend(answers)
    together = measure(*independent)
    print(together.line(f"{', '.join(INDEPENDENT)} together", len(independent[0])))
    for label, counts in together.by_label.items():
        print(f"{label:<34}     R {counts.recall:.3f} P {counts.precision:.3f} F1 {counts.f1:.3f}")


if __name__ == "__main__":
    main()

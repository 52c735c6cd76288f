"""
How well screening does on the labelled texts: each fifth is judged by weights learned from the other four.

    python -m benchmarks.screening_quality           figures
    python -m benchmarks.screening_quality --learn   learn producers/screening/rules/learned.tsv anew, from all texts

The rules themselves were written by people who had read the texts; docs/screening.md says who saw what, and when.
"""

import csv
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from openpyxl import load_workbook

from producers.screening import Label, Screener, Screening
from producers.screening.learned import Learned
from producers.screening.learning import LabelledText, examples, learn, write
from producers.screening.rulebook import Rulebook
from producers.screening.rulefiles import BUNDLED_RULES

ROOT = Path(__file__).parent.parent
SAMPLES, OWN_TEXTS = ROOT / "examples" / "data", ROOT / "tests" / "unit" / "data"
FOLDS, SEED = 5, 5


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


def labelled() -> list[LabelledText]:
    """The 160 labelled complaints of the samples."""
    return _read(SAMPLES / "complaints-labelled.csv")


def own() -> list[LabelledText]:
    """The texts that were written for these tests."""
    return _read(OWN_TEXTS / "screening_own.csv")


def later() -> list[LabelledText]:
    """Texts written after the rules: each batch was measured before it was learned from (docs/screening.md)."""
    return _read(OWN_TEXTS / "screening_later.csv")


def authors() -> list[LabelledText]:
    """Texts of two authors who knew neither rules nor weights: each batch was measured before it was learned from."""
    return _read(OWN_TEXTS / "screening_authors.csv")


def last() -> list[LabelledText]:
    """The last batch of the same authors: never learned from."""
    return _read(OWN_TEXTS / "screening_last.csv")


def blind() -> list[LabelledText]:
    """Texts of four more authors who knew nothing of the program: measured before they were learned from."""
    return _read(OWN_TEXTS / "screening_blind.csv")


def lessons() -> list[LabelledText]:
    """Single sentences and short texts that were written to teach: learned from, never measured."""
    return _read(OWN_TEXTS / "screening_phrases.csv") + _read(OWN_TEXTS / "screening_taught.csv")


def registers() -> list[LabelledText]:
    """The two sample registers, with the labels of screening_register_labels.csv."""
    with (OWN_TEXTS / "screening_register_labels.csv").open(encoding="utf-8", newline="") as file:
        labels = {row["id"]: row for row in csv.DictReader(file)}
    return [_text(labels[case], narrative) for case, narrative in _register_rows()]


def _register_rows() -> list[tuple[str, str]]:
    content = (SAMPLES / "complaints-2022-federation.csv").read_bytes().decode("gb18030")
    rows = [(row[0], row[8]) for row in list(csv.reader(io.StringIO(content)))[2:] if len(row) > 8 and row[0].strip()]
    for sheet in load_workbook(SAMPLES / "hotline-12309.xlsx"):
        cells = [list(map(str, row)) for row in sheet.iter_rows(values_only=True)]
        rows += [(row[0], row[7]) for row in cells if row[0].startswith(("RX", "WS"))]
    return rows


def _read(path: Path) -> list[LabelledText]:
    with path.open(encoding="utf-8", newline="") as file:
        return [_text(row, row["narrative"]) for row in csv.DictReader(file)]


def _text(row: dict[str, str], narrative: str) -> LabelledText:
    return LabelledText(
        narrative, frozenset(map(Label, filter(None, row["labels"].split("|")))), row["urgent"] == "yes"
    )


def cross_validated(book: Rulebook, texts: Sequence[LabelledText]) -> list[Screening]:
    """Screen each fifth with weights learned from the other four and the lessons."""
    order = list(range(len(texts)))
    Random(SEED).shuffle(order)  # noqa: S311  # an order of texts, not a secret
    answers: dict[int, Screening] = {}
    taught, always = examples(texts, book), examples(lessons(), book)
    for fold in range(FOLDS):
        others = [taught[at] for place, at in enumerate(order) if place % FOLDS != fold]
        screener = Screener(replace(book, learned=learn([*others, *always])))
        answers |= {at: screener.screen(texts[at].narrative) for at in order[fold::FOLDS]}
    return [answers[at] for at in range(len(texts))]


def main() -> None:
    """Print the table, or learn anew."""
    sets: Sequence[Callable[[], list[LabelledText]]] = (labelled, registers, own, later, authors, last, blind)
    texts = {read.__name__: read() for read in sets}
    everything = [text for part in texts.values() for text in part]
    if "--learn" in sys.argv:
        write(
            learn(examples([*everything, *lessons()], Rulebook.load(BUNDLED_RULES))),
            BUNDLED_RULES,
            f"learned from {len(everything)} texts and the lessons: python -m benchmarks.screening_quality --learn",
        )
        return
    book = Rulebook.load(BUNDLED_RULES)
    never_learned = last()
    as_landed = [Screener(book).screen(text.narrative) for text in never_learned]
    print(measure(never_learned, as_landed).line("last, never learned from", len(never_learned)))
    rules_alone = Screener(replace(book, learned=Learned.nothing()))
    crossed = iter(cross_validated(book, everything))
    for name, part in texts.items():
        print(measure(part, [next(crossed) for _ in part]).line(f"{name}, cross-validated", len(part)))
        print(
            measure(part, [rules_alone.screen(text.narrative) for text in part]).line(f"{name}, rules alone", len(part))
        )


if __name__ == "__main__":
    main()

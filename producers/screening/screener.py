"""From a narrative to its labels: read once, find passages, hear objections, weigh."""

from pathlib import Path
from typing import Self

from producers.screening.findings import LABELS, Evidence, Label, Objection, Screening, UrgentEvidence
from producers.screening.reading import read
from producers.screening.rulebook import Rulebook
from producers.screening.rulefiles import BUNDLED_RULES, URGENT, Target
from producers.screening.weighing import Passage, Verdict, weigh


class Screener:
    """Screens narratives by one set of rules; holds no state between narratives and may be shared by threads."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Read the rules of a folder, or those of the program; RulesError names the entry at fault."""
        return cls(Rulebook.load(folder or BUNDLED_RULES))

    def screen(self, narrative: str) -> Screening:
        """
        Propose labels for a narrative and show why.

        Any string is answered, the same string always in the same way. Every label has evidence, and every offset
        refers to the narrative as it was given.
        """
        verdicts = weigh(read(narrative, self._book), self._book)
        urgent = verdicts.get(URGENT)
        labels = tuple(label for label in LABELS if label in verdicts and verdicts[label].stands)
        return Screening(
            labels=labels,
            urgent=urgent is not None and urgent.stands,
            evidence=tuple(
                Evidence(label, start, end, narrative[start:end], rule)
                for label in labels
                for start, end, rule in _widest(verdicts[label].passages)
            ),
            urgent_evidence=tuple(
                UrgentEvidence(start, end, narrative[start:end], rule)
                for start, end, rule in _widest(urgent.passages if urgent and urgent.stands else [])
            ),
            objections=tuple(_objections(verdicts, narrative)),
        )


def _widest(passages: list[Passage]) -> list[Passage]:
    """Drop passages that lie within another: a reviewer reads each place once."""
    if len(passages) < 2:
        return passages
    kept: list[Passage] = []
    for passage in sorted(passages, key=lambda found: (found[0], -found[1], found[2])):
        if not kept or passage[1] > kept[-1][1]:
            kept.append(passage)
    return kept


def _objections(verdicts: dict[Target, Verdict], narrative: str) -> list[Objection]:
    return [
        Objection(target if isinstance(target, Label) else None, kind, start, end, narrative[start:end])
        for target, verdict in sorted(verdicts.items())
        for kind, start, end in verdict.objections
    ]

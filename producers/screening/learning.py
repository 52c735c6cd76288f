"""Learning the weights of learned.tsv from labelled texts: logistic regression, one label at a time, always alike."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from pathlib import Path
from random import Random

from producers.screening.findings import Label
from producers.screening.learned import ANY, SOUNDS, WEIGHTS_FILE, Learned, grams
from producers.screening.rulefiles import URGENT

_NO_WORD = re.compile(r"[^㐀-鿿]+")  # digits, letters, punctuation: nothing is learned from them
_ROUNDS, _SEED, _SHRINK = 25, 1, 1e-3
_SEEN_AT_LEAST, _SHARE_AT_MOST, _WEIGHT_OF_RARE = 2, 0.3, 4.0


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A narrative with the labels that a person gave it."""

    narrative: str
    labels: frozenset[Label]
    urgent: bool

    def sounds(self, sound: str) -> bool:
        """Whether the person said so of this text."""
        if sound == ANY:
            return bool(self.labels)
        return self.urgent if sound == URGENT else sound in self.labels


def learn(texts: Sequence[LabelledText]) -> Learned:
    """Learn weights; the same texts in the same order give the same weights."""
    held = [_words(text.narrative) for text in texts]
    seen = Counter(gram for found in held for gram in found)
    known = {gram for gram, n in seen.items() if n >= _SEEN_AT_LEAST and n < len(texts) * _SHARE_AT_MOST}
    rows = [sorted(found & known) for found in held]
    learned = [_regression(rows, [text.sounds(sound) for text in texts]) for sound in SOUNDS]
    start = tuple(round(1000 * base) for base, _ in learned)
    return Learned.of(start, {gram: tuple(round(1000 * w[gram]) for _, w in learned) for gram in sorted(known)})


def write(learned: Learned, folder: Path, remark: str) -> None:
    """Write learned.tsv beside the rules."""
    lines = [f"# {remark}", "# " + "\t".join(["gram", *SOUNDS]), "\t".join(["START", *map(str, learned.start)])]
    lines += ["\t".join([gram, *map(str, row)]) for gram, row in learned.weights.items()]
    (folder / WEIGHTS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _words(narrative: str) -> set[str]:
    return {gram for part in _NO_WORD.split(narrative) for gram in grams(part)}


def _regression(rows: Sequence[Iterable[str]], answers: Sequence[bool]) -> tuple[float, dict[str, float]]:
    positive = sum(answers)
    base = log((positive + 1) / (len(answers) - positive + 1))
    emphasis = min(_WEIGHT_OF_RARE, (len(answers) - positive) / max(1, positive))
    weights: dict[str, float] = dict.fromkeys((gram for row in rows for gram in row), 0.0)
    order, random = list(range(len(answers))), Random(_SEED)  # noqa: S311  # an order of texts, not a secret
    for turn in range(_ROUNDS):
        random.shuffle(order)
        step = 1 / (1 + turn / 2)
        for at in order:
            row = list(rows[at])
            scale = 1 / sqrt(len(row) + 1)
            told = base + scale * sum(weights[gram] for gram in row)
            miss = (answers[at] - 1 / (1 + exp(-told))) * step * (emphasis if answers[at] else 1)
            base += miss / 10
            for gram in row:
                weights[gram] += miss * scale - step * _SHRINK * weights[gram]
    return base, weights

"""Reading a narrative once: which words of which lists stand where, in which clause and sentence."""

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from operator import add, itemgetter

from producers.screening.rulebook import Rulebook
from producers.screening.vocabulary import IndexedWord, Pair, Vocabulary
from producers.screening.word_lists import bits

_CLAUSE_ENDS = re.compile(r"[,，。！？!?;；:：…]")
_SENTENCE_ENDS = frozenset("。！？!?;；")
_BLANK = re.compile(r"\s")

Placed = tuple[int, int, IndexedWord]  # start, end, word
Hit = tuple[int, int, int, int]  # start, end, clause, sentence


@dataclass(slots=True)
class Reading:
    """
    What was found in one narrative.

    Attributes:
        text: The narrative without blanks, characters unified; what offsets of hits refer to.
        origins: For each character of `text` its offset in the narrative; None where both are the same.
        pairs: For each two characters that follow each other what they mean, if anything.
        words: Every word of a list, with its place, from left to right.
        present: A bit for each list that was met.
        hits: For the lists that were asked for (`place`), their hits from left to right.
    """

    text: str
    origins: list[int] | None
    pairs: list[Pair | None]
    words: list[Placed]
    present: int
    hits: dict[int, list[Hit]] = field(default_factory=dict)

    def place(self, lists: set[int]) -> None:
        """Say of the words of these lists in which clause and sentence they stand."""
        clause_ends = [match.start() for match in _CLAUSE_ENDS.finditer(self.text)]
        sentence_of = [0, *accumulate(self.text[at] in _SENTENCE_ENDS for at in clause_ends)]
        hits = self.hits = {number: [] for number in lists}
        asked = bits(lists)
        for start, end, word in self.words:
            if word.mask & asked:
                clause = bisect_left(clause_ends, start)
                hit = (start, end, clause, sentence_of[clause])
                for number in word.lists:
                    if number in hits:
                        hits[number].append(hit)

    def different(self, number: int) -> int:
        """How many different words of a list were met."""
        return len({self.text[start:end] for start, end, _, _ in self.hits.get(number, ())})

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a passage of `text` stands in the narrative itself."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1


def read(narrative: str, book: Rulebook) -> Reading:
    """Find every word of every list; any string can be read, and offsets lead back to it."""
    text = narrative.translate(book.variants) if book.varying.search(narrative) else narrative
    origins = None
    if _BLANK.search(text):
        origins = [at for at, character in enumerate(text) if not character.isspace()]
        text = "".join(text.split())
    pairs = list(map(book.vocabulary.pairs.get, map(add, text, text[1:])))
    words = _words(text, pairs, book.vocabulary)
    present = 0
    for _, _, word in words:
        present |= word.mask
    return Reading(text, origins, pairs, words, present)


def _words(text: str, pairs: list[Pair | None], vocabulary: Vocabulary) -> list[Placed]:
    found, shields = _longer_words(text, pairs)
    single = vocabulary.single
    ones = [(match.start(), match.end(), single[match.group()]) for match in vocabulary.single_words.finditer(text)]
    if shields:
        ones = [one for one in ones if not _is_hidden(one[0], shields)]
    found += ones
    found.sort(key=itemgetter(0))
    return found


def _longer_words(text: str, pairs: list[Pair | None]) -> tuple[list[Placed], list[tuple[int, int]]]:
    """Find the words of two characters and more, and where the shields among them stand."""
    found: list[Placed] = []
    shields: list[tuple[int, int]] = []
    hidden_until = 0
    for at, pair in enumerate(pairs):
        if pair is None or not pair.begins_word:
            continue
        for word in pair.longer.get(text[at + 1 : at + 3], pair.words) if pair.longer else pair.words:
            end = at + word.length
            if end <= hidden_until or not text.startswith(word.word, at):
                continue
            if word.is_shield:
                hidden_until = end
                shields.append((at, end))
                _drop_crossing(found, at)
            found.append((at, end, word))
    return found, shields


def _is_hidden(at: int, shields: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in shields)


def _drop_crossing(found: list[Placed], shield_start: int) -> None:
    """Drop the words that run into a shield: 天天打 in 天天打篮球."""
    while found and found[-1][0] < shield_start < found[-1][1]:
        found.pop()

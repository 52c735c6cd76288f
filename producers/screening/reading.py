"""Reading a narrative once: which words of which lists stand where, in which clause and sentence."""

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from operator import add, itemgetter

from producers.screening.rulebook import IndexedWord, Longer, Rulebook

_CLAUSE_ENDS = re.compile(r"[,，。！？!?;；:：…]")
_SENTENCE_ENDS = frozenset("。！？!?;；")
_BLANK = re.compile(r"\s")

Hit = tuple[int, int, int, int]  # start, end, clause, sentence


@dataclass(slots=True)
class Reading:
    """
    What was found in one narrative.

    Attributes:
        text: The narrative without blanks, characters unified; what offsets of hits refer to.
        origins: For each character of `text` its offset in the narrative; None where both are the same.
        pairs: Each character with the one after it.
        words: Every word of a list, with its place, from left to right.
        present: A bit for each list that was met.
        hits: For the lists that were asked for (`place`), their hits from left to right.
    """

    text: str
    origins: list[int] | None
    pairs: list[str]
    words: list[tuple[int, IndexedWord]]
    present: int
    hits: dict[int, list[Hit]] = field(default_factory=dict)

    def place(self, lists: set[int]) -> None:
        """Say of the words of these lists in which clause and sentence they stand."""
        clause_ends = [match.start() for match in _CLAUSE_ENDS.finditer(self.text)]
        sentence_ends = [at for at in clause_ends if self.text[at] in _SENTENCE_ENDS]
        hits = self.hits = {number: [] for number in lists}
        for at, word in self.words:
            if not lists.isdisjoint(word.lists):
                hit = (at, at + len(word.word), bisect_left(clause_ends, at), bisect_left(sentence_ends, at))
                for number in word.lists:
                    if number in lists:
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
    text = narrative.translate(book.variants)
    origins = None
    if _BLANK.search(text):
        origins = [at for at, character in enumerate(text) if not character.isspace()]
        text = "".join(text.split())
    pairs = list(map(add, text, text[1:]))
    words = _words(text, pairs, book)
    present = 0
    for _, word in words:
        present |= word.mask
    return Reading(text, origins, pairs, words, present)


def _words(text: str, pairs: list[str], book: Rulebook) -> list[tuple[int, IndexedWord]]:
    found: list[tuple[int, IndexedWord]] = []
    shields: list[tuple[int, int]] = []
    hidden_until = 0
    for at, bucket in enumerate(map(book.index.get, pairs)):
        if bucket is None:
            continue
        for word in _beginning_at(text, at, bucket):
            end = at + len(word.word)
            if end <= hidden_until:
                continue
            if word.is_shield:
                hidden_until = end
                shields.append((at, end))
                _drop_crossing(found, at)
            found.append((at, word))
    for match in book.single_words.finditer(text):
        at = match.start()
        if not any(start <= at < end for start, end in shields):
            found.append((at, book.single[match.group()]))
    found.sort(key=itemgetter(0))
    return found


def _beginning_at(text: str, at: int, bucket: tuple[IndexedWord | None, dict[str, Longer]]) -> list[IndexedWord]:
    """List the words that begin here, longest first."""
    pair, longer = bucket
    words = []
    if more := longer.get(text[at + 2 : at + 3]):
        for length in more[0]:
            word = more[1].get(text[at : at + length])
            if word and len(word.word) == length:
                words.append(word)
    if pair:
        words.append(pair)
    return words


def _drop_crossing(found: list[tuple[int, IndexedWord]], shield_start: int) -> None:
    """Drop the words that run into a shield: 天天打 in 天天打篮球."""
    while found and found[-1][0] < shield_start < found[-1][0] + len(found[-1][1].word):
        found.pop()

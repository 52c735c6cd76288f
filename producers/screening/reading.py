"""Reading a narrative once: which words of which lists stand where, in which clause and sentence."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from operator import add, itemgetter

from producers.screening.rulebook import IndexedWord, Rulebook

_CLAUSE_ENDS = re.compile(r"[,，。！？!?;；:：…]")
_SENTENCE_ENDS = re.compile(r"[。！？!?;；]")
_BLANK = re.compile(r"\s")

Hit = tuple[int, int, int, int]  # start, end, clause, sentence


@dataclass(slots=True)
class Reading:
    """
    What was found in one narrative.

    Attributes:
        text: The narrative without blanks, characters unified; what offsets of hits refer to.
        origins: For each character of `text` its offset in the narrative; None where both are the same.
        hits: For each list that was met, its hits from left to right.
        present: A bit for each list that was met.
    """

    text: str
    origins: list[int] | None
    hits: dict[int, list[Hit]]
    present: int

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
    words, present = _words(text, book)
    return Reading(text, origins, _placed(text, words), present)


def _words(text: str, book: Rulebook) -> tuple[list[tuple[int, IndexedWord]], int]:
    found: list[tuple[int, IndexedWord]] = []
    shields: list[tuple[int, int]] = []
    hidden_until = 0
    for at, bucket in enumerate(map(book.index.get, map(add, text, text[1:]))):
        if bucket is None:
            continue
        for length in bucket[0]:
            word = bucket[1].get(text[at : at + length])
            if word and len(word.word) == length and at + length > hidden_until:
                if word.is_shield:
                    hidden_until = at + length
                    shields.append((at, hidden_until))
                    _drop_crossing(found, at)
                found.append((at, word))
    for match in book.single_words.finditer(text):
        at = match.start()
        if not any(start <= at < end for start, end in shields):
            found.append((at, book.single[match.group()]))
    found.sort(key=itemgetter(0))
    present = 0
    for _, word in found:
        present |= word.mask
    return found, present


def _drop_crossing(found: list[tuple[int, IndexedWord]], shield_start: int) -> None:
    """Drop the words that run into a shield: 天天打 in 天天打篮球."""
    while found and found[-1][0] < shield_start < found[-1][0] + len(found[-1][1].word):
        found.pop()


def _placed(text: str, words: list[tuple[int, IndexedWord]]) -> dict[int, list[Hit]]:
    clause_ends = [match.start() for match in _CLAUSE_ENDS.finditer(text)]
    sentence_ends = [match.start() for match in _SENTENCE_ENDS.finditer(text)]
    hits: dict[int, list[Hit]] = {}
    for at, word in words:
        hit = (at, at + len(word.word), bisect_left(clause_ends, at), bisect_left(sentence_ends, at))
        for number in word.lists:
            if number in hits:
                hits[number].append(hit)
            else:
                hits[number] = [hit]
    return hits
